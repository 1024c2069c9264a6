package transform

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"nightjar/internal/duck"
	"nightjar/internal/lineage"
	"nightjar/models"
)

// A Dialect is how one engine spells what engines spell differently.
type Dialect interface {
	// Files is the relation of the rows of at least one Parquet file.
	Files(paths []string) string
	// Name quotes an identifier.
	Name(name string) string
	// Type is the engine's word for a portable type.
	Type(t models.Type) string
	// Functions are the template's functions by name. Their arguments and
	// results are SQL text.
	Functions() template.FuncMap
}

// Render is the SQL of a build: the model's template with its references,
// variables and functions filled in. It begins with empty lines, so that an
// engine's line numbers are those of the model's file. Errors name path and
// line.
func Render(b Build, catalog *models.Catalog, d Dialect) (string, error) {
	r := rendering{b, catalog, d}
	if b.Model.Upkeep != nil {
		return r.upkeep()
	}
	return r.own()
}

// RenderNames is the model's SQL with names in place of files and values: "model"."x",
// "input"."x" and "previous"."x" for its references, "variable"."x" for its variables,
// month and next_month among them. It is to be parsed, not run.
func RenderNames(m *models.Model) (string, error) {
	relation := func(schema string) func(string) string {
		return func(name string) string { return duck.Name(schema) + "." + duck.Name(name) }
	}
	variable := func(name string) string { return "(" + relation(lineage.Variable)(name) + ")" }
	return fill(m, DuckDB{}, template.FuncMap{
		"ref": relation(lineage.Model), "previous": relation(lineage.Previous), "input": relation(lineage.Input), "var": variable,
		"month":      func() string { return variable("month") },
		"next_month": func() string { return variable("month") },
		"months": func() string {
			return "(select " + variable("month") + " as month, " + variable("month") + " as next_month)"
		},
		"in_months": func(column string) string { return column + " = " + variable("month") },
		"touched":   func(string, ...string) string { return "true" },
		"changed": func(name string) string {
			schema := lineage.Model
			if slices.Contains(m.Inputs, name) {
				schema = lineage.Input
			}
			return "(select *, false as _was from " + relation(schema)(name) + ")"
		},
		"carried": rendering{Build: Build{Model: m}, Dialect: DuckDB{}}.carried,
	})
}

// RenderView is the SQL of a model's view: its references are tables by their names.
func RenderView(m *models.Model, vars map[string]string) (string, error) {
	return fill(m, DuckDB{}, template.FuncMap{
		"ref": duck.Name, "var": rendering{Build: Build{Model: m, Vars: vars}, Dialect: DuckDB{}}.variable, "carried": rendering{Build: Build{Model: m}, Dialect: DuckDB{}}.carried,
	})
}

// fill executes the model's template with the dialect's functions and these.
func fill(m *models.Model, d Dialect, own template.FuncMap) (string, error) {
	functions := d.Functions()
	maps.Copy(functions, own)
	text := strings.Repeat("\n", max(0, m.Line-1)) + m.SQL
	parsed, err := template.New(m.Path).Funcs(functions).Parse(text)
	if err != nil {
		return "", located(m, err, functions)
	}
	var sql strings.Builder
	if err := parsed.Execute(&sql, nil); err != nil {
		return "", located(m, err, functions)
	}
	return sql.String(), nil
}

type rendering struct {
	Build
	catalog *models.Catalog
	Dialect
}

// own is the model's own SQL.
func (r rendering) own() (string, error) {
	return fill(r.Model, r.Dialect, template.FuncMap{
		"ref": r.ref, "previous": r.previous, "input": r.input, "var": r.variable, "month": r.month, "next_month": r.nextMonth,
		"months": r.months, "in_months": r.inMonths, "carried": r.carried, "touched": r.touched, "changed": r.changed,
	})
}

func (r rendering) ref(name string) (string, error) {
	m := r.catalog.Models[name]
	if m == nil {
		return "", fmt.Errorf("model %q does not exist%s", name, meant(name, r.catalog.Models))
	}
	if files, given := r.Refs[name]; given || !m.View {
		return r.rows(m, files), nil
	}
	view := r
	view.Model = m
	query, err := view.own()
	return "(" + query + ")", err
}

// rows is the relation of a model's rows in files.
func (r rendering) rows(m *models.Model, files []string) string {
	if len(files) == 0 {
		return r.relation(nil, m.Columns)
	}
	return r.of(m)(files)
}

// previous is the relation of a model's rows of the last published night. Its
// files may be of an older version of the model: columns that they lack are null.
func (r rendering) previous(name string) (string, error) {
	m := r.catalog.Models[name]
	if m == nil {
		return "", fmt.Errorf("model %q does not exist%s", name, meant(name, r.catalog.Models))
	}
	return r.complete(m.Columns, r.Previous[name], r.of(m)), nil
}

func (r rendering) input(name string) (string, error) {
	in := r.catalog.Inputs[name]
	if in == nil {
		return "", fmt.Errorf("input %q does not exist%s", name, meant(name, r.catalog.Inputs))
	}
	return r.complete(in.LiveColumns(), r.Inputs[name], r.Files), nil
}

// of reads files of a model.
func (r rendering) of(m *models.Model) func(files []string) string {
	return func(files []string) string { return m.Relation(files, r.Files) }
}

// complete is the relation of files of which some lack columns, those that are null
// throughout.
func (r rendering) complete(columns []models.Column, files []string, read func(files []string) string) string {
	none := r.relation(nil, columns)
	if len(files) == 0 {
		return none
	}
	return "(select * from " + read(files) + " union all by name select * from " + none + ")"
}

// carried writes the pattern once for each own column that the model carries,
// its name in place of each @, as further items of a select list.
func (r rendering) carried(pattern string) string {
	var items strings.Builder
	for _, name := range r.Model.Carried {
		items.WriteString(", " + strings.ReplaceAll(pattern, "@", r.Name(name)))
	}
	return items.String()
}

// relation is usable after `from`: the files' rows, or none of the columns' types.
func (r rendering) relation(files []string, columns []models.Column) string {
	if len(files) > 0 {
		return r.Files(files)
	}
	nulls := make([]string, len(columns))
	for i, c := range columns {
		nulls[i] = fmt.Sprintf("cast(null as %s) as %s", r.Type(c.Type), r.Name(c.Name))
	}
	return "(select " + strings.Join(nulls, ", ") + " where false)"
}

func (r rendering) variable(name string) (string, error) {
	literal, given := r.Vars[name]
	switch {
	case !given:
		return "", fmt.Errorf("variable %q is not given%s", name, meant(name, r.Vars))
	case name == "as_of" && !r.Model.ReachesAsOf() && !r.Model.Remembers():
		return "", fmt.Errorf("the model reads as_of: say so in its header with `reaches: [as_of]`")
	}
	return literal, nil
}

// errNoMonth is what a model without a partition is told that asks for its month.
var errNoMonth = errors.New("the model has no month: say `partition: month` in its header")

func (r rendering) month() (string, error) {
	if len(r.Months) == 0 {
		return "", errNoMonth
	}
	return monthLiteral(r.Months[0]), nil
}

func (r rendering) nextMonth() (string, error) {
	if len(r.Months) == 0 {
		return "", errNoMonth
	}
	return monthLiteral(r.Months[0].Next()), nil
}

// months is the relation of the months that are built, each with the one after it.
func (r rendering) months() (string, error) {
	if len(r.Months) == 0 {
		return "", errNoMonth
	}
	rows := make([]string, len(r.Months))
	for i, m := range r.Months {
		rows[i] = "(" + monthLiteral(m) + ", " + monthLiteral(m.Next()) + ")"
	}
	return "(select * from (values " + strings.Join(rows, ", ") + ") as months (month, next_month))", nil
}

// inMonths says whether a column's value, the first day of a month, is of one that is built.
func (r rendering) inMonths(column string) (string, error) {
	switch len(r.Months) {
	case 0:
		return "", errNoMonth
	case 1:
		return column + " = " + monthLiteral(r.Months[0]), nil
	}
	list := make([]string, len(r.Months))
	for i, m := range r.Months {
		list[i] = monthLiteral(m)
	}
	return column + " in (" + strings.Join(list, ", ") + ")", nil
}

func monthLiteral(month models.Month) string { return "date '" + string(month) + "'" }

var (
	templateError = regexp.MustCompile(`(?s)^template: .*?:(\d+)(?::\d+)?: (?:executing .*? at <.*?>: )?(?:error calling \w+: )?(.*)$`)
	undefined     = regexp.MustCompile(`^function "(\w+)" not defined$`)
)

// located says a template's error with the model's path and line.
func located(m *models.Model, err error, functions template.FuncMap) error {
	parts := templateError.FindStringSubmatch(err.Error())
	if parts == nil {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	message := parts[2]
	if name := undefined.FindStringSubmatch(message); name != nil {
		message = fmt.Sprintf("there is no template function %q%s", name[1], meant(name[1], functions))
	}
	return fmt.Errorf("%s:%s: %s", m.Path, parts[1], message)
}

func meant[V any](name string, candidates map[string]V) string {
	if best := models.Nearest(name, slices.Sorted(maps.Keys(candidates))); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}
