package models

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tested is a model with one column test, and what its header says besides.
func tested(kind, test, more string) string {
	return "/* model\nname: fact_x\ndescription: One row.\ngrain: [x]\ncolumns:\n  x: {type: " + kind + ", tests: [" + test + "]}\n" + more + "*/\nselect 1 as x"
}

func TestTestsThatCouldNotBeRunAreErrorsOfTheModel(t *testing.T) {
	for name, c := range map[string]struct{ kind, test, more, want string }{
		"a misspelt one":              {"string", "not_nul", "", `column x: "not_nul" is no test (did you mean "not_null"?)`},
		"no values":                   {"string", "accepted_values", "", "accepted_values names none"},
		"no bound":                    {"int", "{range: {}}", "", "range has no bound"},
		"a bound that is no number":   {"int", "{range: {min: low}}", "", `"low" bounds its numbers, and is none`},
		"a range of texts":            {"string", "{range: {min: 1}}", "", "min and max bound numbers and dates, and it is of type string"},
		"moves of numbers":            {"int", "{moves: {a: [b]}}", "", "moves are of texts, and it is of type int"},
		"a relationship to nothing":   {"string", "{relationships: dim_y}", "", `relationships is "dim_y": write {relationships: model.column}`},
		"a relationship to no model":  {"string", "{relationships: fact_y.x}", "", `has a relationship to the model "fact_y", which does not exist (did you mean "fact_x"?)`},
		"a relationship to no column": {"string", "{relationships: fact_x.xx}", "", `has a relationship to fact_x, which has no column "xx" (did you mean "x"?)`},
		"unique by no column":         {"string", "not_null", "tests: [{unique: [y]}]\n", `test unique: "y" is no column (did you mean "x"?)`},
		"a query without a name":      {"string", "not_null", "tests: [{sql: select 1}]\n", "has no name"},
		"neither unique nor a query":  {"string", "not_null", "tests: [{name: nothing}]\n", "test nothing: give either"},
		"a severity":                  {"string", "not_null", "tests: [{name: n, sql: select 1, severity: error}]\n", `has severity "error": use block or warn`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"fact_x.sql": {Data: []byte(tested(c.kind, c.test, c.more))}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
		})
	}
}

func TestGuardsFollowFromWhatAModelIs(t *testing.T) {
	const header = `/* model
name: fact_x
description: One row.
grain: [x]
partition: month
columns:
  x: {type: string, tests: [not_null, {moves: {a: [b]}}]}
  month: {type: date}
  business_date: {type: date}
measures:
  - {name: sales, expression: sum(y), additivity: additive}
  - {name: share, expression: avg(y), additivity: ratio}
*/
select 1`
	m, err := ParseModel("fact_x.sql", []byte(header))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"row_drop", "x.moves", "sales.last_night", "rows.comparable_day", "sales.comparable_day"}; !slices.Equal(m.Guards(), want) {
		t.Errorf("the guards are %q, not %q", m.Guards(), want)
	}
	if want := []string{"x.not_null", "row_count"}; !slices.Equal(m.Audits()[:2], want) {
		t.Errorf("the audits begin with %q, not %q", m.Audits()[:2], want)
	}
}
