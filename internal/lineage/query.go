package lineage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// query gives the relation of a select, a set operation or a recursion; the scope
// is that of the queries around it.
func (r resolver) query(n *node, s scope) relation {
	for _, cte := range n.CTEs.Map {
		made := r.query(cte.Value.Query.Node, s).renamed(cte.Key, cte.Value.Aliases)
		s.ctes = append(slices.Clip(s.ctes), made)
	}
	switch n.Type {
	case "SELECT_NODE":
		return r.selection(n, s)
	case "SET_OPERATION_NODE":
		return r.setOperation(n, s)
	case "RECURSIVE_CTE_NODE":
		return r.recursion(n, s)
	}
	problem := unresolved("the tree has a query of a kind unknown here, " + n.Type)
	return relation{open: &problem, decides: problem}
}

func (r resolver) selection(n *node, s scope) relation {
	s.source = r.from(n.FromTable, s)
	result := relation{rows: s.source.rows}
	deciders := []value{s.source.decides}
	for _, item := range n.SelectList {
		if item.Class == "STAR" && !item.IsColumns {
			result.columns = append(result.columns, r.star(item, s)...)
			continue
		}
		c := column{title(item), r.expression(item, s)}
		if item.Class == "STAR" {
			c.name = "?"
		}
		if n.Grouping == "FORCE_AGGREGATES" && !aggregates(item) {
			deciders = append(deciders, c.value)
		}
		result.columns = append(result.columns, c)
		s.aliases = append(slices.Clip(s.aliases), c)
	}
	for _, e := range slices.Concat([]*node{n.Where, n.Having, n.Qualify}, chosen(n.Modifiers)) {
		deciders = append(deciders, r.expression(e, s))
	}
	for _, e := range slices.Concat(n.GroupExpressions, orders(n.Modifiers)) {
		deciders = append(deciders, r.placed(e, result, s))
	}
	result.decides = deciding(deciders...)
	result.columns = distinct(result.columns)
	return result
}

// placed is an expression of group by or order by, where a number is the place
// of an item.
func (r resolver) placed(e *node, result relation, s scope) value {
	if place, err := strconv.Atoi(e.text()); err == nil && place >= 1 && place <= len(result.columns) {
		return result.columns[place-1].value
	}
	return r.expression(e, s)
}

// chosen are the expressions of distinct on.
func chosen(modifiers []modifier) []*node {
	var all []*node
	for _, m := range modifiers {
		all = append(all, m.DistinctOn...)
	}
	return all
}

// orders are the expressions of an order by that decides which rows there are:
// that of a limit or a distinct on.
func orders(modifiers []modifier) []*node {
	decides := slices.ContainsFunc(modifiers, func(m modifier) bool {
		return strings.HasPrefix(m.Type, "LIMIT") || len(m.DistinctOn) > 0
	})
	var all []*node
	for _, m := range modifiers {
		for _, o := range m.Orders {
			if decides {
				all = append(all, o.Expression)
			}
		}
	}
	return all
}

// title is the name of an item without one: a column's own.
func title(n *node) string {
	switch {
	case n.Alias != "":
		return n.Alias
	case n.Class == "COLUMN_REF":
		return n.ColumnNames[len(n.ColumnNames)-1]
	case n.Class == "CAST":
		return title(n.Child)
	}
	return n.FunctionName
}

// distinct names columns as DuckDB does: the second `a` is `a_1`.
func distinct(columns []column) []column {
	count := map[string]int{}
	for i, c := range columns {
		key := strings.ToLower(c.name)
		if again := count[key]; again > 0 && c.name != "" && c.name != "?" {
			columns[i].name = fmt.Sprintf("%s_%d", c.name, again)
		}
		count[key]++
	}
	return columns
}

// star expands `*`, less what it excludes, with what it replaces and renames.
func (r resolver) star(n *node, s scope) []column {
	var all []column
	for _, c := range s.source.star(n.StarOf) {
		excluded := slices.ContainsFunc(n.Exclude, func(name string) bool { return same(name, c.name) }) ||
			slices.ContainsFunc(n.ExcludeQualified, func(q qualified) bool { return same(q.Column, c.name) })
		if excluded {
			continue
		}
		for _, e := range n.Replace {
			if same(e.Key, c.name) {
				c.value = r.expression(e.Value, s)
			}
		}
		for _, e := range n.Rename {
			if same(e.Key.Column, c.name) {
				c.name = e.Value
			}
		}
		all = append(all, c)
	}
	return all
}

func (r resolver) setOperation(n *node, s scope) relation {
	result := r.query(n.Left, s)
	for _, branch := range append([]*node{n.Right}, n.Children...) {
		if branch == nil {
			continue
		}
		result = combine(result, r.query(branch, s), n.SetOperation)
	}
	return result
}

func combine(left, right relation, operation string) relation {
	result := relation{rows: union(left.rows, right.rows), decides: deciding(left.decides, right.decides), columns: slices.Clone(left.columns), open: left.open}
	if result.open == nil {
		result.open = right.open
	}
	byName := operation == "UNION_BY_NAME"
	for i, c := range right.columns {
		at := i
		if byName {
			at = slices.IndexFunc(result.columns, func(l column) bool { return same(l.name, c.name) })
		}
		switch {
		case operation == "EXCEPT" || operation == "INTERSECT":
			result.decides = deciding(result.decides, c.value)
		case at >= 0 && at < len(result.columns):
			result.columns[at].value = both(result.columns[at].value, c.value)
		case byName:
			result.columns = append(result.columns, c)
		}
	}
	return result
}

// both is a value that comes from either of two rows; a struct stays one.
func both(a, b value) value {
	v := made(a, b)
	if a.fields != nil && b.fields != nil {
		v.fields = map[string]value{}
		for name, f := range a.fields {
			v.fields[name] = made(f, b.fields[name])
		}
	}
	return v
}

// recursion repeats the step until it brings no further origin.
func (r resolver) recursion(n *node, s scope) relation {
	result := r.query(n.Left, s)
	for {
		step := s
		step.ctes = append(slices.Clip(s.ctes), result.renamed(n.CTEName, nil))
		next := combine(result, r.query(n.Right, step), "UNION")
		if size(next) == size(result) {
			return next
		}
		result = next
	}
}

func size(r relation) int {
	n := len(r.decides.from) + len(r.decides.problems)
	for _, c := range r.columns {
		n += len(c.value.from) + len(c.value.decides) + len(c.value.problems)
	}
	return n
}
