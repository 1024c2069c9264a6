package extract

import (
	"context"
	"fmt"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// findConflicts decides between rows of one key. In append mode the first one
// counts and later ones are rejected; else the newest counts: by version_by,
// then by place of the delivery, then by row.
func (m *merging) findConflicts(ctx context.Context, staged []stagedFile) error {
	files := keyed(staged)
	if len(files) == 0 || len(m.input.Key) == 0 {
		return nil
	}
	rivals, table := m.rivals(files), "conflict_"+m.input.Name
	if err := m.exec(ctx, "create or replace table "+table+" as "+m.conflicting(files, rivals)); err != nil {
		return err
	}
	var conflicts int64
	if err := m.DB.QueryRowContext(ctx, "select count(*) from "+table).Scan(&conflicts); err != nil {
		return duck.Scrub(err)
	}
	if conflicts > 0 {
		if _, err := m.lose(ctx, m.losers(files, rivals, table)); err != nil {
			return err
		}
	}
	return m.exec(ctx, "drop table "+table)
}

// conflicting is the query of the keys that staged rows share with others. Keys
// are first told apart by their hashes, which costs a tenth of the keys' bytes.
func (m *merging) conflicting(files, rivals []lake.File) string {
	query := fmt.Sprintf(`with staged as (select %[1]s, hash(%[1]s) as h from %[2]s),
		twice as (select h from staged group by h having count(*) > 1)
		select %[1]s from (select %[1]s from staged semi join twice on staged.h = twice.h) group by all having count(*) > 1`, m.keys(""), m.relation(files))
	if len(rivals) > 0 {
		query += fmt.Sprintf(" union select %s from %s l semi join staged s on %s where %s", m.keys("l."), m.relation(rivals), equal(m.input.Key, "l.", "=", "s."), m.kept("l."))
	}
	return query
}

// losers is the query of the rows that lose against another one of their key.
// Versions that are numbers are compared as numbers, others as text.
func (m *merging) losers(files, rivals []lake.File, conflict string) string {
	candidates := fmt.Sprintf("select s.*, false as live from %s s semi join %s c on %s", m.relation(files), conflict, equal(m.input.Key, "s.", "=", "c."))
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all by name select s.*, true as live from %s s semi join %s c on %s where %s",
			m.relation(rivals), conflict, equal(m.input.Key, "s.", "=", "c."), m.kept("s."))
	}
	return fmt.Sprintf(`with candidate as (%[1]s),
		judged as (
			select c.*, place, bool_and(live or mode = 'append') over (partition by %[2]s) as first_counts
			from candidate c join (%[3]s) using (delivery_id)
		),
		ranked as (
			select *, row_number() over (partition by %[2]s order by
				case when first_counts then live end desc nulls last,
				case when first_counts then place end,
				case when first_counts then source_row end,
				try_cast(row_version as decimal(38, 9)) desc nulls last, row_version desc nulls last,
				place desc, source_row desc, delivery_id desc) as rank
			from judged
		)
		select *, case when live then 'removed' when first_counts then 'duplicate_key' else 'superseded' end as outcome
		from ranked where rank > 1`, candidates, m.keys(""), m.deliveries())
}

// deliveries is the relation of place and mode of every delivery.
func (m *merging) deliveries() string {
	rows := make([]string, len(m.Manifest.Deliveries))
	for i, d := range m.Manifest.Deliveries {
		mode := "upsert"
		if source := m.Config.Sources.Named(d.Source); source != nil {
			mode = source.Mode
		}
		rows[i] = fmt.Sprintf("(%d, %d, %s)", d.ID, d.Place, duck.Text(mode))
	}
	return "from (values " + strings.Join(rows, ", ") + ") d(delivery_id, place, mode)"
}
