package models

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAModelReadsIsFoundWhereverATemplateNamesIt(t *testing.T) {
	const model = `/* model
name: mart_x
description: One row.
grain: [n]
reaches: [as_of]
columns:
  n: {type: int, description: A number.}
*/
{{ $first := printf "least(%s, %s)" (var "as_of") (var "first_day") -}}
select n from {{ ref "fact_a" }} join {{ ref "fact_b" }} using (n)
where on_day between {{ add_months (var "last_day") (var "window") }} and {{ $first }} and var = 'var "no"'`
	m, err := ParseModel("mart_x.sql", []byte(model))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"as_of", "first_day", "last_day", "window"}, m.Vars); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"fact_a", "fact_b"}, m.Refs); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

func TestWhatAModelNeedsOneOfIsNamedOnceAndIsRead(t *testing.T) {
	for _, c := range []struct{ header, says string }{
		{"needs_one_of: [fact_a, sale]\noptional: [fact_b]", ""},
		{"needs_one_of: [fact_a]", "needs_one_of names fact_a alone"},
		{"needs_one_of: [fact_a, fact_c]", `needs_one_of names "fact_c", which the SQL does not refer to`},
		{"needs_one_of: [fact_a, fact_b, fact_a]", "needs_one_of names fact_a twice"},
		{"needs_one_of: [fact_a, fact_b]\noptional: [fact_b]", "fact_b is under optional and under needs_one_of"},
		{"needs_one_of: {fact_a: fact_b}", "mart_x.sql:4"},
	} {
		model := "/* model\nname: mart_x\ngrain: [n]\n" + c.header + "\ncolumns: {n: {type: int}}\n*/\n" +
			`select n from {{ ref "fact_a" }}, {{ ref "fact_b" }}, {{ input "sale" }}`
		_, err := ParseModel("mart_x.sql", []byte(model))
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.header, err, c.says)
		}
	}
}

func TestAModelThatNormalizesIsKnown(t *testing.T) {
	for sql, want := range map[string]bool{
		`select {{ phone "p.phone" (var "default_country") }} from {{ input "customer" }} as p`: true,
		`select {{ code "card" }}`:                                 true,
		`select phone, email from {{ input "customer" }}`:          false,
		`select {{ ref "email" }}.code`:                            false,
		`select {{ days_between "email" "phone" }} -- {{ email }}`: false,
	} {
		if m := (&Model{SQL: sql}); m.Normalizes() != want {
			t.Errorf("%s normalizes: %v", sql, !want)
		}
	}
}

func TestMonthsAreBuiltTogetherOrOneByOne(t *testing.T) {
	model := func(header, sql string) (*Model, error) {
		return ParseModel("facts/fact_a.sql", []byte("/* model\nname: fact_a\ngrain: [month]\n"+header+"columns: {month: {type: date}}\n*/\n"+sql))
	}
	for sql, together := range map[string]bool{
		`select {{ month }} as month`:                                              false,
		`select {{ add_months (month_start "months") "1" }} as month`:              false,
		`select {{ months_between "a" "b" }} as month`:                             false,
		`select month from {{ input "sale" }} where {{ in_months "month" }}`:       true,
		`select month from {{ months }}`:                                           true,
		`select month from x where {{ in_months (month_start "returned_on") }}`:    true,
		`select month from {{ input "months" }} where month = {{ month }}`:         false,
		`select month from x where {{ in_months (add_months "next_month" "-1") }}`: true,
	} {
		if m, err := model("partition: month\n", sql); err != nil || m.ManyMonths() != together {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for _, c := range []struct{ header, sql, says string }{
		{"", `from {{ months }}`, "facts/fact_a.sql: the SQL asks for months: say `partition: month` in the header"},
		{"partition: month\n", `from {{ months }} where month < {{ next_month }}`, "facts/fact_a.sql: the SQL speaks of {{ month }} and of {{ months }}: one is built by itself, the others together; use either"},
	} {
		if _, err := model(c.header, c.sql); err == nil || err.Error() != c.says {
			t.Errorf("%s: %v, want %q", c.sql, err, c.says)
		}
	}
}
