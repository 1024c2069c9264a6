package lineage

import (
	"slices"
	"strings"
)

// expression is what an expression is made of; nil is made of nothing.
func (r resolver) expression(n *node, s scope) value {
	if n == nil {
		return value{}
	}
	switch n.Class {
	case "CONSTANT":
		return value{}
	case "COLUMN_REF":
		return s.look(n.ColumnNames)
	case "CAST", "COLLATE":
		return r.expression(n.Child, s)
	case "COMPARISON":
		return made(r.all(s, n.Left, n.Right)...)
	case "BETWEEN":
		return made(r.all(s, n.Input, n.Lower, n.Upper)...)
	case "CONJUNCTION":
		return made(append(r.all(s, n.Children...), value{})...)
	case "OPERATOR":
		return r.operator(n, s)
	case "CASE":
		return r.cases(n, s)
	case "FUNCTION":
		return r.call(n, s)
	case "WINDOW":
		return r.window(n, s)
	case "SUBQUERY":
		return r.subquery(n, s)
	case "LAMBDA": // outside a list function, the arrow takes a part of a JSON text
		return made(r.all(s, n.LambdaOver, n.Expression)...)
	case "STAR":
		return r.starValue(n, s)
	case "POSITIONAL_REFERENCE":
		if all := s.source.star(""); n.Index >= 1 && n.Index <= len(all) {
			return all[n.Index-1].value
		}
	}
	return unresolved("the tree has an expression of a kind unknown here, " + n.Class)
}

func (r resolver) all(s scope, nodes ...*node) []value {
	values := make([]value, len(nodes))
	for i, n := range nodes {
		values[i] = r.expression(n, s)
	}
	return values
}

// starValue is a star within an expression: a row, or what COLUMNS chooses.
func (r resolver) starValue(n *node, s scope) value {
	if n.IsColumns {
		return unresolved("COLUMNS(…) chooses columns when it runs")
	}
	var values []value
	for _, c := range r.star(n, s) {
		values = append(values, c.value)
	}
	return made(append(values, value{})...)
}

func (r resolver) operator(n *node, s scope) value {
	if (n.Type == "STRUCT_EXTRACT" || n.Type == "ARRAY_EXTRACT") && len(n.Children) == 2 {
		return r.part(n.Children, s)
	}
	values := r.all(s, n.Children...)
	if n.Type == "OPERATOR_COALESCE" {
		return made(values...)
	}
	return made(append(values, value{})...)
}

// part is a field of a struct, or an element of a list or map.
func (r resolver) part(of []*node, s scope) value {
	whole := r.expression(of[0], s)
	if name := of[1].text(); name != "" && whole.fields != nil && strings.Trim(name, "0123456789-") != "" {
		return whole.field(name)
	}
	v := made(whole, r.expression(of[1], s))
	v.fields = whole.fields
	return v
}

func (r resolver) cases(n *node, s scope) value {
	var conditions, results []value
	for _, c := range n.Checks {
		conditions = append(conditions, r.expression(c.When, s))
		results = append(results, r.expression(c.Then, s))
	}
	if n.Else != nil {
		results = append(results, r.expression(n.Else, s))
	}
	return made(results...).decided(conditions...)
}

func (r resolver) subquery(n *node, s scope) value {
	sub := r.query(n.Subquery.Node, s.within())
	switch n.SubqueryType {
	case "EXISTS", "NOT_EXISTS":
		return value{}.decided(sub.decides, value{from: sub.rows})
	}
	values := []value{r.expression(n.Child, s)}
	for _, c := range sub.columns {
		values = append(values, c.value)
	}
	if n.SubqueryType == "SCALAR" && len(sub.columns) == 1 {
		values = values[1:]
	}
	return made(values...).decided(sub.decides)
}

// call is a function; its filter and its order decide.
func (r resolver) call(n *node, s scope) value {
	var deciders []value
	deciders = append(deciders, r.expression(n.Filter, s))
	for _, o := range n.OrderBys.Orders {
		deciders = append(deciders, r.expression(o.Expression, s))
	}
	return r.applied(n, s).decided(deciders...)
}

// applied is a function of its arguments.
func (r resolver) applied(n *node, s scope) value {
	name := strings.ToLower(n.FunctionName)
	if i := slices.IndexFunc(n.Children, func(c *node) bool { return c.Class == "LAMBDA" }); i >= 0 {
		return r.overList(n, s, name)
	}
	switch {
	case name == "count_star":
		return value{from: s.source.rows}
	case name == "struct_pack" || name == "row":
		titles := make([]string, len(n.Children))
		for i, c := range n.Children {
			titles[i] = title(c)
		}
		return pack(titles, r.all(s, n.Children...))
	case (name == "struct_extract" || name == "array_extract" || name == "list_extract") && len(n.Children) == 2:
		return r.part(n.Children, s)
	}
	values := r.all(s, n.Children...)
	if len(values) == 0 {
		return value{}
	}
	switch name {
	case "max", "min":
		return values[0].largest()
	case "arg_max", "arg_min", "max_by", "min_by", "argmax", "argmin", "nullif":
		return values[0].decided(values[1:]...)
	case "first", "last", "any_value", "arbitrary", "unnest", "list", "array_agg", "first_value", "last_value":
		return values[0]
	}
	return made(append(values, value{})...)
}

// overList is a function with a lambda, whose parameters are the list's elements.
func (r resolver) overList(n *node, s scope, name string) value {
	var values, conditions []value
	for _, c := range n.Children {
		if c.Class != "LAMBDA" {
			values = append(values, r.expression(c, s))
			continue
		}
		inner := s
		inner.parameters = append(slices.Clip(s.parameters), parameters(c.LambdaOver)...)
		if v := r.expression(c.Expression, inner); strings.Contains(name, "filter") {
			conditions = append(conditions, v)
		} else {
			values = append(values, v)
		}
	}
	return made(append(values, value{})...).decided(conditions...)
}

// parameters of a lambda: one name, or several in brackets.
func parameters(n *node) []string {
	if n == nil {
		return nil
	}
	names := slices.Clone(n.ColumnNames)
	for _, c := range n.Children {
		names = append(names, parameters(c)...)
	}
	return names
}

// ranks are the window functions that are made of their order alone.
var ranks = []string{"row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist", "ntile"}

func (r resolver) window(n *node, s scope) value {
	name := strings.ToLower(n.FunctionName)
	partitions := r.all(s, n.Partitions...)
	var ordered []value
	for _, o := range n.Orders {
		ordered = append(ordered, r.expression(o.Expression, s))
	}
	deciders := slices.Concat(partitions, r.all(s, n.WindowFilter))
	if slices.Contains(ranks, name) {
		if len(ordered) == 0 {
			ordered = append(ordered, value{from: s.source.rows})
		}
		return made(append(ordered, value{})...).decided(deciders...)
	}
	v := r.applied(n, s)
	if n.Default != nil {
		v = made(v, r.expression(n.Default, s))
	}
	return v.decided(slices.Concat(deciders, ordered, r.all(s, n.Offset))...)
}

// aggregating are names of aggregates; of a group by all, items without one are
// the keys.
var aggregating = strings.Fields(`sum count count_star min max avg mean any_value first last arg_max arg_min max_by min_by
	list array_agg string_agg bit_or bit_and bool_or bool_and median mode quantile quantile_cont quantile_disc
	stddev stddev_samp stddev_pop variance var_samp var_pop approx_count_distinct product regr_slope corr histogram`)

func aggregates(n *node) bool {
	if n == nil {
		return false
	}
	if n.Class == "FUNCTION" && slices.Contains(aggregating, strings.ToLower(n.FunctionName)) {
		return true
	}
	parts := slices.Concat(n.Children, []*node{n.Child, n.Left, n.Right, n.Else, n.Input, n.Lower, n.Upper})
	for _, c := range n.Checks {
		parts = append(parts, c.When, c.Then)
	}
	return slices.ContainsFunc(parts, aggregates)
}
