package models

import (
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
