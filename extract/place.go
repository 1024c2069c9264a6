package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// placedAtOnce is how many files are placed by one query: each may spread over
// months.
const placedAtOnce = 16

// ownerChanged says whether rows of the owner came, changed or went tonight.
func (m *merging) ownerChanged() bool { return m.input.Owner != nil && m.merged[m.input.Owner.Input] }

// findMoved finds live rows whose owner now lives elsewhere, has other values,
// has come or has gone, enters them among the rows that go, and returns files
// of them that are to be placed again.
func (m *merging) findMoved(ctx context.Context) ([]lake.File, error) {
	if !m.ownerChanged() {
		return nil, nil
	}
	type origin struct{ source, system string }
	var order []origin
	files := map[origin][]lake.File{}
	for _, f := range m.set.Files() {
		if !f.Placed {
			continue
		}
		o := origin{f.Source, f.System}
		if files[o] == nil {
			order = append(order, o)
		}
		files[o] = append(files[o], f)
	}
	var moved []lake.File
	for _, o := range order {
		found, err := m.findMovedOf(ctx, o.system, files[o])
		if err != nil {
			return nil, err
		}
		moved = append(moved, found...)
	}
	return moved, nil
}

// findMovedOf looks among files of one source. Owners that are new tonight
// matter only to rows that had none.
func (m *merging) findMovedOf(ctx context.Context, system string, files []lake.File) ([]lake.File, error) {
	which := fmt.Sprintf("(select * from %s where system = %s", touched(m.input.Owner.Input), duck.Text(system))
	if !slices.ContainsFunc(files, func(f lake.File) bool { return f.Orphans > 0 }) {
		which += " and _changed"
	}
	which += ")"
	differs := "l.owner_month is distinct from o.month"
	for _, c := range m.takes() {
		differs += fmt.Sprintf(" or l.%[1]s is distinct from o.%[1]s", duck.Name(c.Name))
	}
	table := duck.Name("moved_" + m.input.Name)
	err := m.exec(ctx, fmt.Sprintf(`create or replace table %s as
		select l.* from (from %s l semi join %s t on %s) l left join %s o on %s %s where (%s) and %s`,
		table, m.full(m.input, files), which, m.on("l.", "t."), m.owners(system), m.on("l.", "o."), m.notLost("l"), differs, m.kept("l.")))
	if err != nil {
		return nil, err
	}
	moved, err := m.write(ctx, "select * exclude (filename, file_row_number) from "+table, lake.File{Source: files[0].Source, System: system}, "unplaced", "moved")
	if err != nil {
		return nil, err
	}
	if _, err := m.lose(ctx, "select *, true as _live, 'moved' as _outcome from "+table); err != nil {
		return nil, err
	}
	return moved, m.exec(ctx, "drop table "+table)
}

// place puts rows into the month of their own date, else of their owner, with
// their owner's values; rows without either wait.
func (m *merging) place(ctx context.Context, homeless []lake.File) error {
	homeless = append(homeless, m.set.Pending...)
	m.set.Pending = nil
	batches := batchesToPlace(homeless)
	placed := make([][]copied, len(batches))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(m.Workers)
	for i, files := range batches {
		group.Go(func() (err error) {
			placed[i], err = m.placeSome(inner, files, fmt.Sprintf("%s-placed-%d", m.Manifest.Run, i+1))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range slices.Concat(placed...) {
		if p.month == "" {
			m.set.Pending = append(m.set.Pending, p.File)
		} else {
			m.set.Months[p.month] = append(m.set.Months[p.month], p.File)
		}
	}
	return nil
}

// batchesToPlace are files of one source and system each.
func batchesToPlace(files []lake.File) (batches [][]lake.File) {
	slices.SortStableFunc(files, func(a, b lake.File) int { return strings.Compare(a.Source+"\x00"+a.System, b.Source+"\x00"+b.System) })
	for len(files) > 0 {
		first, count := files[0], 1
		for count < len(files) && count < placedAtOnce && files[count].Source == first.Source && files[count].System == first.System {
			count++
		}
		batches, files = append(batches, files[:count]), files[count:]
	}
	return batches
}

// placeSome writes the rows of a batch of files anew, by month, to files of that name.
func (m *merging) placeSome(ctx context.Context, files []lake.File, stem string) ([]copied, error) {
	left := []string{"filename", "file_row_number", "month", "owner_month"}
	given := ""
	for _, c := range m.takes() {
		left = append(left, c.Name)
		given += ", o." + duck.Name(c.Name)
	}
	query := fmt.Sprintf(`select u.* exclude ("own month")%s, o.month as owner_month, coalesce(u."own month", o.month, date '%s') as month
		from (select columns(lambda c: c not in (%s)), %s as "own month" from %s) u left join %s o on %s`,
		given, unplaced, quoteAll(left), monthBy(m.input.DatedBy), m.full(m.input, files), m.owners(files[0].System), m.on("u.", "o."))
	placed, err := m.copyOut(ctx, query, copyTarget{folder: m.Lake.Path("live/" + m.input.Name), stem: stem})
	if err != nil {
		return nil, err
	}
	off := -rowsOf(files)
	for i := range placed {
		placed[i].Source, placed[i].System, placed[i].Placed = files[0].Source, files[0].System, true
		off += placed[i].Rows
	}
	if off != 0 {
		return nil, fmt.Errorf("placing rows by their %s changed their number by %d: an owner is there more than once; this is a fault of Nightjar, nothing was published", m.input.Owner.Input, off)
	}
	for i := range placed {
		if err := m.measure(ctx, &placed[i].File); err != nil {
			return nil, err
		}
	}
	return placed, nil
}

// countPending enters in the ledger how many of tonight's rows wait.
func (m *merging) countPending(ctx context.Context) error {
	if len(m.set.Pending) == 0 {
		return nil
	}
	rows, err := m.DB.QueryContext(ctx, fmt.Sprintf("select delivery_id, count(*) from %s where delivery_id >= %d group by 1", m.relation(m.set.Pending), m.firstID))
	if err != nil {
		return duck.Scrub(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, count int64
		if err := rows.Scan(&id, &count); err != nil {
			return err
		}
		m.count(id, m.input.Name, func(c *lake.Counts) { c.Pending = count })
	}
	return duck.Scrub(rows.Err())
}
