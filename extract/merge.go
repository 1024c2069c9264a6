package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	inputs := n.ownersFirst()
	for _, in := range inputs {
		m := &merging{Night: n, input: in, set: n.liveSet(in), table: duck.Name("lost_" + in.Name)}
		if err := m.run(ctx); err != nil {
			return fmt.Errorf("merging input %s: %w", in.Name, err)
		}
	}
	for _, in := range inputs {
		for _, table := range []string{duck.Name("lost_" + in.Name), touched(in.Name), refused(in.Name)} {
			if _, err := n.DB.ExecContext(ctx, "drop table if exists "+table); err != nil {
				return duck.Scrub(err)
			}
		}
	}
	return nil
}

func (n *Night) liveSet(in *models.Input) *lake.LiveSet {
	if set := n.Manifest.Inputs[in.Name]; set != nil {
		return set
	}
	return &lake.LiveSet{Contract: contractOf(in), Months: map[string][]lake.File{}}
}

// contractOf fingerprints a contract, own columns included. A live set that carries it was written
// under that contract throughout.
func contractOf(in *models.Input) string {
	text := in.Text
	for _, own := range in.Own {
		text += "\n" + own.Name + " " + string(own.Type)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// renew notes that a live set fulfils the contract as it now is, when nothing is
// left of what was written before tonight.
func (m *merging) renew() {
	old := func(f lake.File) bool { return slices.Min(f.Deliveries) < m.firstID }
	if !slices.ContainsFunc(m.set.All(), old) {
		m.fulfil()
	}
}

// merging is one input's merge under way.
type merging struct {
	*Night
	input *models.Input
	set   *lake.LiveSet
	// table of rows that go: system, key, where each row came from and lies, and
	// why it goes.
	table  string
	serial int
}

func (m *merging) run(ctx context.Context) error {
	staged := m.staged[m.input.Name]
	if len(staged) == 0 && !m.drops() && !m.ownerChanged() && !m.snapshotTonight() && !m.outdated(m.input) {
		return nil
	}
	m.merged[m.input.Name] = true
	if err := m.migrate(ctx); err != nil {
		return err
	}
	if err := m.prepare(ctx); err != nil {
		return err
	}
	for _, find := range []func(context.Context, []stagedFile) error{m.guardReplaced, m.findConflicts, m.findReplaced, m.findDeleted, m.findMissing, m.findUnchanged} {
		if err := find(ctx, staged); err != nil {
			return err
		}
	}
	if err := m.enter(ctx); err != nil {
		return err
	}
	moved, err := m.findMoved(ctx)
	if err != nil {
		return err
	}
	if err := m.touch(ctx, staged); err != nil {
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
	if err := m.compact(ctx); err != nil {
		return err
	}
	m.renew()
	m.Manifest.Inputs[m.input.Name] = m.set
	return m.countPending(ctx)
}

// drops says whether a delivery that fed the input was replaced tonight.
func (m *merging) drops() bool {
	return slices.ContainsFunc(m.set.All(), m.hasDropped)
}

func (m *merging) hasDropped(f lake.File) bool {
	return slices.ContainsFunc(f.Deliveries, func(id int64) bool { return slices.Contains(m.dropped[f.Source], id) })
}

// prepare makes the empty table of rows that go.
func (m *merging) prepare(ctx context.Context) error {
	columns := "system varchar"
	for _, key := range m.input.Key {
		column, _ := m.input.Column(key)
		columns += ", " + duck.Name(key) + " " + duck.SQLType(column.Type)
	}
	return m.exec(ctx, "create or replace table "+m.table+" ("+columns+", delivery_id bigint, source_row bigint, filename varchar, file_row_number bigint, _live boolean, _outcome varchar)")
}

// lose enters rows among those that go. The query s gives the input's rows with
// filename and file_row_number, _live and _outcome.
func (m *merging) lose(ctx context.Context, query string) (rows int64, err error) {
	done, err := m.DB.ExecContext(ctx, "insert into "+m.table+" select "+m.keys("s.")+", s.delivery_id, s.source_row, s.filename, s.file_row_number, s._live, s._outcome from ("+query+") s")
	if err != nil {
		return 0, duck.Scrub(err)
	}
	return done.RowsAffected()
}

// notLost joins away the rows, of that alias, that go already.
func (m *merging) notLost(alias string) string {
	return fmt.Sprintf("anti join %s g on %s", m.table, sameRow(alias+".", "g."))
}

// sameRow is the condition that two rows are one: it lies at one place.
func sameRow(a, b string) string {
	return fmt.Sprintf("%[1]sfilename = %[2]sfilename and %[1]sfile_row_number = %[2]sfile_row_number", a, b)
}

func (m *merging) exec(ctx context.Context, statement string) error {
	_, err := m.DB.ExecContext(ctx, statement)
	return duck.Scrub(err)
}

// keys lists system and the key columns, quoted, each behind a prefix.
func (m *merging) keys(prefix string) string { return prefixed(prefix, m.input.Key) }

// entity is the key without valid_from: what a versioned row is about.
func (m *merging) entity(prefix string) string { return prefixed(prefix, entityOf(m.input)) }

func entityOf(in *models.Input) []string {
	return slices.DeleteFunc(slices.Clone(in.Key), func(key string) bool { return key == "valid_from" })
}

func prefixed(prefix string, columns []string) string {
	names := []string{prefix + "system"}
	for _, name := range columns {
		names = append(names, prefix+duck.Name(name))
	}
	return strings.Join(names, ", ")
}

// equal is the condition that rows a and b agree in system and columns, by = or
// by `is not distinct from`.
func equal(columns []string, a, operator, b string) string {
	parts := []string{a + "system = " + b + "system"}
	for _, name := range columns {
		parts = append(parts, a+duck.Name(name)+" "+operator+" "+b+duck.Name(name))
	}
	return strings.Join(parts, " and ")
}

// stored is the rows of files with the columns that they have, the file's name, and
// the row's place in it.
func (m *merging) stored(files []lake.File) string {
	return "read_parquet(" + duck.TextList(m.Lake.Paths(files)) + ", union_by_name=true, hive_partitioning=false, filename=true, file_row_number=true)"
}

// relation is the rows of files of the input, with all its columns.
func (m *merging) relation(files []lake.File) string { return m.full(m.input, files) }

// full is the rows of files of an input's live set, with every column of its
// contract: files lack those that their mapping leaves null.
func (m *merging) full(in *models.Input, files []lake.File) string {
	columns := slices.Concat([]models.Column{{Name: "system", Type: "string"}, {Name: "row_version", Type: "string"}}, in.Columns)
	if len(clocked(in)) > 0 {
		columns = append(columns, models.Column{Name: byClock, Type: "int"})
	}
	if in.Owner != nil {
		columns = append(columns, models.Column{Name: "owner_month", Type: "date"})
	}
	if in.Dated() {
		columns = append(columns, models.Column{Name: "month", Type: "date"})
	}
	if len(files) == 0 {
		return "(" + duck.None(columns) + ")"
	}
	return "(select * from " + m.stored(files) + " union all by name " + duck.None(columns) + ")"
}

// keyed are the staged files whose rows are told apart by key.
func keyed(staged []stagedFile) []stagedFile {
	return slices.DeleteFunc(slices.Clone(staged), func(s stagedFile) bool { return !s.source.HasKey() })
}

func filesOf(staged []stagedFile) []lake.File {
	files := make([]lake.File, len(staged))
	for i, s := range staged {
		files[i] = s.File
	}
	return files
}

// rivals are the live and pending files of the systems that staged rows are of.
func (m *merging) rivals(staged []lake.File) []lake.File {
	systems := map[string]bool{}
	for _, f := range staged {
		systems[f.System] = true
	}
	var files []lake.File
	for _, f := range m.set.All() {
		source := m.Config.Sources.Named(f.Source)
		if systems[f.System] && (source == nil || source.HasKey()) {
			files = append(files, f)
		}
	}
	return files
}

// kept is the condition that a row's delivery was not replaced tonight.
func (m *merging) kept(prefix string) string {
	var ids []string
	for _, source := range slices.Sorted(maps.Keys(m.dropped)) {
		for _, id := range m.dropped[source] {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	if len(ids) == 0 {
		return "true"
	}
	return prefix + "delivery_id not in (" + strings.Join(ids, ", ") + ")"
}
