package extract

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

// kinds asks DuckDB for the type of each mapped expression, by column, over the
// source's columns as text. Columns that the source does not have are refused,
// with the nearest name and the line of nightjar.yaml.
func (n *Night) kinds(ctx context.Context, source *config.Source, mapping *config.Mapping, r *reading) (map[string]string, error) {
	available, err := visible(mapping, r)
	if err != nil {
		return nil, err
	}
	for _, of := range []struct{ what, expression string }{{"filter", mapping.Filter}, {"version_by", source.VersionBy}, {"deleted_when", source.DeletedWhen}} {
		if err := n.namesKnown(ctx, of.expression, available); err != nil {
			return nil, fmt.Errorf("%s %w", of.what, err)
		}
	}
	for _, e := range mapping.Columns {
		if err := n.namesKnown(ctx, e.SQL, available); err != nil {
			return nil, fmt.Errorf("column %s %w (nightjar.yaml:%d)", e.Column, err, e.Line)
		}
	}
	return n.describe(ctx, mapping.Columns, available, r)
}

// visible lists the columns that a mapping's expressions can name: the file's
// own, less those that the unpivot takes, with those that it makes; and the
// extras.
func visible(mapping *config.Mapping, r *reading) ([]string, error) {
	available := r.columnNames()
	if u := mapping.Unpivot; u != nil {
		if err := known(u.Columns, available); err != nil {
			return nil, fmt.Errorf("unpivot %w", err)
		}
		available = slices.DeleteFunc(available, func(name string) bool {
			return slices.ContainsFunc(u.Columns, func(taken string) bool { return strings.EqualFold(taken, name) })
		})
		for _, made := range []string{u.Name, u.Value} {
			if slices.ContainsFunc(available, func(name string) bool { return strings.EqualFold(made, name) }) {
				return nil, fmt.Errorf("unpivot makes a column %q, which the file has already: give it another name", made)
			}
			available = append(available, made)
		}
	}
	for _, e := range r.extras() {
		available = append(available, e.name)
	}
	return available, nil
}

// describe gives the type of each expression, in DuckDB's words.
func (n *Night) describe(ctx context.Context, columns config.Columns, available []string, r *reading) (map[string]string, error) {
	texts := make([]string, len(available))
	for i, name := range available {
		kind, extras := r.kindOf(name), r.extras()
		if i := slices.IndexFunc(extras, func(e extra) bool { return e.name == name }); i >= 0 {
			kind = extras[i].kind
		}
		texts[i] = "null::" + kind + " as " + duck.Name(name)
	}
	expressions := make([]string, len(columns))
	for i, e := range columns {
		expressions[i] = expressionOver(e.SQL, available)
	}
	rows, err := n.DB.QueryContext(ctx, "select column_type from (describe select "+strings.Join(expressions, ", ")+" from (select "+strings.Join(texts, ", ")+"))")
	if err != nil {
		return nil, fmt.Errorf("the mapping's expressions: %w", duck.Scrub(err))
	}
	defer rows.Close()
	kinds := map[string]string{}
	for i := 0; rows.Next(); i++ {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			return nil, err
		}
		kinds[columns[i].Column] = kind
	}
	return kinds, rows.Err()
}

// expressionOver is an expression as it stands in a query: a column's name
// quoted, so that any name will do, else in brackets.
func expressionOver(expression string, available []string) string {
	if name, isBare := bareColumn(expression, available); isBare {
		return duck.Name(name)
	}
	return "(" + expression + ")"
}

// known refuses names that are not among those available.
func known(names, available []string) error {
	for _, name := range names {
		if slices.ContainsFunc(available, func(a string) bool { return strings.EqualFold(a, name) }) {
			continue
		}
		hint := ""
		if near := models.Nearest(name, available); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return fmt.Errorf("names the column %q, which the file does not have%s", name, hint)
	}
	return nil
}

// namesKnown parses an expression, which must be one, and looks up its columns.
func (n *Night) namesKnown(ctx context.Context, expression string, available []string) error {
	if _, isBare := bareColumn(expression, available); isBare || expression == "" {
		return nil
	}
	var text string
	if err := n.DB.QueryRowContext(ctx, "select json_serialize_sql("+duck.Text("select ("+expression+")")+")::varchar").Scan(&text); err != nil {
		return duck.Scrub(err)
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return err
	}
	if problem, failed := tree["error_message"].(string); failed {
		return fmt.Errorf("is %q, which is no expression: %s", expression, problem)
	}
	for _, name := range columnRefs(tree, nil) {
		column, _, isPath := strings.Cut(name, ".")
		if isPath && slices.Contains(available, name) {
			return fmt.Errorf(`names the column %s: within an expression, write it in double quotes, as "%s"`, name, name)
		}
		if err := known([]string{column}, available); err != nil {
			return err
		}
	}
	return nil
}

// dotted joins the parts of a name: a column, and fields within it.
func dotted(parts []any) string {
	names := make([]string, len(parts))
	for i, part := range parts {
		names[i] = fmt.Sprint(part)
	}
	return strings.Join(names, ".")
}

// columnRefs collects the names of columns in a parse tree, lambda parameters
// left out.
func columnRefs(node any, names []string) []string {
	switch node := node.(type) {
	case map[string]any:
		if node["class"] == "COLUMN_REF" {
			if parts, ok := node["column_names"].([]any); ok && len(parts) > 0 {
				return append(names, dotted(parts))
			}
		}
		if node["class"] == "LAMBDA" {
			return names
		}
		for _, child := range node {
			names = columnRefs(child, names)
		}
	case []any:
		for _, child := range node {
			names = columnRefs(child, names)
		}
	}
	return names
}
