package models

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// A Trace says which rows some columns of a model are made of, so that
// `nightjar trace` can show them; `nightjar trace --check` and a test hold it
// against the tables as built. In its SQL, `it` is the traced row of the model
// (it.month), and other names are columns of From.
type Trace struct {
	// From is the model or input whose rows they are. Without it, Columns are
	// expressions over the row's own columns: net_amount / documents.
	From string `yaml:"from"`
	// Where is a condition over From: which of its rows belong to the traced
	// one. Rows, in place of it, is a query that gives them, with at least all
	// columns of From.
	Where string `yaml:"where"`
	Rows  string `yaml:"rows"`
	// Columns are aggregates over these rows, each one call of sum, count, min,
	// max or bit_or, maybe with a filter. A column that several traces give is
	// the sum of what they give.
	Columns Formulas `yaml:"columns"`
	// Spread are amounts of From's row of which each row of the model that it
	// belongs to has a share: what the other traces of the column leave.
	Spread Formulas `yaml:"spread"`
	// Decides names columns that these rows have a say in, without an amount of
	// their own: a rate, a status, the customer of a head.
	Decides []string `yaml:"decides"`
	// Show names columns of these rows that are shown beside their keys.
	Show []string `yaml:"show"`
}

// A Formula is the SQL that gives one column.
type Formula struct{ Column, SQL string }

// Formulas are in the order in which they are written.
type Formulas []Formula

// UnmarshalYAML reads a mapping of column to SQL, and keeps its order.
func (fs *Formulas) UnmarshalYAML(node ast.Node) error {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		return fmt.Errorf("this is a mapping of column to SQL, not %s", node.Type())
	}
	for entry := mapping.MapRange(); entry.Next(); {
		f := Formula{Column: entry.Key().String()}
		if err := yaml.NodeToValue(entry.Value(), &f.SQL); err != nil {
			return err
		}
		*fs = append(*fs, f)
	}
	return nil
}

// SQL is the formula of a column, "" for none.
func (fs Formulas) SQL(column string) string {
	for _, f := range fs {
		if f.Column == column {
			return f.SQL
		}
	}
	return ""
}

// Query gives the rows of From that belong to the row `it`.
func (t Trace) Query() string {
	if t.Rows != "" {
		return t.Rows
	}
	return "select * from " + t.From + " where " + t.Where
}

// Own lists the formulas over the model's own columns, in order.
func (m *Model) Own() Formulas {
	var own Formulas
	for _, t := range m.Trace {
		if t.From == "" {
			own = append(own, t.Columns...)
		}
	}
	return own
}

// Column returns the named column, and whether the model has it.
func (m *Model) Column(name string) (Column, bool) {
	i := slices.IndexFunc(m.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return m.Columns[i], true
}

var aggregate = regexp.MustCompile(`(?s)^(sum|count|min|max|bit_or)\(.*\)$`)

func (m *Model) checkTrace() error {
	for _, t := range m.Trace {
		if err := t.check(); err != nil {
			return fmt.Errorf("trace from %q: %w", t.From, err)
		}
		for _, f := range slices.Concat(t.Columns, t.Spread) {
			if _, ok := m.Column(f.Column); !ok {
				return fmt.Errorf("trace from %q: there is no column %s", t.From, f.Column)
			}
		}
		for _, name := range t.Decides {
			if _, ok := m.Column(name); !ok {
				return fmt.Errorf("trace from %q: there is no column %s", t.From, name)
			}
		}
	}
	return nil
}

func (t Trace) check() error {
	switch {
	case t.From == "" && (t.Where != "" || t.Rows != "" || len(t.Spread)+len(t.Decides)+len(t.Show) > 0):
		return errors.New("without `from`, it has columns alone: expressions over the row's own")
	case len(t.Columns)+len(t.Spread)+len(t.Decides) == 0:
		return errors.New("it gives no columns")
	case t.From == "":
		return nil
	case (t.Where == "") == (t.Rows == ""):
		return errors.New("say which rows belong to the row `it`: either by `where`, a condition, or by `rows`, a query")
	}
	for _, f := range t.Columns {
		if !aggregate.MatchString(f.SQL) {
			return fmt.Errorf("%s: %q is not one call of sum, count, min, max or bit_or", f.Column, f.SQL)
		}
	}
	return nil
}

// checkTrace checks that a trace is from something that exists, and shows nothing
// personal.
func (c *Catalog) checkTrace(t Trace) error {
	in, m := c.Inputs[t.From], c.Models[t.From]
	switch {
	case t.From == "":
		return nil
	case in == nil && m == nil:
		return fmt.Errorf("a trace is from %q, which is neither a model nor an input%s", t.From, nearest(t.From, slices.Concat(keys(c.Models), keys(c.Inputs))))
	case m != nil && m.Person():
		return fmt.Errorf("a trace is from %s, which holds personal data: it is not traced", t.From)
	case in == nil && len(t.Spread) > 0:
		return fmt.Errorf("a trace from %s spreads amounts: only those of an input are spread", t.From)
	}
	for _, name := range t.Show {
		if in == nil {
			continue
		}
		if column, ok := in.Column(name); ok && column.Personal {
			return fmt.Errorf("a trace from %s shows %s, which is personal", t.From, name)
		}
	}
	return nil
}
