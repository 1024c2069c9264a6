package config

import (
	"slices"
	"strings"

	"nightjar/models"
)

// carried are the columns that every row has without mapping them.
var carried = []string{"system", "delivery_id", "source_row", "month"}

func (c *checker) mapping(s *Source, m *Mapping, at string) {
	m.Contract = c.catalog.Inputs[m.Input]
	if m.Contract == nil {
		c.at(at, "is no input%s: the inputs are %s", c.near(at, m.Input, c.inputs()), strings.Join(c.inputs(), ", "))
		return
	}
	if len(m.Contract.Key) == 0 && s.Mode == "snapshot" {
		c.at(at, "has no key in its contract, and a snapshot tells rows apart by it: use mode append")
	}
	c.from(s, m, at)
	c.expression(join(at, "filter"), m.Filter)
	c.unpivot(m.Unpivot, join(at, "unpivot"))
	for i := range m.Columns {
		c.column(m, &m.Columns[i], join(at, "columns."+m.Columns[i].Column))
	}
	if len(m.Columns) > 0 {
		c.complete(m, at)
	}
	c.rules(m, join(at, "rules"))
}

func (c *checker) inputs() []string { return sorted(c.catalog.Inputs) }

func (c *checker) unpivot(u *Unpivot, at string) {
	if u == nil {
		return
	}
	if u.Name != "" && u.Name == u.Value {
		c.at(join(at, "value"), "is also the name: expressions could not tell them apart")
	}
	for i, name := range u.Columns {
		if slices.Contains(u.Columns[:i], name) {
			c.at(c.listed(join(at, "columns"), i), "names the column %q a second time", name)
		}
	}
}

// column checks the expression of one column of an input.
func (c *checker) column(m *Mapping, e *Expr, at string) {
	c.expression(c.part(at, "sql"), e.SQL)
	var kind models.Type
	if strings.HasPrefix(e.Column, "x_") {
		kind = c.extraColumn(m, e, at)
	} else if kind = c.contractColumn(m, e, at); kind == "" {
		return
	}
	switch {
	case e.Format == "":
	case kind != "date" && kind != "timestamptz":
		c.at(join(at, "format"), "is given, but %s is of type %s: only dates and points in time have one", e.Column, kind)
	default:
		c.strptime(join(at, "format"), e.Format, kind)
	}
}

// contractColumn returns the type that the contract gives the column, or "".
func (c *checker) contractColumn(m *Mapping, e *Expr, at string) models.Type {
	column, ok := m.Contract.Column(e.Column)
	switch {
	case slices.Contains(carried, e.Column):
		c.at(at, "is not mapped: every row carries it")
	case !ok:
		c.at(at, "is no column of %s%s: use one of its contract, or name your own x_%s", m.Input, c.near(at, e.Column, models.Names(m.Contract.Columns)), e.Column)
	case len(column.FromOwner) > 0:
		c.at(at, "is not mapped: every row has its %s's", m.Contract.Owner.Input)
	case e.Personal:
		c.at(join(at, "personal"), "is for columns named x_…: the contract of %s says which of its columns are personal", m.Input)
	case e.Type != "":
		c.at(join(at, "type"), "is for columns named x_…: the contract of %s says that %s is of type %s", m.Input, e.Column, column.Type)
	}
	return column.Type
}

// extraColumn checks a column of the user's own, which has one type wherever
// the input is made.
func (c *checker) extraColumn(m *Mapping, e *Expr, at string) models.Type {
	if !word.MatchString(e.Column) {
		c.at(at, "is no name for a column: use small letters, digits and _ after x_")
	}
	if e.Type == "" {
		e.Type = "string"
	}
	if !e.Type.Valid() {
		here := join(at, "type")
		c.at(here, "is %s: use boolean, int, bigint, decimal(p,s) with p ≤ 18, double, date, timestamptz or string", c.quote(here, string(e.Type)))
	}
	name := join(m.Input, e.Column)
	if first := c.extra[name]; first == nil {
		c.extra[name] = e
	} else if first.Personal != e.Personal {
		c.at(at, "must be personal here and at line %d alike", first.Line)
	} else if first.Type != e.Type {
		c.at(at, "is of type %s here, and of type %s at line %d: one column of %s has one type", e.Type, first.Type, first.Line, m.Input)
	}
	return e.Type
}

// complete checks that nothing is missing without which no row could be taken.
func (c *checker) complete(m *Mapping, at string) {
	gives := func(name string) bool {
		column, _ := m.Contract.Column(name)
		return slices.ContainsFunc(m.Columns, func(e Expr) bool { return e.Column == name || e.Column == column.CutFrom })
	}
	said := false
	for _, column := range m.Contract.Columns {
		if needed(column) && !gives(column.Name) {
			said = said || slices.Contains(m.Contract.DatedBy, column.Name)
			c.at(at, "maps no %s, without which no row of %s can be taken: %s", column.Name, m.Input, column.Description)
		}
	}
	if !said && !c.dated(m, gives) {
		c.at(at, "maps none of %s, and rows of %s live by month: map one%s", strings.Join(m.Contract.DatedBy, ", "), m.Input, orOwner(m.Contract.Owner))
	}
}

func orOwner(owner *models.Owner) string {
	if owner == nil {
		return ""
	}
	return ", or " + strings.Join(owner.On, ", ") + " of its " + owner.Input
}

// dated tells whether the month of the mapping's rows can be known, by a date
// of their own or by their owner.
func (c *checker) dated(m *Mapping, gives func(string) bool) bool {
	if len(m.Contract.DatedBy) == 0 || slices.ContainsFunc(m.Contract.DatedBy, gives) {
		return true
	}
	owner := m.Contract.Owner
	return owner != nil && !slices.ContainsFunc(owner.On, func(name string) bool { return !gives(name) })
}

// needed tells whether a source must give the column.
func needed(column models.Column) bool {
	return column.Required && column.Default == "" && len(column.FromOwner) == 0
}

// part is the path of a part of an expression, or of the expression itself
// where it is written as a plain text.
func (c *checker) part(at, key string) string {
	if _, ok := c.places[join(at, key)]; ok {
		return join(at, key)
	}
	return at
}
