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
	rows, err := m.DB.QueryContext(ctx, "select delivery_id, count(*) filter (_outcome = 'superseded'), count(*) filter (_outcome = 'duplicate_key') from "+m.table+" where not _live group by 1 order by 1")
	if err != nil {
		return duck.Scrub(err)
	}
	defer rows.Close()
	var duplicated []int64
	for rows.Next() {
		var id, superseded, duplicates int64
		if err := rows.Scan(&id, &superseded, &duplicates); err != nil {
			return err
		}
		m.count(id, m.input.Name, func(c *lake.Counts) {
			c.Superseded += superseded
			c.Rejected += duplicates
			c.Duplicates += duplicates
		})
		if duplicates > 0 {
			duplicated = append(duplicated, id)
		}
	}
	if err := rows.Err(); err != nil {
		return duck.Scrub(err)
	}
	for _, id := range duplicated {
		if err := m.enterDuplicates(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// enterDuplicates notes the rejects of one delivery; of one with too many, the
// first are enough.
func (m *merging) enterDuplicates(ctx context.Context, id int64) error {
	f := m.foundBy(id)
	tooMany := m.beyondLimit(f, m.input.Name)
	query := fmt.Sprintf("select source_row from %s where not _live and _outcome = 'duplicate_key' and delivery_id = %d order by 1", m.table, id)
	if tooMany {
		query += fmt.Sprint(" limit ", keptBeyond)
	}
	rows, err := m.DB.QueryContext(ctx, query)
	if err != nil {
		return duck.Scrub(err)
	}
	defer rows.Close()
	var hits []Reject
	for rows.Next() {
		hit := Reject{Input: m.input.Name, Rule: "duplicate_key", Column: m.input.Key[0], Action: "reject", Reason: "a row with this key counts already; in append mode a key comes once"}
		if err := rows.Scan(&hit.SourceRow); err != nil {
			return err
		}
		hits = append(hits, hit)
	}
	if err := rows.Err(); err != nil {
		return duck.Scrub(err)
	}
	if err := m.illustrate(ctx, f, f.Source.Maps.For(m.input.Name).From, hits); err != nil {
		return err
	}
	for i, hit := range hits {
		m.reject(id, hit, i)
	}
	if tooMany {
		return m.limitError(f, m.input.Name)
	}
	return nil
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
	if m.set.Pending, err = m.without(ctx, m.set.Pending, "pending", losing); err != nil {
		return err
	}
	m.set.Deleted, err = m.without(ctx, m.set.Deleted, deleted, losing)
	return err
}

// losing lists the files that hold rows which go.
func (m *merging) losing(ctx context.Context) (map[string]bool, error) {
	rows, err := m.DB.QueryContext(ctx, "select distinct filename from "+m.table)
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
	return files, duck.Scrub(rows.Err())
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
	query := fmt.Sprintf("select s.* exclude (filename, file_row_number) from %s s %s where %s", m.stored([]lake.File{f}), m.notLost("s"), m.kept("s."))
	return m.write(ctx, query, f, month, "rewritten")
}

// write writes rows of one source and month as a new file; none for no rows.
func (m *merging) write(ctx context.Context, query string, like lake.File, month, why string) ([]lake.File, error) {
	m.serial++
	t := copyTarget{file: filepath.Join(m.folder(month), fmt.Sprintf("%s-%s-%d.parquet", m.Manifest.Run, why, m.serial)), month: month}
	written, err := m.copyOut(ctx, query, t)
	if err != nil {
		return nil, err
	}
	var files []lake.File
	for _, w := range written {
		w.Source, w.System, w.Placed = like.Source, like.System, like.Placed
		if err := m.measure(ctx, &w.File); err != nil {
			return nil, err
		}
		files = append(files, w.File)
	}
	return files, nil
}

func (m *merging) folder(month string) string {
	if month == lake.Undated || month == "pending" || month == "unplaced" || month == deleted {
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
			arrived = append(arrived, stagedFile{File: f, month: s.month, delivery: s.delivery, source: s.source, measured: true})
		}
	}
	return arrived, nil
}
