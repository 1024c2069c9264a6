package lineage

import (
	"fmt"
	"slices"
)

// from gives what stands after from. The scope's source is what a lateral join
// sees; nil is no relation at all.
func (r resolver) from(n *node, s scope) source {
	if n == nil || n.Type == "EMPTY" {
		return source{}
	}
	if n.Type == "JOIN" {
		return r.join(n, s)
	}
	made := r.table(n, s)
	return source{relations: []relation{made}, rows: made.rows, decides: made.decides}
}

func (r resolver) table(n *node, s scope) relation {
	switch n.Type {
	case "BASE_TABLE":
		return r.baseTable(n, s).renamed(n.Alias, n.ColumnAliases)
	case "SUBQUERY":
		return r.query(n.Subquery.Node, s.within()).renamed(n.Alias, n.ColumnAliases)
	case "EXPRESSION_LIST":
		return r.list(n, s).renamed(n.Alias, n.ColumnAliases)
	case "TABLE_FUNCTION":
		return r.function(n, s)
	}
	problem := unresolved("the tree has a relation of a kind unknown here, " + n.Type)
	return relation{name: n.Alias, open: &problem, decides: problem}
}

func (r resolver) baseTable(n *node, s scope) relation {
	if n.Schema == "" {
		if cte, ok := s.cte(n.Table); ok {
			return cte
		}
	}
	names, ok := r.base(n.Schema, n.Table)
	if !ok {
		problem := unresolved("there is no relation " + n.Table)
		return relation{schema: n.Schema, name: n.Table, open: &problem, decides: problem}
	}
	base := relation{schema: n.Schema, name: n.Table, rows: set[Origin]{{n.Schema, n.Table, Rows}: true}}
	for _, name := range names {
		base.columns = append(base.columns, column{name, of(Origin{n.Schema, n.Table, name})})
	}
	return base
}

// list is the relation of `values`.
func (r resolver) list(n *node, s scope) relation {
	var all relation
	for _, row := range n.Values {
		for i, e := range row {
			v := r.expression(e, s)
			if i == len(all.columns) {
				all.columns = append(all.columns, column{fmt.Sprintf("col%d", i), v})
				continue
			}
			all.columns[i].value = both(all.columns[i].value, v)
		}
	}
	return all
}

// series are the table functions that give one column, named like them.
var series = []string{"unnest", "range", "generate_series", "repeat"}

func (r resolver) function(n *node, s scope) relation {
	f := n.Function
	arguments := make([]value, len(f.Children))
	for i, e := range f.Children {
		arguments[i] = r.expression(e, s)
	}
	v := made(arguments...)
	result := relation{name: f.FunctionName, decides: deciding(v)}
	if slices.Contains(series, f.FunctionName) && len(f.Children) <= 3 && !named(f.Children) {
		result.columns = []column{{f.FunctionName, v}}
	} else {
		open := made(v, unresolved("what "+f.FunctionName+" gives is known only when it runs"))
		result.open = &open
	}
	return result.renamed(n.Alias, n.ColumnAliases)
}

// named says whether an argument has a name, such as recursive := true.
func named(arguments []*node) bool {
	return slices.ContainsFunc(arguments, func(e *node) bool { return e.Alias != "" || e.Class == "COMPARISON" })
}

func (r resolver) join(n *node, s scope) source {
	left := r.from(n.Left, s)
	lateral := s.within()
	lateral.source = left
	right := r.from(n.Right, lateral)
	joined := source{
		relations: slices.Concat(left.relations, right.relations),
		using:     slices.Concat(left.using, right.using),
		rows:      joinedRows(n.JoinType, left, right),
	}
	deciders := []value{left.decides, right.decides}
	for _, name := range shared(n, left, right) {
		a, inLeft := left.find(name)
		b, inRight := right.find(name)
		if !inLeft || !inRight {
			a = made(a, unresolved("a join uses "+name+", which is not on both sides"))
		}
		deciders = append(deciders, a, b)
		joined.merge(name, len(left.relations), merged(n.JoinType, a, b))
	}
	inner := s
	inner.source = joined
	joined.decides = deciding(append(deciders, r.expression(n.Condition, inner))...)
	if n.JoinType == "SEMI" || n.JoinType == "ANTI" {
		left.decides = joined.decides
		return left
	}
	return joined
}

// shared are the columns by which a join without a condition meets.
func shared(n *node, left, right source) []string {
	if n.RefType != "NATURAL" {
		return n.Using
	}
	var names []string
	for _, c := range left.star("") {
		if slices.ContainsFunc(right.star(""), func(o column) bool { return same(o.name, c.name) }) {
			names = append(names, c.name)
		}
	}
	return names
}

func merged(kind string, left, right value) value {
	switch kind {
	case "RIGHT":
		return right
	case "FULL", "OUTER":
		return both(left, right)
	}
	return left
}

// merge makes one column of both sides' of that name.
func (s *source) merge(name string, firstRight int, v value) {
	s.using = slices.DeleteFunc(s.using, func(c column) bool { return same(c.name, name) })
	s.using = append(s.using, column{name, v})
	s.relations = slices.Clone(s.relations)
	for i := firstRight; i < len(s.relations); i++ {
		s.relations[i].merged = append(slices.Clip(s.relations[i].merged), name)
	}
}

// joinedRows are the base relations whose rows a join gives at least once.
func joinedRows(kind string, left, right source) set[Origin] {
	switch kind {
	case "LEFT", "SEMI", "ANTI":
		return left.rows
	case "RIGHT":
		return right.rows
	}
	return union(left.rows, right.rows)
}
