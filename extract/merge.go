package extract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// merge brings the night's staged rows into the live sets, owners before what
// they own. Files are never changed: those that lose rows are written anew
// without them (copy on write), the others are kept as they are.
func (n *Night) merge(ctx context.Context) error {
	for _, in := range n.ownersFirst() {
		m := &merging{Night: n, input: in, set: n.liveSet(in), table: "lost_" + in.Name}
		if err := m.run(ctx); err != nil {
			return fmt.Errorf("merging input %s: %w", in.Name, err)
		}
	}
	return nil
}

// ownersFirst lists the inputs that the project feeds.
func (n *Night) ownersFirst() []*models.Input {
	var order []*models.Input
	var visit func(name string)
	visit = func(name string) {
		in := n.Catalog.Inputs[name]
		if in == nil || slices.Contains(order, in) {
			return
		}
		if in.Owner != nil {
			visit(in.Owner.Input)
		}
		order = append(order, in)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Catalog.Inputs)) {
		visit(name)
	}
	return order
}

func (n *Night) liveSet(in *models.Input) *lake.LiveSet {
	if set := n.Manifest.Inputs[in.Name]; set != nil {
		return set
	}
	return &lake.LiveSet{Months: map[string][]lake.File{}}
}

// merging is one input's merge under way.
type merging struct {
	*Night
	input *models.Input
	set   *lake.LiveSet
	// table of rows that go: system, key, delivery_id, source_row, file, live, outcome.
	table  string
	serial int
}

func (m *merging) run(ctx context.Context) error {
	staged := m.staged[m.input.Name]
	if len(staged) == 0 && !m.drops() && !m.ownerChanged() && !m.snapshotTonight() {
		return nil
	}
	m.merged[m.input.Name] = true
	if err := m.prepare(ctx); err != nil {
		return err
	}
	for _, find := range []func(context.Context, []stagedFile) error{m.findConflicts, m.findMissing, m.findUnchanged} {
		if err := find(ctx, staged); err != nil {
			return err
		}
	}
	if err := m.enter(ctx); err != nil {
		return err
	}
	if err := m.touch(ctx, staged); err != nil {
		return err
	}
	moved, err := m.findMoved(ctx)
	if err != nil {
		return err
	}
	if err := m.rewriteLive(ctx); err != nil {
		return err
	}
	arrived, err := m.rewriteStaged(ctx, staged)
	if err != nil {
		return err
	}
	if err := m.adopt(ctx, arrived, moved); err != nil {
		return err
	}
	m.Manifest.Inputs[m.input.Name] = m.set
	return m.countPending(ctx)
}

// drops says whether a delivery that fed the input was replaced tonight.
func (m *merging) drops() bool {
	return slices.ContainsFunc(append(m.set.Files(), m.set.Pending...), m.hasDropped)
}

func (m *merging) hasDropped(f lake.File) bool {
	return slices.ContainsFunc(f.Deliveries, func(id int64) bool { return slices.Contains(m.dropped[f.Source], id) })
}

func (m *merging) snapshotTonight() bool {
	for source := range m.snapshots {
		if m.Config.Sources.Named(source).Maps.For(m.input.Name) != nil {
			return true
		}
	}
	return false
}

// prepare makes the empty table of rows that go.
func (m *merging) prepare(ctx context.Context) error {
	columns := "system varchar"
	for _, key := range m.input.Key {
		column, _ := m.input.Column(key)
		columns += ", " + duck.Name(key) + " " + duck.SQLType(column.Type)
	}
	return m.exec(ctx, "create or replace table "+m.table+" ("+columns+", delivery_id bigint, source_row bigint, file varchar, live boolean, outcome varchar)")
}

func (m *merging) exec(ctx context.Context, statement string) error {
	_, err := m.DB.ExecContext(ctx, statement)
	return duck.Scrub(err)
}

// keys lists system and the key columns, quoted, each behind a prefix.
func (m *merging) keys(prefix string) string {
	names := []string{prefix + "system"}
	for _, key := range m.input.Key {
		names = append(names, prefix+duck.Name(key))
	}
	return strings.Join(names, ", ")
}

// entity is the key without valid_from: what a versioned row is about.
func (m *merging) entity(prefix string) string {
	names := []string{prefix + "system"}
	for _, key := range m.input.Key {
		if key != "valid_from" {
			names = append(names, prefix+duck.Name(key))
		}
	}
	return strings.Join(names, ", ")
}

func equal(columns string, a, b string) string {
	var parts []string
	for name := range strings.SplitSeq(columns, ", ") {
		parts = append(parts, a+name+" = "+b+name)
	}
	return strings.Join(parts, " and ")
}

// relation is the rows of files, with the file's name beside each.
func (m *merging) relation(files []lake.File) string {
	return "read_parquet(" + duck.TextList(m.Lake.Paths(files)) + ", union_by_name=true, hive_partitioning=false, filename=true)"
}

// keyed are the staged files whose rows are told apart by key.
func keyed(staged []stagedFile) []lake.File {
	var files []lake.File
	for _, s := range staged {
		if s.source.HasKey() {
			files = append(files, s.File)
		}
	}
	return files
}

// rivals are the live and pending files of the systems that staged rows are of.
func (m *merging) rivals(staged []lake.File) []lake.File {
	var systems []string
	for _, f := range staged {
		systems = append(systems, f.System)
	}
	var files []lake.File
	for _, f := range append(m.set.Files(), m.set.Pending...) {
		source := m.Config.Sources.Named(f.Source)
		if slices.Contains(systems, f.System) && (source == nil || source.HasKey()) {
			files = append(files, f)
		}
	}
	return files
}

// kept is the condition that a live row's delivery was not replaced tonight.
func (m *merging) kept() string { return m.keptOf("") }

func (m *merging) keptOf(row string) string {
	var ids []string
	for _, dropped := range m.dropped {
		for _, id := range dropped {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	if len(ids) == 0 {
		return "true"
	}
	return row + "delivery_id not in (" + strings.Join(ids, ", ") + ")"
}

// findConflicts decides between rows of one key. In append mode the first one
// counts and later ones are rejected; else the newest counts: by version_by,
// then by place of the delivery, then by row.
func (m *merging) findConflicts(ctx context.Context, staged []stagedFile) error {
	files := keyed(staged)
	if len(files) == 0 || len(m.input.Key) == 0 {
		return nil
	}
	rivals := m.rivals(files)
	conflict := "conflict_" + m.input.Name
	if err := m.exec(ctx, "create or replace table "+conflict+" as "+m.conflicting(files, rivals)); err != nil {
		return err
	}
	var conflicts int64
	if err := m.DB.QueryRowContext(ctx, "select count(*) from "+conflict).Scan(&conflicts); err != nil {
		return duck.Scrub(err)
	}
	if conflicts == 0 {
		return m.exec(ctx, "drop table "+conflict)
	}
	candidates := fmt.Sprintf("select %s, delivery_id, source_row, row_version, filename, false as live from %s s semi join %s c on %s",
		m.keys("s."), m.relation(files), conflict, equal(m.keys(""), "s.", "c."))
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all select %s, delivery_id, source_row, row_version, filename, true from %s s semi join %s c on %s where %s",
			m.keys("s."), m.relation(rivals), conflict, equal(m.keys(""), "s.", "c."), m.kept())
	}
	return m.exec(ctx, fmt.Sprintf(`insert into %[1]s
		with candidate as (%[2]s),
		judged as (
			select c.*, place, bool_and(live or mode = 'append') over (partition by %[3]s) as first_counts
			from candidate c join (%[4]s) using (delivery_id)
		),
		ranked as (
			select *, row_number() over (partition by %[3]s order by
				case when first_counts then live end desc nulls last,
				case when first_counts then place end,
				case when first_counts then source_row end,
				row_version desc nulls last, place desc, source_row desc, delivery_id desc) as rank
			from judged
		)
		select %[3]s, delivery_id, source_row, filename, live,
			case when live then 'removed' when first_counts then 'duplicate_key' else 'superseded' end
		from ranked where rank > 1;
		drop table %[5]s`, m.table, candidates, m.keys(""), m.deliveries(), conflict))
}

// conflicting is the query of the keys that staged rows share with others. Keys
// are first told apart by their hashes, which costs a tenth of the keys' bytes.
func (m *merging) conflicting(files, rivals []lake.File) string {
	query := fmt.Sprintf(`with staged as (select %[1]s, hash(%[1]s) as h from %[2]s),
		twice as (select h from staged group by h having count(*) > 1)
		select %[1]s from (select %[1]s from staged semi join twice on staged.h = twice.h) group by all having count(*) > 1`, m.keys(""), m.relation(files))
	if len(rivals) > 0 {
		query += fmt.Sprintf(" union select %s from %s l semi join staged s on %s where %s", m.keys("l."), m.relation(rivals), equal(m.keys(""), "l.", "s."), m.kept())
	}
	return query
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

// findMissing finds what tonight's newest snapshot of a source no longer has.
func (m *merging) findMissing(ctx context.Context, staged []stagedFile) error {
	for name, ids := range m.snapshots {
		if m.Config.Sources.Named(name).Maps.For(m.input.Name) == nil {
			continue
		}
		newest := slices.Max(ids)
		var last, before []lake.File
		for _, s := range staged {
			switch {
			case s.source.Name == name && s.delivery == newest:
				last = append(last, s.File)
			case s.source.Name == name:
				before = append(before, s.File)
			}
		}
		var live []lake.File
		for _, f := range append(m.set.Files(), m.set.Pending...) {
			if f.Source == name {
				live = append(live, f)
			}
		}
		if err := m.findMissingOf(ctx, name, last, before, live); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) findMissingOf(ctx context.Context, source string, last, before, live []lake.File) error {
	there := "select " + m.entity("") + " from (select null::varchar as system) where false"
	if len(last) > 0 {
		there = "select " + m.entity("") + " from " + m.relation(last)
	} else if len(live) > 0 {
		there = "select " + m.entity("") + " from " + m.relation(live) + " where false"
	} else {
		return nil
	}
	for outcome, files := range map[string][]lake.File{"superseded": before, "removed": live} {
		if len(files) == 0 {
			continue
		}
		found, err := m.DB.ExecContext(ctx, fmt.Sprintf("insert into %s select %s, s.delivery_id, s.source_row, s.filename, %t, %s from %s s anti join (%s) t on %s anti join %s g on %s and s.delivery_id = g.delivery_id and s.source_row = g.source_row where %s",
			m.table, m.keys("s."), outcome == "removed", duck.Text(outcome), m.relation(files), there, equal(m.entity(""), "s.", "t."), m.table, equal(m.keys(""), "s.", "g."), m.keptOf("s.")))
		if err != nil {
			return duck.Scrub(err)
		}
		deleted, _ := found.RowsAffected()
		total := int64(0)
		for _, f := range files {
			total += f.Rows
		}
		if share := m.Config.Guards.Deleted; outcome == "removed" && float64(deleted) > share*float64(total) && deleted > 10 {
			return fmt.Errorf("source %s: its snapshot leaves out %d of %d rows, more than guards.deleted (%.0f %%) allows: check that the file is whole, or raise guards.deleted", source, deleted, total, 100*share)
		}
	}
	return nil
}

// findUnchanged finds staged versions that say nothing new: with the same
// values as the version before, where only the delivery's date tells them apart.
func (m *merging) findUnchanged(ctx context.Context, staged []stagedFile) error {
	if !m.input.Versioned() {
		return nil
	}
	var files []lake.File
	for _, s := range staged {
		if _, mapped := s.source.Maps.For(m.input.Name).Columns.Column("valid_from"); !mapped && s.source.HasKey() {
			files = append(files, s.File)
		}
	}
	rivals := m.rivals(files)
	if len(files) == 0 || (len(rivals) == 0 && oneDelivery(files)) {
		return nil
	}
	var attributes []string
	for _, column := range m.input.Columns {
		if column.Name != "valid_from" {
			attributes = append(attributes, duck.Name(column.Name))
		}
	}
	candidates := "select *, false as live from " + m.relation(files)
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all by name (select *, true as live from %s l semi join (select %s from %s) s on %s where %s)",
			m.relation(rivals), m.entity(""), m.relation(files), equal(m.entity(""), "l.", "s."), m.kept())
	}
	return m.exec(ctx, fmt.Sprintf(`insert into %[1]s
		with candidate as (from (%[2]s) c anti join %[1]s l on %[3]s and c.delivery_id = l.delivery_id and c.source_row = l.source_row),
		sequence as (
			select *, lag(row(%[4]s)) over (partition by %[5]s order by valid_from, delivery_id, source_row) as before
			from candidate
		)
		select %[6]s, delivery_id, source_row, filename, live, 'superseded' from sequence where not live and before is not distinct from row(%[4]s)`,
		m.table, candidates, equal(m.keys(""), "c.", "l."), strings.Join(attributes, ", "), m.entity(""), m.keys("")))
}

func oneDelivery(files []lake.File) bool {
	return len(files) == 0 || !slices.ContainsFunc(files, func(f lake.File) bool { return !slices.Equal(f.Deliveries, files[0].Deliveries) })
}
