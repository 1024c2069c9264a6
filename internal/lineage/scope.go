package lineage

import (
	"slices"
	"strings"
)

// A column of a relation within the query.
type column struct {
	name  string
	value value
}

// A relation is what a query, or a name after from, gives.
type relation struct {
	schema, name string
	columns      []column
	// open is what columns are made of whose names the tree does not tell.
	open *value
	// rows are the base relations whose rows it has, decides is what chooses them.
	rows    set[Origin]
	decides value
	// merged are the columns that a join `using` gives once, as part of the left side.
	merged []string
}

func (r relation) column(name string) (value, bool) {
	i := slices.IndexFunc(r.columns, func(c column) bool { return same(c.name, name) })
	switch {
	case i >= 0:
		return r.columns[i].value, true
	case r.open != nil:
		return *r.open, true
	}
	return value{}, false
}

// whole is a relation's row as one value, a struct.
func (r relation) whole() value {
	names, values := make([]string, len(r.columns)), make([]value, len(r.columns))
	for i, c := range r.columns {
		names[i], values[i] = c.name, c.value
	}
	if r.open != nil {
		return made(append(values, *r.open)...)
	}
	return pack(names, values)
}

// renamed gives the relation a name, and its first columns others.
func (r relation) renamed(name string, columns []string) relation {
	if name != "" {
		r.schema, r.name = "", name
	}
	r.columns = slices.Clone(r.columns)
	for i, written := range columns {
		switch {
		case i < len(r.columns):
			r.columns[i].name = written
		case r.open != nil:
			r.columns = append(r.columns, column{written, *r.open})
		}
	}
	return r
}

// A source is what stands after from: relations side by side.
type source struct {
	relations []relation
	// using are the values of columns that joins merged.
	using   []column
	rows    set[Origin]
	decides value
}

// find looks for a column without a relation's name.
func (s source) find(name string) (value, bool) {
	if i := slices.IndexFunc(s.using, func(c column) bool { return same(c.name, name) }); i >= 0 {
		return s.using[i].value, true
	}
	var open []relation
	for _, r := range s.relations {
		if slices.ContainsFunc(r.columns, func(c column) bool { return same(c.name, name) }) {
			return r.column(name)
		}
		if r.open != nil {
			open = append(open, r)
		}
	}
	if len(open) == 1 {
		return *open[0].open, true
	}
	return value{}, false
}

// named is the relation of that name, perhaps with its schema.
func (s source) named(schema, name string) (relation, bool) {
	i := slices.IndexFunc(s.relations, func(r relation) bool {
		return same(r.name, name) && (schema == "" || same(r.schema, schema))
	})
	if i < 0 {
		return relation{}, false
	}
	return s.relations[i], true
}

// star lists the columns of all relations, or of the named one, as `*` does.
func (s source) star(of string) []column {
	var all []column
	for _, r := range s.relations {
		if of != "" && !same(r.name, of) {
			continue
		}
		for _, c := range r.columns {
			if of == "" && slices.ContainsFunc(r.merged, func(name string) bool { return same(name, c.name) }) {
				continue
			}
			if i := slices.IndexFunc(s.using, func(u column) bool { return same(u.name, c.name) }); of == "" && i >= 0 {
				c.value = s.using[i].value
			}
			all = append(all, c)
		}
		if r.open != nil {
			all = append(all, column{"?", made(*r.open, unresolved("a * takes columns of "+r.name+", which are known only when it runs"))})
		}
	}
	return all
}

// A scope is where a name is looked up. It is copied, never changed.
type scope struct {
	source source
	// aliases are the items of the select list so far.
	aliases []column
	// ctes by name, the innermost last.
	ctes []relation
	// parameters of lambdas.
	parameters []string
	outer      *scope
}

// within is the scope of a subquery.
func (s scope) within() scope { return scope{ctes: s.ctes, outer: &s} }

func (s scope) cte(name string) (relation, bool) {
	for _, r := range slices.Backward(s.ctes) {
		if same(r.name, name) {
			return r, true
		}
	}
	return relation{}, false
}

// look resolves a column reference: the names before the column's own may be a
// schema and a relation, those after it are fields of a struct.
func (s scope) look(names []string) value {
	for at := &s; at != nil; at = at.outer {
		if v, ok := at.here(names); ok {
			return v
		}
	}
	if len(names) == 2 && same(names[0], Variable) {
		return of(Origin{Kind: Variable, Column: names[1]})
	}
	return unresolved("no relation has a column " + strings.Join(names, "."))
}

func (s scope) here(names []string) (value, bool) {
	if slices.ContainsFunc(s.parameters, func(p string) bool { return same(p, names[0]) }) {
		return value{}, true
	}
	if len(names) > 2 {
		if r, ok := s.source.named(names[0], names[1]); ok {
			return fields(r, names[2:])
		}
	}
	if len(names) > 1 {
		if r, ok := s.source.named("", names[0]); ok {
			return fields(r, names[1:])
		}
	}
	v, ok := s.source.find(names[0])
	if !ok {
		if i := slices.IndexFunc(s.aliases, func(c column) bool { return same(c.name, names[0]) }); i >= 0 {
			v, ok = s.aliases[i].value, true
		}
	}
	if !ok {
		r, named := s.source.named("", names[0])
		return r.whole(), named && len(names) == 1
	}
	for _, name := range names[1:] {
		v = v.field(name)
	}
	return v, true
}

// fields walks from a relation's column down to a field.
func fields(r relation, names []string) (value, bool) {
	v, ok := r.column(names[0])
	if !ok {
		return unresolved(r.name + " has no column " + names[0]), true
	}
	for _, name := range names[1:] {
		v = v.field(name)
	}
	return v, true
}
