package models

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// A Test is an audit over a whole model. Exactly one of Unique and SQL is set.
// SQL is a query that returns the offending rows; it runs inside the warehouse,
// where every table is at hand. Severity is "block" (default) or "warn".
type Test struct {
	Name     string   `yaml:"name"`
	Unique   []string `yaml:"unique"`
	SQL      string   `yaml:"sql"`
	Severity string   `yaml:"severity"`
	// ByKey says that the SQL looks at each key of the model's patches by itself: it need
	// only see those that changed.
	ByKey bool `yaml:"by_key"`
}

// A ColumnTest is an audit over one column: Kind is not_null, unique,
// accepted_values (Values), relationships (To "model.column"), range (Min and Max,
// both included, one of them perhaps empty), or moves. All but moves, which
// warns, block unless the configuration says otherwise.
type ColumnTest struct {
	Kind     string
	Values   []string
	To       string
	Min, Max string
	// Moves says what a row's value may become from one night to the next; a
	// value that it does not name may become anything. Rows are told apart by the
	// model's grain.
	Moves Moves
}

// Moves lists for a value those that may follow it.
type Moves map[string][]string

// The guards that a model has beside the tests of its header. All but RowCount
// compare with another night or day, so that what they find may be right after
// all; a person may accept it.
const (
	// RowCount compares the table with its files.
	RowCount = "row_count"
	// RowDrop compares its rows with last night's.
	RowDrop = "row_drop"
	// LastNight, <measure>.last_night, compares a measure with last night's, by month.
	LastNight = "last_night"
	// ComparableDay, <measure>.comparable_day or rows.comparable_day, compares a
	// day with dim_date's comparable_date.
	ComparableDay = "comparable_day"
	// Freshness, <source>.freshness, compares a source's newest row with as_of.
	Freshness = "freshness"
	// Deleted, <source>.deleted or <input>.deleted, looks at how many rows deliveries
	// delete.
	Deleted = "deleted"
)

// AuditName is the name by which `audits` in the configuration refers to the test.
func (t Test) AuditName() string {
	if t.Name == "" && len(t.Unique) > 0 {
		return "unique"
	}
	return t.Name
}

// Audits lists the names of all tests and guards of the model.
func (m *Model) Audits() []string {
	var names []string
	for _, test := range m.Tests {
		names = append(names, test.AuditName())
	}
	for _, column := range m.Columns {
		for _, test := range column.Tests {
			if test.Kind != "moves" {
				names = append(names, column.Name+"."+test.Kind)
			}
		}
	}
	return slices.Concat(names, []string{RowCount}, m.Guards())
}

// Guards lists the names of those that a person may accept for a night.
func (m *Model) Guards() []string {
	names := []string{RowDrop}
	for _, column := range m.Columns {
		for _, test := range column.Tests {
			if test.Kind == "moves" {
				names = append(names, column.Name+".moves")
			}
		}
	}
	for _, measure := range m.Totals() {
		names = append(names, measure.Name+"."+LastNight)
	}
	if len(m.Totals()) > 0 && m.Daily() {
		names = append(names, "rows."+ComparableDay)
		for _, measure := range m.Totals() {
			names = append(names, measure.Name+"."+ComparableDay)
		}
	}
	return names
}

// Totals are the measures of a monthly fact that sum up over its rows. Those of
// marts follow from them.
func (m *Model) Totals() []Measure {
	if !m.Monthly() || m.Kind() != "fact" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.Measures), func(x Measure) bool { return x.Additivity != "additive" })
}

// Daily says whether the model's rows have a business date.
func (m *Model) Daily() bool { return m.has("business_date") }

// UnmarshalYAML reads a column test: a word, or a mapping of one key.
func (t *ColumnTest) UnmarshalYAML(node ast.Node) error {
	switch node := node.(type) {
	case *ast.StringNode:
		t.Kind = node.Value
		return nil
	case *ast.MappingNode:
		var parts struct {
			AcceptedValues []string `yaml:"accepted_values"`
			Relationships  string   `yaml:"relationships"`
			Range          *struct {
				Min string `yaml:"min"`
				Max string `yaml:"max"`
			} `yaml:"range"`
			Moves Moves `yaml:"moves"`
		}
		if err := yaml.NodeToValue(node, &parts, yaml.Strict()); err != nil {
			return err
		}
		if len(node.Values) != 1 {
			return fmt.Errorf("a column test is one of %s: write several as a list", testKinds)
		}
		t.Kind = node.Values[0].Key.String()
		t.Values, t.To, t.Moves = parts.AcceptedValues, parts.Relationships, parts.Moves
		if parts.Range != nil {
			t.Min, t.Max = parts.Range.Min, parts.Range.Max
		}
		return nil
	default:
		return fmt.Errorf("a column test is a word or {accepted_values: […]}, not %s", node.Type())
	}
}

const testKinds = "not_null, unique, accepted_values, relationships, range, moves"

// checkTests finds tests that could not be run.
func (m *Model) checkTests() error {
	for i, t := range m.Tests {
		name := cmp.Or(t.AuditName(), fmt.Sprintf("number %d", i+1))
		switch {
		case (len(t.Unique) > 0) == (t.SQL != ""):
			return fmt.Errorf("test %s: give either `unique: [column, …]` or `sql:`, a query of the offending rows", name)
		case t.SQL != "" && t.Name == "":
			return fmt.Errorf("test %s has no name: give one, by which `audits` can refer to it", name)
		case t.ByKey && (t.SQL == "" || !m.Patches() || !m.UniqueByKey()):
			return fmt.Errorf("test %s: by_key is for the SQL of a model whose upkeep replaces by a key that all its unique tests have", name)
		case !slices.Contains([]string{"", "block", "warn"}, t.Severity):
			return fmt.Errorf("test %s has severity %q: use block or warn", name, t.Severity)
		}
		for _, column := range t.Unique {
			if !m.has(column) {
				return fmt.Errorf("test %s: %q is no column%s", name, column, nearest(column, m.columnNames()))
			}
		}
	}
	for _, column := range m.Columns {
		for _, t := range column.Tests {
			if err := column.checkTest(t); err != nil {
				return fmt.Errorf("column %s: %w", column.Name, err)
			}
		}
	}
	return nil
}

func (c Column) checkTest(t ColumnTest) error {
	switch t.Kind {
	case "not_null", "unique":
		return nil
	case "accepted_values":
		if len(t.Values) == 0 {
			return fmt.Errorf("accepted_values names none: write {accepted_values: [value, …]}")
		}
	case "relationships":
		if strings.Count(t.To, ".") != 1 {
			return fmt.Errorf("relationships is %q: write {relationships: model.column}", t.To)
		}
	case "range":
		if t.Min == "" && t.Max == "" {
			return fmt.Errorf("range has no bound: write {range: {min: 0, max: 1}}, or one of the two")
		}
		c.Min, c.Max = t.Min, t.Max
		return c.bounded()
	case "moves":
		if len(t.Moves) == 0 {
			return fmt.Errorf("moves names none: write {moves: {value: [what it may become, …]}}")
		}
		if c.Type != "string" {
			return fmt.Errorf("moves are of texts, and it is of type %s", c.Type)
		}
	default:
		return fmt.Errorf("%q is no test%s: use %s", t.Kind, nearest(t.Kind, strings.Split(testKinds, ", ")), testKinds)
	}
	return nil
}

// checkRelationships finds tests on columns of other models that do not exist.
func (c *Catalog) checkRelationships(m *Model) error {
	for _, column := range m.Columns {
		for _, t := range column.Tests {
			if t.Kind != "relationships" {
				continue
			}
			to, key, _ := strings.Cut(t.To, ".")
			other := c.Models[to]
			switch {
			case other == nil:
				return fmt.Errorf("%s: column %s has a relationship to the model %q, which does not exist%s", m.Path, column.Name, to, nearest(to, slices.Sorted(maps.Keys(c.Models))))
			case !other.has(key):
				return fmt.Errorf("%s: column %s has a relationship to %s, which has no column %q%s", m.Path, column.Name, to, key, nearest(key, other.columnNames()))
			}
		}
	}
	return nil
}

func (m *Model) has(column string) bool { return slices.Contains(m.columnNames(), column) }

func (m *Model) columnNames() []string {
	names := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		names[i] = c.Name
	}
	return names
}
