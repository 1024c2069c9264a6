package lineage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"nightjar/internal/duck"
)

// A node is anything in the tree: a query, what stands after from, or an
// expression. The names are those of json_serialize_sql.
type node struct {
	Class string `json:"class"`
	Type  string `json:"type"`
	Alias string `json:"alias"`

	// Queries.
	CTEs             ctes       `json:"cte_map"`
	Modifiers        []modifier `json:"modifiers"`
	SelectList       []*node    `json:"select_list"`
	FromTable        *node      `json:"from_table"`
	Where            *node      `json:"where_clause"`
	GroupExpressions []*node    `json:"group_expressions"`
	Grouping         string     `json:"aggregate_handling"`
	Having           *node      `json:"having"`
	Qualify          *node      `json:"qualify"`
	SetOperation     string     `json:"setop_type"`
	CTEName          string     `json:"cte_name"`

	// What stands after from. Left and Right are also those of set operations
	// and comparisons.
	Left          *node     `json:"left"`
	Right         *node     `json:"right"`
	Condition     *node     `json:"condition"`
	JoinType      string    `json:"join_type"`
	RefType       string    `json:"ref_type"`
	Using         []string  `json:"using_columns"`
	Schema        string    `json:"schema_name"`
	Table         string    `json:"table_name"`
	ColumnAliases []string  `json:"column_name_alias"`
	Function      *node     `json:"function"`
	Values        [][]*node `json:"values"`

	// Expressions.
	ColumnNames  []string  `json:"column_names"`
	FunctionName string    `json:"function_name"`
	Children     []*node   `json:"children"`
	Filter       *node     `json:"filter"`
	WindowFilter *node     `json:"filter_expr"`
	OrderBys     modifier  `json:"order_bys"`
	Input        *node     `json:"input"`
	Lower        *node     `json:"lower"`
	Upper        *node     `json:"upper"`
	Checks       []check   `json:"case_checks"`
	Else         *node     `json:"else_expr"`
	Child        *node     `json:"child"`
	Partitions   []*node   `json:"partitions"`
	Orders       []order   `json:"orders"`
	Offset       *node     `json:"offset_expr"`
	Default      *node     `json:"default_expr"`
	Subquery     *query    `json:"subquery"`
	SubqueryType string    `json:"subquery_type"`
	LambdaOver   *node     `json:"lhs"`
	Expression   *node     `json:"expr"`
	Index        int       `json:"index"`
	Constant     *constant `json:"value"`

	// A star.
	StarOf           string      `json:"relation_name"`
	IsColumns        bool        `json:"columns"`
	Exclude          []string    `json:"exclude_list"`
	ExcludeQualified []qualified `json:"qualified_exclude_list"`
	Replace          []entry     `json:"replace_list"`
	Rename           []renaming  `json:"rename_list"`
}

type ctes struct {
	Map []struct {
		Key   string `json:"key"`
		Value struct {
			Aliases []string `json:"aliases"`
			Query   query    `json:"query"`
		} `json:"value"`
	} `json:"map"`
}

type query struct {
	Node *node `json:"node"`
}

type modifier struct {
	Type       string  `json:"type"`
	DistinctOn []*node `json:"distinct_on_targets"`
	Orders     []order `json:"orders"`
}

type order struct {
	Expression *node `json:"expression"`
}

type check struct {
	When *node `json:"when_expr"`
	Then *node `json:"then_expr"`
}

type constant struct {
	Value any `json:"value"`
}

type qualified struct {
	Table  string `json:"table"`
	Column string `json:"column"`
}

type entry struct {
	Key   string `json:"key"`
	Value *node  `json:"value"`
}

type renaming struct {
	Key   qualified `json:"key"`
	Value string    `json:"value"`
}

// text of a constant, "" for any other expression.
func (n *node) text() string {
	if n == nil || n.Class != "CONSTANT" || n.Constant == nil {
		return ""
	}
	return fmt.Sprint(n.Constant.Value)
}

// parse gives the tree of a single select.
func parse(ctx context.Context, db *sql.DB, text string) (*node, error) {
	var written string
	err := db.QueryRowContext(ctx, "select json_serialize_sql($1::varchar, skip_null := true, skip_empty := true, skip_default := true)::varchar", text).Scan(&written)
	if err != nil {
		return nil, fmt.Errorf("parsing a query: %w", duck.Scrub(err))
	}
	var tree struct {
		Error      bool    `json:"error"`
		Type       string  `json:"error_type"`
		Message    string  `json:"error_message"`
		Statements []query `json:"statements"`
	}
	if err := json.Unmarshal([]byte(written), &tree); err != nil {
		return nil, fmt.Errorf("reading how a query was parsed: %w", err)
	}
	switch {
	case tree.Error && tree.Type == "not implemented":
		return nil, errors.New("DuckDB tells the parse tree of a select alone: PIVOT and UNPIVOT are none")
	case tree.Error:
		return nil, errors.New(tree.Message)
	case len(tree.Statements) != 1:
		return nil, fmt.Errorf("the text holds %d statements, not one", len(tree.Statements))
	}
	return tree.Statements[0].Node, nil
}

func same(a, b string) bool { return strings.EqualFold(a, b) }
