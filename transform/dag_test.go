package transform

import (
	"maps"
	"testing"
	"testing/fstest"

	"nightjar/models"
)

// plan is a catalog out of one line of SQL a model.
func plan(t *testing.T, sql map[string]string) *models.Catalog {
	t.Helper()
	tree := fstest.MapFS{}
	for _, name := range []string{"sale", "survey"} {
		tree["inputs/"+name+".yaml"] = &fstest.MapFile{Data: []byte("input: " + name + "\ncolumns: {a: {type: int}}\n")}
	}
	for name, text := range sql {
		header := "/* model\nname: " + name + "\ngrain: [a]\noptional: [survey, fact_survey]\ncolumns: {a: {type: int}}\n*/\n"
		if name == "fact_survey" {
			header = "/* model\nname: " + name + "\ngrain: [a]\ncolumns: {a: {type: int}}\n*/\n"
		}
		tree["facts/"+name+".sql"] = &fstest.MapFile{Data: []byte(header + text)}
	}
	catalog, err := models.Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func TestAModelIsLeftOutWhenItsInputsAreAbsent(t *testing.T) {
	catalog := plan(t, map[string]string{
		"dim_date":    `select 1`,
		"fact_sale":   `from {{ input "sale" }}`,
		"fact_survey": `from {{ input "survey" }}`,
		"mart_both":   `from {{ ref "fact_sale" }}, {{ ref "fact_survey" }}`, // fact_survey is optional
		"mart_sale":   `from {{ ref "fact_sale" }}`,
		"mart_first":  `from {{ ref "mart_sale" }}`,
	})
	for _, c := range []struct {
		name   string
		inputs map[string]bool
		order  []string
		left   map[string]string
	}{
		{
			"all inputs",
			map[string]bool{"sale": true, "survey": true},
			[]string{"dim_date", "fact_sale", "fact_survey", "mart_both", "mart_sale", "mart_first"},
			map[string]string{},
		},
		{
			"an optional reference is absent",
			map[string]bool{"sale": true},
			[]string{"dim_date", "fact_sale", "mart_both", "mart_sale", "mart_first"},
			map[string]string{"fact_survey": "no source gives survey"},
		},
		{
			"a needed input is absent",
			map[string]bool{"survey": true},
			[]string{"dim_date", "fact_survey"},
			map[string]string{
				"fact_sale":  "no source gives sale",
				"mart_both":  "fact_sale is left out: no source gives sale",
				"mart_sale":  "fact_sale is left out: no source gives sale",
				"mart_first": "mart_sale is left out: fact_sale is left out: no source gives sale",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			order, left := Available(catalog, c.inputs)
			if len(order) != len(c.order) || !maps.Equal(left, c.left) {
				t.Fatalf("got %d models, left %v", len(order), left)
			}
			for i, m := range order {
				if m.Name != c.order[i] {
					t.Errorf("model %d is %s, want %s", i, m.Name, c.order[i])
				}
			}
		})
	}
}
