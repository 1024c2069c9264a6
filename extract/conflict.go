package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// findConflicts decides between rows of one key. In append mode the first one
// counts and later ones are rejected; else the newest counts: by version_by,
// then by place of the delivery, then by row. A live row that the newest one only
// repeats stays: what says nothing new has nothing built again.
func (m *merging) findConflicts(ctx context.Context, staged []stagedFile) error {
	staged = keyed(staged)
	if len(staged) == 0 || len(m.input.Key) == 0 {
		return nil
	}
	files := filesOf(staged)
	rivals, table := m.rivals(files), duck.Name("conflict_"+m.input.Name)
	suspect, rows, err := suspected(staged)
	if err != nil || len(suspect)+len(rivals) == 0 {
		return err
	}
	if err := m.exec(ctx, "create or replace table "+table+" as "+m.conflicting(files, rivals, suspect, rows)); err != nil {
		return err
	}
	var conflicts int64
	if err := m.DB.QueryRowContext(ctx, "select count(*) from "+table).Scan(&conflicts); err != nil {
		return duck.Scrub(err)
	}
	if conflicts > 0 {
		if len(rivals) == 0 {
			files = suspect
		}
		if _, err := m.lose(ctx, m.losers(files, rivals, table)); err != nil {
			return err
		}
	}
	return m.exec(ctx, "drop table "+table)
}

// conflicting is the query of the keys that staged rows share with one another, as
// those suspected may, and with live rows. Keys are first told apart by their hashes,
// which costs a tenth of the keys' bytes.
func (m *merging) conflicting(files, rivals, suspect []lake.File, rows string) string {
	var parts []string
	if len(suspect) > 0 {
		parts = append(parts, fmt.Sprintf(`with staged as (select %[1]s, hash(%[1]s) as h from %[2]s where %[3]s),
		twice as (select h from staged group by h having count(*) > 1)
		select %[1]s from (select %[1]s from staged semi join twice on staged.h = twice.h) group by all having count(*) > 1`, m.keys(""), m.relation(suspect), rows))
	}
	if len(rivals) > 0 {
		parts = append(parts, fmt.Sprintf("select %s from %s l semi join %s s on %s where %s", m.keys("l."), m.relation(rivals), m.relation(files), equal(m.input.Key, "l.", "=", "s."), m.kept("l.")))
	}
	return "(" + strings.Join(parts, ") union (") + ")"
}

// losers is the query of the rows that lose against another one of their key.
// Versions that are numbers are compared as numbers, others as text.
func (m *merging) losers(files, rivals []lake.File, conflict string) string {
	candidates := fmt.Sprintf("select s.*, false as _live from %s s semi join %s c on %s", m.relation(files), conflict, equal(m.input.Key, "s.", "=", "c."))
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all by name select s.*, true as _live from %s s semi join %s c on %s where %s",
			m.relation(rivals), conflict, equal(m.input.Key, "s.", "=", "c."), m.kept("s."))
	}
	return fmt.Sprintf(`with candidate as (select *, %[4]s as _content from (%[1]s)),
		judged as (
			select c.*, d._place, bool_and(_live or d._mode = 'append') over (partition by %[2]s) as _first_counts
			from candidate c join (%[3]s) d using (delivery_id)
		),
		ranked as (
			select *, row_number() over newest as _rank, first_value(_content) over newest as _newest
			from judged
			window newest as (partition by %[2]s order by
				case when _first_counts then _live end desc nulls last,
				case when _first_counts then _place end,
				case when _first_counts then source_row end,
				try_cast(row_version as decimal(38, 9)) desc nulls last, row_version desc nulls last,
				_place desc, source_row desc, delivery_id desc)
		),
		told as (
			select *, bool_or(_live and _content = _newest) over (partition by %[2]s) as _nothing_new
			from ranked
		)
		select *, case when _live then 'removed' when _first_counts then 'duplicate_key' else 'superseded' end as _outcome
		from told where case when _nothing_new then not _live else _rank > 1 end`, candidates, m.keys(""), m.deliveries(), m.content())
}

// content fingerprints what a row says, less the columns named: all its columns
// but where it came from, where it lies, what it has of its owner, and dates that
// the delivery gave because the source gave none.
func (m *merging) content(less ...string) string {
	less = append(less, "filename", "file_row_number", "delivery_id", "source_row", "_live", "month", "owner_month", byClock)
	for _, c := range m.takes() {
		less = append(less, c.Name)
	}
	said := ""
	for i, c := range clocked(m.input) {
		if !slices.Contains(less, c.Name) {
			said += fmt.Sprintf(", case when coalesce(%s, 0) & %d = 0 then %s end", byClock, 1<<i, duck.Name(c.Name))
			less = append(less, c.Name)
		}
	}
	return "hash(*columns(lambda c: c not in (" + quoteAll(less) + "))" + said + ")"
}

// byClock is the column that says which of the clocked columns have the date of
// the delivery for their value, by bits.
const byClock = "by_clock"

// clocked are the columns whose default is a date of the delivery.
func clocked(in *models.Input) []models.Column {
	return slices.DeleteFunc(slices.Clone(in.Columns), func(c models.Column) bool {
		return !strings.Contains(c.Default, "delivery_on") && !strings.Contains(c.Default, "received_on")
	})
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
	return "from (values " + strings.Join(rows, ", ") + ") d(delivery_id, _place, _mode)"
}
