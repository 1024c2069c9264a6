package extract

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// enter counts the staged rows that go, and rejects those whose key was given
// already.
func (m *merging) enter(ctx context.Context) error {
	rows, err := m.DB.QueryContext(ctx, "select delivery_id, source_row, outcome from "+m.table+" where not live order by 1, 2")
	if err != nil {
		return duck.Scrub(err)
	}
	defer rows.Close()
	superseded, duplicates := map[int64]int64{}, map[int64][]Reject{}
	for rows.Next() {
		var id, row int64
		var outcome string
		if err := rows.Scan(&id, &row, &outcome); err != nil {
			return err
		}
		if outcome == "superseded" {
			superseded[id]++
			continue
		}
		duplicates[id] = append(duplicates[id], Reject{Input: m.input.Name, Rule: "duplicate_key", Column: m.input.Key[0], SourceRow: row, Action: "reject",
			Reason: "a row with this key counts already; in append mode a key comes once"})
	}
	if err := rows.Err(); err != nil {
		return duck.Scrub(err)
	}
	for id, count := range superseded {
		m.count(id, m.input.Name, func(c *lake.Counts) { c.Superseded += count })
	}
	for id, hits := range duplicates {
		if err := m.enterDuplicates(ctx, id, hits); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) enterDuplicates(ctx context.Context, id int64, hits []Reject) error {
	f := m.found(id)
	if err := m.illustrate(ctx, f.Path, dialectOf(f.Source), hits); err != nil {
		return err
	}
	for i, hit := range hits {
		m.reject(id, hit, i)
	}
	m.count(id, m.input.Name, func(c *lake.Counts) { c.Rejected += int64(len(hits)) })
	return m.withinLimit(f, m.input.Name)
}

// rewriteLive writes live and pending files anew that lose rows.
func (m *merging) rewriteLive(ctx context.Context) error {
	losing, err := m.losing(ctx)
	if err != nil {
		return err
	}
	for _, month := range slices.Sorted(maps.Keys(m.set.Months)) {
		files, err := m.without(ctx, m.set.Months[month], month, losing)
		if err != nil {
			return err
		}
		m.set.Months[month] = files
		if len(files) == 0 {
			delete(m.set.Months, month)
		}
	}
	m.set.Pending, err = m.without(ctx, m.set.Pending, "pending", losing)
	return err
}

// losing lists the files that hold rows which go.
func (m *merging) losing(ctx context.Context) (map[string]bool, error) {
	rows, err := m.DB.QueryContext(ctx, "select distinct file from "+m.table)
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	files := map[string]bool{}
	for rows.Next() {
		var file string
		if err := rows.Scan(&file); err != nil {
			return nil, err
		}
		files[file] = true
	}
	return files, rows.Err()
}

// without gives the files less the rows that go; a file that holds none of
// them is the same file.
func (m *merging) without(ctx context.Context, files []lake.File, month string, losing map[string]bool) ([]lake.File, error) {
	var kept []lake.File
	for _, f := range files {
		if !losing[m.Lake.Path(f.Path)] && !m.hasDropped(f) {
			kept = append(kept, f)
			continue
		}
		smaller, err := m.rewrite(ctx, f, month)
		if err != nil {
			return nil, err
		}
		kept = append(kept, smaller...)
	}
	return kept, nil
}

func (m *merging) rewrite(ctx context.Context, f lake.File, month string) ([]lake.File, error) {
	m.serial++
	t := copyTarget{file: filepath.Join(m.folder(month), fmt.Sprintf("%s-rewritten-%d.parquet", m.Manifest.Run, m.serial)), month: month}
	query := fmt.Sprintf("select s.* exclude (filename) from %s s anti join %s l on %s and s.delivery_id = l.delivery_id and s.source_row = l.source_row where %s",
		m.relation([]lake.File{f}), m.table, equal(m.keys(""), "s.", "l."), m.kept())
	if len(m.input.Key) == 0 {
		query = fmt.Sprintf("select s.* exclude (filename) from %s s where %s", m.relation([]lake.File{f}), m.kept())
	}
	written, err := m.copyOut(ctx, query, t)
	if err != nil {
		return nil, err
	}
	var files []lake.File
	for _, w := range written {
		w.Source, w.System, w.Placed = f.Source, f.System, f.Placed
		files = append(files, w.File)
	}
	return files, m.measure(ctx, files)
}

func (m *merging) folder(month string) string {
	if month == lake.Undated || month == "pending" || month == "unplaced" {
		return m.Lake.Path("live/" + m.input.Name + "/" + month)
	}
	return m.Lake.Path("live/" + m.input.Name + "/month=" + month)
}

// rewriteStaged gives the staged files less the rows that go.
func (m *merging) rewriteStaged(ctx context.Context, staged []stagedFile) ([]stagedFile, error) {
	losing, err := m.losing(ctx)
	if err != nil {
		return nil, err
	}
	var arrived []stagedFile
	for _, s := range staged {
		if !losing[m.Lake.Path(s.Path)] {
			arrived = append(arrived, s)
			continue
		}
		month := s.month
		if month == "" {
			month = "unplaced"
		}
		files, err := m.rewrite(ctx, s.File, month)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			arrived = append(arrived, stagedFile{File: f, month: s.month, delivery: s.delivery, source: s.source})
		}
	}
	return arrived, nil
}

// adopt adds what arrived to the live set: rows with a month as they are,
// others, and those that must move, by their owner.
func (m *merging) adopt(ctx context.Context, arrived []stagedFile, homeless []lake.File) error {
	var direct []lake.File
	for _, s := range arrived {
		if s.month == "" {
			homeless = append(homeless, s.File)
			continue
		}
		direct = append(direct, s.File)
	}
	if err := m.measure(ctx, direct); err != nil {
		return err
	}
	i := 0
	for _, s := range arrived {
		if s.month != "" {
			m.set.Months[s.month] = append(m.set.Months[s.month], direct[i])
			i++
		}
	}
	if m.input.Owner == nil {
		return nil
	}
	return m.place(ctx, homeless)
}

// measure fills in what a manifest says of new files beyond their size: the
// deliveries in them, rows whose owner is unknown, other months that they reach.
func (m *merging) measure(ctx context.Context, files []lake.File) error {
	plain := func(f lake.File) bool { return f.Deliveries != nil && !f.Placed }
	if len(m.input.Reaches) == 0 && !slices.ContainsFunc(files, func(f lake.File) bool { return !plain(f) }) {
		return nil
	}
	for i := range files {
		if err := m.measureFile(ctx, &files[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) measureFile(ctx context.Context, f *lake.File) error {
	orphans := "0"
	if f.Placed {
		orphans = "count(*) filter (owner_month is null and " + duck.Name(m.input.Owner.On[0]) + " is not null)"
	}
	query := "select list(distinct delivery_id), " + orphans
	for _, column := range m.input.Reaches {
		query += fmt.Sprintf(", list(distinct strftime(date_trunc('month', %[1]s), '%%Y-%%m-%%d')) filter (%[1]s is not null and date_trunc('month', %[1]s) <> month)", duck.Name(column))
	}
	var deliveries duck.List[int64]
	found := make([]duck.List[string], len(m.input.Reaches))
	into := []any{&deliveries, &f.Orphans}
	for i := range found {
		into = append(into, &found[i])
	}
	if err := m.DB.QueryRowContext(ctx, query+" from "+m.relation([]lake.File{*f})).Scan(into...); err != nil {
		return duck.Scrub(err)
	}
	slices.Sort(deliveries)
	f.Deliveries = deliveries
	for i, column := range m.input.Reaches {
		if len(found[i]) > 0 {
			slices.Sort(found[i])
			f.Reaches = map[string][]string{column: found[i]}
		}
	}
	return nil
}
