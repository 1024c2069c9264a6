package load

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/internal/lineage"
	"nightjar/models"
)

// told is a night whose manifest has deliveries, rejects, pending rows and a
// live set to tell about.
func told(w *world) Night {
	n := w.night(usual())
	received := time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC)
	n.Manifest.Deliveries = []lake.Delivery{
		{ID: 1, Source: "till", Name: "a.csv", Place: 1, ReceivedAt: received, State: "replaced", Run: "run1"},
		{
			ID: 2, Source: "till", Name: "a.csv", Place: 2, ReceivedAt: received, State: "current", Run: "run1",
			Counts: []lake.Counts{{Input: "thing", Read: 5, Taken: 4, Filtered: 1, Emitted: 4, Staged: 2, Pending: 1, Rejected: 1}},
		},
	}
	n.Manifest.Rejects[2] = w.file("rejects", "r", `select 2::bigint as delivery_id, 'till' as source, 'a.csv' as delivery, 'thing' as input, 'required' as rule, 'amount' as "column",
		7::bigint as line, 6::bigint as source_row, 'has no value' as reason, 'reject' as action, 'Secret Name;1380000' as raw, 'Secret' as value, 'Aaaaaa' as shape`)
	live := w.file("live/thing/"+february, "l", "select date '2024-02-09' + i::int as business_date from range(3) t(i)")
	live.Source = "till"
	n.Manifest.Inputs["thing"] = &lake.LiveSet{
		Months:  map[string][]lake.File{february: {live}},
		Pending: []lake.File{w.file("live/thing/pending", "p", "select 2::bigint as delivery_id")},
	}
	w.catalog.Inputs["thing"] = &models.Input{Name: "thing", Columns: models.Columns{{Name: "business_date", Type: "date"}}}
	return n
}

func TestTheWarehouseTellsAboutItself(t *testing.T) {
	w := newWorld(t)
	n := told(w)
	n.Lineage = map[string]*lineage.Lineage{"fact_thing": {
		Columns: []lineage.Column{{Name: "amount", From: []lineage.Origin{{Kind: lineage.Input, Relation: "thing", Column: "amount"}}, Unresolved: []string{"what a file gives"}}},
		Decides: []lineage.Origin{{Kind: lineage.Variable, Column: "as_of"}},
	}}
	w.publish(n)
	for query, want := range map[string]string{
		"select run, manifest, as_of::varchar, outcome from nightjar.run":                                                                            "run1 1 2024-03-31 published",
		"select delivery_id, state from nightjar.delivery":                                                                                           "1 replaced\n2 current",
		"select delivery_id, input, rows_read, taken, filtered, staged, pending, rejected from nightjar.delivery_input":                              "2 thing 5 4 1 2 1 1",
		`select source, delivery, input, rule, "column", line, source_row, reason, action from nightjar.reject`:                                      "till a.csv thing required amount 7 6 has no value reject",
		"select * from nightjar.pending":                                                                                                             "thing till 2 1",
		"select source, delivery_id, newest_month::varchar, newest_business_date::varchar from nightjar.freshness":                                   "till 2 2024-02-01 2024-02-11",
		"select model, kind, grain, rows, months, first_month::varchar, built_run from nightjar.model where model = 'fact_thing'":                    "fact_thing fact thing_id 7 2 2024-01-01 run1",
		`select "column", position, type, unit from nightjar.column where model = 'fact_thing' and "column" = 'amount'`:                              "amount 4 decimal(18,4) currency",
		"select measure, title_zh, expression from nightjar.measure":                                                                                 "worth 价值 sum(amount)",
		`select coalesce("column", '-'), role, coalesce(reference, '-'), coalesce(reference_column, '-') from nightjar.column_lineage order by all`:  "- rows - as_of\namount unresolved - -\namount value thing amount",
		"select model, reference, kind, present from nightjar.lineage":                                                                               "fact_thing thing input true",
		`select "table", month::varchar, rows, run from nightjar.table_version where "table" = 'fact_thing'`:                                         "fact_thing 2024-01-01 5 run1\nfact_thing 2024-02-01 2 run1",
		"select status, count(*) from nightjar.audit group by all":                                                                                   "passed 15\nskipped 1",
		"select column_name from duckdb_columns() where database_name = 'warehouse' and schema_name = 'nightjar' and column_name in ('raw', 'text')": "",
	} {
		if got := w.ask(n, query); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", query, got, want)
		}
	}
}

func TestANightThatWasNotPublishedLeavesTheLastOneWhole(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))
	first := w.current
	parts := usual()
	parts["dim_store/whole"] = "select unnest(['s1', 's2', 's3']) as store_key"
	w.build(w.night(parts))
	if _, err := w.lake.Sweep(3); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(w.lake.WarehousePath("*")); len(left) != 2 {
		t.Errorf("after the sweep there are %v", left)
	}
	if got := ask(t, w.lake.WarehousePath(first.Warehouse), "select count(*) from dim_store"); got != "2" {
		t.Errorf("the last night has %s stores", got)
	}
}

// BenchmarkTheWarehouseAboutItself builds a night of 2,000 partitions whose
// rows are few.
func BenchmarkTheWarehouseAboutItself(b *testing.B) {
	n := Night{Manifest: (*lake.Manifest)(nil).Next("run1"), Catalog: &models.Catalog{}}
	for i := range 100 {
		m := &models.Model{Name: fmt.Sprintf("fact_%d", i), Partition: "month", Columns: make(models.Columns, 25)}
		built := &lake.Built{Partitions: map[string]lake.Partition{}}
		for k := range 20 {
			built.Partitions[fmt.Sprintf("2%03d-01-01", k)] = lake.Partition{Content: duck.Content(1, "1")}
		}
		n.Models, n.Manifest.Models[m.Name] = append(n.Models, m), built
	}
	dir := b.TempDir()
	s, err := openStore(b.Context(), n.Engine, dir+"/w.duckdb", dir+"/p.duckdb")
	if err != nil {
		b.Fatal(err)
	}
	defer s.abandon()
	for b.Loop() {
		if err := s.describeItself(b.Context(), n); err != nil {
			b.Fatal(err)
		}
	}
}
