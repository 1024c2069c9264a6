package models

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// An Input is the contract of one kind of row that the warehouse understands.
// Every row of every input also carries `system`, `delivery_id` and
// `source_row`; they are not declared.
type Input struct {
	Name        string `yaml:"input"`
	Description string `yaml:"description"`
	// Key tells rows apart within a system. A source may say `key: none`.
	Key []string `yaml:"key"`
	// DatedBy names the columns, best first, whose first value decides the
	// month that a row lives in. Without any, the input is one undated set.
	DatedBy []string `yaml:"dated_by"`
	// Owner is the input in whose month a row lives when it has no date.
	Owner *Owner `yaml:"owner"`
	// Reaches are date columns by which a row is also counted in another month.
	Reaches []string `yaml:"reaches"`
	Columns Columns  `yaml:"columns"`
	// Overrides is the fingerprint of the standard contract that a user's
	// contract of the same name replaces.
	Overrides string `yaml:"overrides"`
	// Own are a project's own columns, named x_…: see [Catalog.Carry].
	Own []Column `yaml:"-"`
	// Text is the contract as written: see [Input.Fingerprint].
	Text string `yaml:"-"`
}

// An Owner is the input whose row decides the month of rows that have no date
// of their own, and the columns (besides system) by which they meet.
type Owner struct {
	Input string   `yaml:"input"`
	On    []string `yaml:"on"`
}

// Columns are in the order in which they are written.
type Columns []Column

// Names of the columns, in their order.
func Names(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// UnmarshalYAML reads a mapping of column name to column, and keeps its order.
func (cs *Columns) UnmarshalYAML(node ast.Node) error {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		return fmt.Errorf("columns are a mapping of name to column, not %s", node.Type())
	}
	for entry := mapping.MapRange(); entry.Next(); {
		column := Column{}
		if err := yaml.NodeToValue(entry.Value(), &column, yaml.Strict()); err != nil {
			return err
		}
		column.Name = entry.Key().String()
		*cs = append(*cs, column)
	}
	return nil
}

// A Column is one column of an input's contract or of a model.
type Column struct {
	Name        string `yaml:"-"`
	Type        Type   `yaml:"type"`
	Description string `yaml:"description"`
	Unit        string `yaml:"unit"`
	// RenamedFrom is the name that the column had before; rows read under it keep
	// their value.
	RenamedFrom string `yaml:"renamed_from"`
	// Required rows without a value are rejected by the rule `required`.
	Required bool `yaml:"required"`
	// Personal columns never leave the lake but into the person file.
	Personal bool `yaml:"personal"`
	// Accepted values; another one breaks the rule `not_accepted`.
	Accepted []string `yaml:"accepted"`
	// Min and Max, both included, bound numbers and dates (yyyy-mm-dd); a value
	// beyond breaks the rule `out_of_range`.
	Min string `yaml:"min"`
	Max string `yaml:"max"`
	// Pattern is a regular expression (RE2) that a text matches as a whole; another
	// breaks the rule `bad_pattern`.
	Pattern string `yaml:"pattern"`
	// References is the key column of another input, input.column, in which each
	// value is found, within the system; the audit `<input>.<column>.references` tells
	// of those that are not.
	References string `yaml:"references"`
	// StatusMap marks the column whose source words are translated by the
	// source's `status` map; an unknown word breaks the rule `unknown_status`.
	StatusMap bool `yaml:"status_map"`
	// NotAfterReceipt marks dates that cannot lie after the delivery was
	// received; one that does breaks the rule `future`.
	NotAfterReceipt bool `yaml:"not_after_receipt"`
	// Default is an SQL expression taken where the source gives no value: over
	// the input's other columns, and delivery_on and received_on, the dates of
	// the delivery.
	Default string `yaml:"default"`
	// DefaultNeeds names the column without which there is no such default: a source
	// that does not give that one gives none of this one either.
	DefaultNeeds string `yaml:"default_needs"`
	// CutFrom names the instant of which this date is the business date, where
	// the source gives no date of its own.
	CutFrom string `yaml:"cut_from"`
	// FromOwner names columns of the owner; the first that has a value there
	// is the value here. The source cannot map it.
	FromOwner []string `yaml:"from_owner"`
	// Rules says, by rule name, what happens to a row that breaks it:
	// reject, null, warn or fail. Default: reject.
	Rules map[string]string `yaml:"rules"`
	// Tests of a model's column.
	Tests []ColumnTest `yaml:"tests"`
}

// Column returns the named column, and whether the contract has it.
func (in *Input) Column(name string) (Column, bool) {
	i := slices.IndexFunc(in.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return in.Columns[i], true
}

// LiveColumns are all the columns of the input's live set, in order: its own,
// the project's own, whence a row came, and its month when dated.
func (in *Input) LiveColumns() []Column {
	columns := slices.Concat([]Column{{Name: "system", Type: "string"}}, in.Columns, in.Own,
		[]Column{{Name: "delivery_id", Type: "bigint"}, {Name: "source_row", Type: "bigint"}})
	if in.Dated() {
		columns = append(columns, Column{Name: "month", Type: "date"})
	}
	return columns
}

// FromOwner says whether the input takes values from its owner's row.
func (in *Input) FromOwner() bool {
	return slices.ContainsFunc(in.Columns, func(c Column) bool { return len(c.FromOwner) > 0 })
}

// Versioned says whether every version of a row is kept, and whether the key
// less valid_from tells the rows themselves apart.
func (in *Input) Versioned() bool { return slices.Contains(in.Key, "valid_from") }

// Dated says whether the input's rows live by month.
func (in *Input) Dated() bool { return len(in.DatedBy) > 0 || in.Owner != nil }

// A Type is a portable column type: boolean, int, bigint, decimal(p,s),
// double, date, timestamptz or string (see PORTABLE in docs/architecture.md).
type Type string

// Decimal returns precision and scale of a decimal type.
func (t Type) Decimal() (precision, scale int, ok bool) {
	n, err := fmt.Sscanf(strings.ReplaceAll(string(t), " ", ""), "decimal(%d,%d)", &precision, &scale)
	return precision, scale, err == nil && n == 2
}

// Valid says whether the type is one of the portable types.
func (t Type) Valid() bool {
	if p, s, ok := t.Decimal(); ok {
		return p >= 1 && p <= 18 && s >= 0 && s <= p
	}
	return slices.Contains([]Type{"boolean", "int", "bigint", "double", "date", "timestamptz", "string"}, t)
}
