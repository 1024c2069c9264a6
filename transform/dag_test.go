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

func TestAModelThatNeedsOneOfSeveralIsLeftOutWithoutAnyOfThem(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	header := func(name, needs string) string {
		return "/* model\nname: " + name + "\ngrain: [a]\n" + needs + "columns: {a: {type: int}}\n*/\n"
	}
	catalog, err := models.Load(fstest.MapFS{
		"inputs/contact.yaml":    file("input: contact\ncolumns: {a: {type: int}}\n"),
		"inputs/case.yaml":       file("input: case\ncolumns: {a: {type: int}}\n"),
		"facts/fact_contact.sql": file(header("fact_contact", "") + `from {{ input "contact" }}`),
		"marts/mart_service.sql": file(header("mart_service", "needs_one_of: [fact_contact, case]\n") + `from {{ ref "fact_contact" }}, {{ input "case" }}`),
		"marts/mart_after.sql":   file(header("mart_after", "") + `from {{ ref "mart_service" }}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	none := "it needs one of fact_contact, case, and none is there"
	for _, c := range []struct {
		inputs map[string]bool
		left   map[string]string
	}{
		{map[string]bool{"contact": true, "case": true}, map[string]string{}},
		{map[string]bool{"contact": true}, map[string]string{}},
		{map[string]bool{"case": true}, map[string]string{"fact_contact": "no source gives contact"}},
		{map[string]bool{}, map[string]string{"fact_contact": "no source gives contact", "mart_service": none, "mart_after": "mart_service is left out: " + none}},
	} {
		if _, left := Available(catalog, c.inputs); !maps.Equal(left, c.left) {
			t.Errorf("with %v, %v are left out, want %v", c.inputs, left, c.left)
		}
	}
}

// A company without a call centre has no table of its service, rather than an empty one.
func TestModelsOfOursWithoutAnyOfTheirRowsAreLeftOut(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		inputs map[string]bool
		model  string
		out    bool
	}{
		{map[string]bool{"sale_line": true}, "mart_service", true},
		{map[string]bool{"sale_line": true, "contact": true}, "mart_service", false},
		{map[string]bool{"case": true}, "mart_service", false},
		{map[string]bool{"sale_line": true}, "fact_satisfaction", true},
		{map[string]bool{"shipment": true}, "fact_satisfaction", false},
		{map[string]bool{"customer": true}, "fact_document", true},
		{map[string]bool{"sale_line": true}, "fact_document", false},
		{map[string]bool{"customer": true}, "step_key_month", true},
		{map[string]bool{"customer": true}, "fact_assignment", true},
		{map[string]bool{"customer": true}, "dim_customer", false},
	} {
		_, left := Available(catalog, c.inputs)
		if _, out := left[c.model]; out != c.out {
			t.Errorf("with %v, %s is left out: %t (%s)", c.inputs, c.model, out, left[c.model])
		}
	}
}
