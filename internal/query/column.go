package query

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
)

// A column of the answer, its type in DuckDB's words.
type column struct{ name, typ string }

// describe plans the query, which finds all that is wrong with it short of
// running it, and lists its columns; a name met twice is numbered.
func describe(ctx context.Context, conn *sql.Conn, text string) ([]column, error) {
	statement, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	_ = statement.Close()
	rows, err := conn.QueryContext(ctx, "select column_name, column_type from (describe select * from ("+text+"\n))")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns []column
	for rows.Next() {
		c := column{}
		if err := rows.Scan(&c.name, &c.typ); err != nil {
			return nil, err
		}
		c.name = unused(c.name, columns)
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

func unused(name string, taken []column) string {
	is := func(name string) bool {
		return slices.ContainsFunc(taken, func(c column) bool { return strings.EqualFold(c.name, name) })
	}
	fresh := name
	for n := 1; is(fresh); n++ {
		fresh = fmt.Sprintf("%s_%d", name, n)
	}
	return fresh
}

// project selects the query's columns, each as the format wants it.
func project(text string, columns []column, as func(column, string) string) string {
	aliases, values := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		aliases[i] = fmt.Sprintf("c%d", i+1)
		values[i] = as(c, aliases[i]) + " as " + duck.Name(c.name)
	}
	return "select " + strings.Join(values, ", ") + " from (" + text + "\n) as answer(" + strings.Join(aliases, ", ") + ")"
}

func (c column) plain(value string) string { return value }

// csv writes points in time as 2024-01-05 10:00:00Z; everything else is as
// DuckDB writes it: decimals exact, null empty, an empty text "".
func (c column) csv(value string) string {
	if c.typ == "TIMESTAMP WITH TIME ZONE" {
		return "replace(" + value + "::varchar, '+00', 'Z')"
	}
	return value
}

// json is as csv, and null for what JSON has no number for.
func (c column) json(value string) string {
	if c.typ == "DOUBLE" || c.typ == "FLOAT" {
		return "case when isfinite(" + value + ") then " + value + " end"
	}
	return c.csv(value)
}

// text is what a person reads in a table.
func (c column) text(value string) string { return c.csv(value) + "::varchar" }

func (c column) numeric() bool {
	kind, _, _ := strings.Cut(c.typ, "(")
	return slices.Contains([]string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"}, kind)
}
