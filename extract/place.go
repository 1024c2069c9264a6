package extract

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// chunk is how many files are placed by one query: each may spread over months.
const placedAtOnce = 8

// touched is the table of an owner's keys that came, changed or went tonight.
func touched(input string) string { return "touched_" + input }

// touch remembers which owners came, changed or went, for those they own.
func (m *merging) touch(ctx context.Context, staged []stagedFile) error {
	if !m.ownsOthers() {
		return nil
	}
	query := fmt.Sprintf("select %s, true as changed from %s where live", m.keys(""), m.table)
	if files := filesOf(staged); len(files) > 0 {
		query += fmt.Sprintf(" union all select %s, false from %s", m.keys(""), m.relation(files))
	}
	var dropping []lake.File
	for _, f := range append(m.set.Files(), m.set.Pending...) {
		if m.hasDropped(f) {
			dropping = append(dropping, f)
		}
	}
	if len(dropping) > 0 {
		query += fmt.Sprintf(" union all select %s, true from %s where not (%s)", m.keys(""), m.relation(dropping), m.kept())
	}
	return m.exec(ctx, fmt.Sprintf("create or replace table %s as select %s, bool_or(changed) as changed from (%s) group by all", touched(m.input.Name), m.keys(""), query))
}

func (m *merging) ownsOthers() bool {
	for _, in := range m.Catalog.Inputs {
		if in.Owner != nil && in.Owner.Input == m.input.Name {
			return true
		}
	}
	return false
}

func filesOf(staged []stagedFile) []lake.File {
	files := make([]lake.File, len(staged))
	for i, s := range staged {
		files[i] = s.File
	}
	return files
}

// ownerChanged says whether rows of the owner came, changed or went tonight.
func (m *merging) ownerChanged() bool { return m.input.Owner != nil && m.merged[m.input.Owner.Input] }

// on is the condition that a row and its owner meet.
func (m *merging) on(row, owner string) string {
	return equal("system, "+duck.Names(m.input.Owner.On), row, owner)
}

// owners is the relation of the owner's live rows: what they are met by, their
// month, and the values that the owned rows take.
func (m *merging) owners() string {
	set := m.Manifest.Inputs[m.input.Owner.Input]
	columns := "system, " + duck.Names(m.input.Owner.On) + ", month"
	if set == nil || len(set.Files()) == 0 {
		empty := []string{"null::varchar as system", "null::date as month"}
		for _, name := range m.input.Owner.On {
			empty = append(empty, "null::varchar as "+duck.Name(name))
		}
		for _, c := range m.takes() {
			empty = append(empty, "null::"+duck.SQLType(c.Type)+" as "+duck.Name(c.Name))
		}
		return "(select " + strings.Join(empty, ", ") + " where false)"
	}
	for _, c := range m.takes() {
		columns += fmt.Sprintf(", coalesce(%s) as %s", duck.Names(c.FromOwner), duck.Name(c.Name))
	}
	return "(select " + columns + " from " + m.relation(set.Files()) + ")"
}

// takes lists the columns whose values are the owner's.
func (m *merging) takes() []models.Column {
	var columns []models.Column
	for _, c := range m.input.Columns {
		if len(c.FromOwner) > 0 {
			columns = append(columns, c)
		}
	}
	return columns
}

// findMoved finds live rows whose owner now lives elsewhere, has other values,
// has come or has gone, enters them among the rows that go, and returns files
// of them that are to be placed again.
func (m *merging) findMoved(ctx context.Context) ([]lake.File, error) {
	if m.input.Owner == nil || !m.ownerChanged() {
		return nil, nil
	}
	var moved []lake.File
	for _, source := range m.Config.Sources {
		var files []lake.File
		for _, f := range m.set.Files() {
			if f.Placed && f.Source == source.Name {
				files = append(files, f)
			}
		}
		found, err := m.findMovedOf(ctx, source.Name, source.System, files)
		if err != nil {
			return nil, err
		}
		moved = append(moved, found...)
	}
	return moved, nil
}

func (m *merging) findMovedOf(ctx context.Context, source, system string, files []lake.File) ([]lake.File, error) {
	if len(files) == 0 {
		return nil, nil
	}
	orphaned := slices.ContainsFunc(files, func(f lake.File) bool { return f.Orphans > 0 })
	which := fmt.Sprintf("(select * from %s where system = %s", touched(m.input.Owner.Input), duck.Text(system))
	if !orphaned {
		which += " and changed"
	}
	which += ")"
	differs := "l.owner_month is distinct from o.month"
	for _, c := range m.takes() {
		differs += fmt.Sprintf(" or l.%[1]s is distinct from o.%[1]s", duck.Name(c.Name))
	}
	table := "moved_" + m.input.Name
	err := m.exec(ctx, fmt.Sprintf(`create or replace table %s as
		select l.* from (from %s l semi join %s t on %s) l
		left join %s o on %s
		anti join %s g on %s and l.delivery_id = g.delivery_id and l.source_row = g.source_row
		where (%s) and %s`,
		table, m.relation(files), which, m.on("l.", "t."), m.owners(), m.on("l.", "o."),
		m.table, equal(m.keys(""), "l.", "g."), differs, m.keptOf("l.")))
	if err != nil {
		return nil, err
	}
	m.serial++
	t := copyTarget{file: filepath.Join(m.folder("unplaced"), fmt.Sprintf("%s-moved-%d.parquet", m.Manifest.Run, m.serial))}
	written, err := m.copyOut(ctx, "select * exclude (filename) from "+table, t)
	if err != nil {
		return nil, err
	}
	if err := m.exec(ctx, fmt.Sprintf("insert into %s select %s, delivery_id, source_row, filename, true, 'moved' from %s; drop table %s", m.table, m.keys(""), table, table)); err != nil {
		return nil, err
	}
	var moved []lake.File
	for _, w := range written {
		w.Source, w.System = source, system
		moved = append(moved, w.File)
	}
	return moved, nil
}

// place puts rows into the month of their own date, else of their owner, with
// their owner's values; rows without either wait.
func (m *merging) place(ctx context.Context, homeless []lake.File) error {
	homeless = append(homeless, m.set.Pending...)
	m.set.Pending = nil
	slices.SortStableFunc(homeless, func(a, b lake.File) int { return strings.Compare(a.Source, b.Source) })
	for len(homeless) > 0 {
		count := 1
		for count < len(homeless) && count < placedAtOnce && homeless[count].Source == homeless[0].Source {
			count++
		}
		if err := m.placeSome(ctx, homeless[:count]); err != nil {
			return err
		}
		homeless = homeless[count:]
	}
	return nil
}

func (m *merging) placeSome(ctx context.Context, files []lake.File) error {
	m.serial++
	dates := append(slices.Clone(m.input.DatedBy), "")
	own := "null::date"
	if len(m.input.DatedBy) > 0 {
		own = "date_trunc('month', coalesce(" + duck.Names(dates[:len(dates)-1]) + "))::date"
	}
	replaced := ""
	excluded := "filename, month, owner_month"
	for _, c := range m.takes() {
		excluded += ", " + duck.Name(c.Name)
		replaced += ", o." + duck.Name(c.Name)
	}
	query := fmt.Sprintf("select u.* exclude (own)%s, o.month as owner_month, coalesce(u.own, o.month, date '%s') as month from (select * exclude (%s), %s as own from %s) u left join %s o on %s",
		replaced, unplaced, excluded, own, m.relation(files), m.owners(), m.on("u.", "o."))
	written, err := m.copyOut(ctx, query, copyTarget{folder: m.Lake.Path("live/" + m.input.Name), stem: fmt.Sprintf("%s-placed-%d", m.Manifest.Run, m.serial)})
	if err != nil {
		return err
	}
	placed := make([]lake.File, len(written))
	for i, w := range written {
		placed[i] = w.File
		placed[i].Source, placed[i].System, placed[i].Placed = files[0].Source, files[0].System, true
	}
	if err := m.measure(ctx, placed); err != nil {
		return err
	}
	for i, w := range written {
		if w.month == "" {
			m.set.Pending = append(m.set.Pending, placed[i])
			continue
		}
		m.set.Months[w.month] = append(m.set.Months[w.month], placed[i])
	}
	return nil
}

// countPending enters in the ledger how many of tonight's rows wait.
func (m *merging) countPending(ctx context.Context) error {
	if len(m.set.Pending) == 0 {
		return nil
	}
	rows, err := m.DB.QueryContext(ctx, fmt.Sprintf("select delivery_id, count(*) from %s where delivery_id >= %d group by 1", m.relation(m.set.Pending), m.firstID()))
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
	return rows.Err()
}

// firstID is the smallest delivery id of tonight.
func (n *Night) firstID() int64 { return n.fresh[0].Delivery.ID }

// rowsOfTonight counts the rows of tonight's deliveries in the live files.
func (n *Night) rowsOfTonight(ctx context.Context, input string) (int64, error) {
	set := n.Manifest.Inputs[input]
	if set == nil {
		return 0, nil
	}
	total := int64(0)
	var mixed []lake.File
	for _, f := range append(set.Files(), set.Pending...) {
		switch first := n.firstID(); {
		case slices.Min(f.Deliveries) >= first:
			total += f.Rows
		case slices.Max(f.Deliveries) >= first:
			mixed = append(mixed, f)
		}
	}
	if len(mixed) == 0 {
		return total, nil
	}
	var more int64
	err := n.DB.QueryRowContext(ctx, fmt.Sprintf("select count(*) from %s where delivery_id >= %d", duck.Parquet(n.Lake.Paths(mixed)), n.firstID())).Scan(&more)
	return total + more, duck.Scrub(err)
}
