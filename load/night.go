package load

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/internal/lineage"
	"nightjar/models"
)

// A Night is everything that loading one night needs.
type Night struct {
	Lake *lake.Lake
	// Manifest is this night's, not yet committed: its Models name the built
	// file of every partition. Build sets Warehouse, Person and each
	// Partition.Content.
	Manifest *lake.Manifest
	// Previous is the current manifest, nil on the first night. Its warehouse
	// is what Build starts from, its rows are what the guards compare with.
	Previous *lake.Manifest
	Catalog  *models.Catalog
	// Models are those of this night; each becomes a table. A catalog's model
	// that is not among them has no table, and tests that mention it are skipped.
	Models []*models.Model
	// Audits overrides the severity of tests: block, warn or off, by
	// "<model>.<test>" as config spells it.
	Audits map[string]string
	// RowDrop is the share of a table's rows (0.5 = half) that may be gone
	// since last night before the guard row_drop blocks; 0 turns it off.
	RowDrop float64
	// LastNight and ComparableDay are the shares by which a total may differ from
	// last night's, or from the comparable day's, before the guards of those names
	// fail; 0 turns them off.
	LastNight     float64
	ComparableDay float64
	// Moves replaces those of a header's test, by "<model>.<column>".
	Moves map[string]models.Moves
	// ExpectDays says by source within how many days before as_of its newest row lies.
	ExpectDays map[string]int
	// Accepted guards, "<model>.<guard>" → the reason that a person gave: they
	// are recorded and do not block.
	Accepted map[string]string
	// Stale lists, by model, partitions that were left as they were, although what they
	// are built from has changed.
	Stale map[string][]string
	// Verify reckons the Content of every new partition from its table, too.
	Verify bool
	// Engine says what DuckDB may use; Path is ignored.
	Engine duck.Options
	// Views are the SQL of those models that are views, by model.
	Views map[string]string
	// Lineage of the models' columns, by model, for nightjar.column_lineage.
	Lineage map[string]*lineage.Lineage
	// Runs are earlier runs, for nightjar.run. This night's own row is added
	// when they do not have it.
	Runs []Run
}

// A Run is one row of nightjar.run. Zero times and numbers become null.
type Run struct {
	ID string
	// Number of the manifest that the run committed; 0 if none.
	Number     int
	AsOf       string
	ReceivedAt time.Time
	StartedAt  time.Time
	EndedAt    time.Time
	// Outcome is "published", "unchanged", "blocked" or "failed".
	Outcome string
	// Message says why, without personal data.
	Message string
}

const (
	warehouse = "warehouse"
	person    = "person"
	temporary = ".tmp"
)

// catalogOf is the attached file that holds a model's table.
func catalogOf(m *models.Model) string {
	if m.Person() {
		return person
	}
	return warehouse
}

// table is a model's table, by its full name.
func table(m *models.Model) string { return catalogOf(m) + ".main." + duck.Name(m.Name) }

// building is where a file of this night is built.
func (n Night) building(name string) string { return n.Lake.WarehousePath(name) + temporary }

func (n Night) warehouseFile() string { return "warehouse-" + n.Manifest.Run + ".duckdb" }
func (n Night) personFile() string    { return "person-" + n.Manifest.Run + ".duckdb" }

// changed lists a model's partitions whose files are not last night's, in order.
func (n Night) changed(model string) []string {
	before := n.Previous.Partitions(model)
	var keys []string
	for key, p := range n.Manifest.Partitions(model) {
		if !p.Same(before[key]) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func rowsOf(parts map[string]lake.Partition) int64 {
	var rows int64
	for _, p := range parts {
		rows += p.Rows()
	}
	return rows
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// dates is an SQL list of months given as partition keys.
func dates(months []string) string {
	texts := make([]string, len(months))
	for i, month := range months {
		texts[i] = "date " + duck.Text(month)
	}
	return "(" + strings.Join(texts, ", ") + ")"
}
