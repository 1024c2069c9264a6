package reference_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"nightjar/internal/duck"
	"nightjar/internal/lineage"
	"nightjar/internal/reference"
	"nightjar/models"
)

var update = flag.Bool("update", false, "write the expected Markdown anew")

const contract = `
input: visit
description: One visit to a shop.
key: [visit_id]
columns:
  visit_id: {type: string, required: true, description: The till's number.}
  spent: {type: "decimal(18,4)", unit: yuan, description: What was spent., min: "0"}
`

const fact = `/* model
name: fact_visit
description: One row per visit. Anonymous ones too.
grain: [visit_id]
columns:
  visit_id: {type: string, description: The till's number., tests: [not_null, unique]}
  spent: {type: double, unit: yuan, description: "What was spent | net."}
tests:
  - name: nothing is below zero
    severity: warn
    sql: select * from fact_visit where spent < 0
measures:
  - name: spent
    title: {en: Spent, zh: 消费额}
    expression: sum(spent)
    unit: yuan
    additivity: additive
    format: amount
*/
select visit_id, cast(spent as double) as spent from {{ input "visit" }} where spent is not null
`

const mart = `/* model
name: mart_visit
description: One row in all.
grain: [spent]
columns:
  spent: {type: double, description: What was spent.}
  label: {type: string, description: A word.}
*/
select spent, 'all' as label from {{ ref "fact_visit" }}
`

// project is a tiny one, of which the mart is left out.
func project(t *testing.T) *reference.Reference {
	t.Helper()
	catalog, err := models.Load(fstest.MapFS{
		"inputs/visit.yaml": {Data: []byte(contract)}, "facts/fact_visit.sql": {Data: []byte(fact)}, "marts/mart_visit.sql": {Data: []byte(mart)},
	})
	if err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	base := func(kind, name string) ([]string, bool) { return []string{"visit_id", "spent"}, true }
	of := func(query string) *lineage.Lineage {
		l, err := lineage.Of(context.Background(), db, query, base)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	return reference.New(reference.Project{
		Catalog: catalog,
		LeftOut: map[string]string{"mart_visit": "no source gives visit"},
		Lineage: map[string]*lineage.Lineage{
			"fact_visit": of("select visit_id, cast(spent as double) as spent from input.visit where spent is not null"),
			"mart_visit": of("select spent, 'all' as label from model.fact_visit"),
		},
	})
}

func written(t *testing.T, r *reference.Reference, format string) string {
	t.Helper()
	var text bytes.Buffer
	if err := r.Write(&text, format); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestMarkdownTellsOfATinyProject(t *testing.T) {
	got := written(t, project(t), "markdown")
	const path = "testdata/project.md"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("go test ./internal/reference -update, if this is meant:\n%s", diff)
	}
}

func TestThePageNeedsNothingBesideItAndItsLinksLead(t *testing.T) {
	page := written(t, project(t), "html")
	if found := regexp.MustCompile(`(?i)(?:https?:)?//[a-z]|@import|\burl\(|\bsrc=`).FindString(page); found != "" {
		t.Errorf("the page asks for something else: %s", found)
	}
	anchors := map[string]bool{}
	for _, id := range regexp.MustCompile(`\bid="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if anchors[id[1]] {
			t.Errorf("the id %s is given twice", id[1])
		}
		anchors[id[1]] = true
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !anchors[link[1]] {
			t.Errorf("the link #%s leads nowhere", link[1])
		}
	}
	for _, want := range []string{"消费额", "fact_visit.spent", "Left out of this project: no source gives visit", "a constant"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	err := project(t).Write(&bytes.Buffer{}, "pdf")
	if err == nil || !strings.Contains(err.Error(), "use html or markdown") {
		t.Errorf("got %v", err)
	}
}
