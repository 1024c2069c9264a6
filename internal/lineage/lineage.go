// Package lineage finds of which columns each column of a query is made, from
// DuckDB's own parse tree. It parses and never runs the query, so that neither
// rows nor functions need exist.
//
// Base relations are named by a schema that says what they are (model, input,
// previous) and variables stand as columns of the schema variable. What the tree
// does not tell, such as the columns that COLUMNS(…), UNNEST of a struct or a file
// give, is said to be unresolved; it is never guessed. PIVOT and UNPIVOT are no
// select to DuckDB's serializer, so that a query with one resolves nowhere.
package lineage

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kinds of what a value is made of: the schemas of base relations, and variables.
const (
	Model    = "model"
	Input    = "input"
	Previous = "previous" // a model's rows of the last published night
	Variable = "variable" // a variable of the project or the build, such as as_of
)

// Rows is the Column of an [Origin] whose rows themselves are counted.
const Rows = "*"

// An Origin is a column of a base relation, or a variable.
type Origin struct {
	Kind string `json:"kind"`
	// Relation is empty for a variable.
	Relation string `json:"relation,omitempty"`
	Column   string `json:"column"`
}

// A Column is one column of a query's result.
type Column struct {
	Name string
	// From is what its values are made of. Nothing, and nothing unresolved, means
	// a constant.
	From []Origin
	// Decides is what chooses among values without being part of them: conditions
	// of case and filter, and the partition and order of a window.
	Decides []Origin
	// Unresolved says what could not be followed; the rest is then not all.
	Unresolved []string
}

// A Lineage is that of one query.
type Lineage struct {
	Columns []Column
	// Decides is what chooses the rows: filters, joins, groups, at any depth.
	Decides []Origin
	// Unresolved says what of that could not be followed.
	Unresolved []string
}

// Column returns the lineage of the named column, and whether there is one.
func (l *Lineage) Column(name string) (Column, bool) {
	i := slices.IndexFunc(l.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return Column{}, false
	}
	return l.Columns[i], true
}

// A Base names the columns of a base relation, in order; false when there is none
// of that name.
type Base func(kind, relation string) ([]string, bool)

// Of finds the lineage of a query. An error says what DuckDB does not parse.
func Of(ctx context.Context, db *sql.DB, query string, base Base) (*Lineage, error) {
	tree, err := parse(ctx, db, query)
	if err != nil {
		return nil, err
	}
	r := resolver{base}
	result := r.query(tree, scope{})
	l := &Lineage{Decides: result.decides.from.list(), Unresolved: result.decides.problems.list()}
	for _, c := range result.columns {
		l.Columns = append(l.Columns, Column{
			Name: c.name, From: c.value.from.list(), Decides: c.value.decides.minus(c.value.from).list(), Unresolved: c.value.problems.list(),
		})
	}
	return l, nil
}

type resolver struct{ base Base }

// A set is never changed once it is part of a value.
type set[T comparable] map[T]bool

func (s set[T]) minus(other set[T]) set[T] {
	left := maps.Clone(s)
	maps.DeleteFunc(left, func(v T, _ bool) bool { return other[v] })
	return left
}

func (s set[T]) list() []T {
	return slices.SortedFunc(maps.Keys(s), func(a, b T) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

func union[T comparable](sets ...set[T]) set[T] {
	all := set[T]{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return all
}

// Merge is a column made of all that these are made of.
func Merge(columns []Column) Column {
	from, decides, problems := set[Origin]{}, set[Origin]{}, set[string]{}
	for _, c := range columns {
		for _, o := range c.From {
			from[o] = true
		}
		for _, o := range c.Decides {
			decides[o] = true
		}
		for _, p := range c.Unresolved {
			problems[p] = true
		}
	}
	return Column{From: from.list(), Decides: decides.minus(from).list(), Unresolved: problems.list()}
}
