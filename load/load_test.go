package load

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightjar/internal/lake"
)

func TestANightOnTopOfTheLastEqualsOneMadeAfresh(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))

	parts := usual()
	delete(parts, "fact_thing/"+february)
	parts["fact_thing/"+march] = things(march, "c1 new 5.00 s3")
	parts["dim_store/whole"] = "select unnest(['s1', 's2', 's3']) as store_key"
	second := w.night(parts)
	result := w.build(second)
	if result.Fresh || result.Partitions != 2 || result.Rows != 4 {
		t.Errorf("%+v: want March and the stores alone, on top of the last night", result)
	}
	if err := Publish(t.Context(), second, nil); err != nil {
		t.Fatal(err)
	}

	fresh := newWorld(t)
	first := fresh.night(parts)
	if result := fresh.build(first); !result.Fresh {
		t.Error("the first night has nothing to start from")
	}
	if err := Publish(t.Context(), first, nil); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"select * from fact_thing", "select * from dim_store", `select "table", month, rows, content from nightjar.table_version`,
		"select table_name, column_name, data_type, comment from duckdb_columns() where not internal",
		"select table_name, comment from duckdb_tables()",
	} {
		if got, want := w.ask(second, query), fresh.ask(first, query); got != want || got == "" {
			t.Errorf("%s:\n%s\nafresh:\n%s", query, got, want)
		}
	}
}

func TestATableOfWhichSomeRowsChangedIsAmended(t *testing.T) {
	for _, c := range []struct{ after, want string }{
		{"['s1', 's3', 's4']", "s1\ns3\ns4"},
		{"['s1', 's1', 's2']", "s1\ns1\ns2"}, // hashes cannot tell: all is replaced
		{"[null]", "<nil>"},
	} {
		w := newWorld(t)
		parts := usual()
		w.publish(w.night(parts))
		parts["dim_store/whole"] = "select unnest(" + c.after + "::varchar[]) as store_key"
		n := w.night(parts)
		if result := w.build(n); result.Fresh {
			t.Error("made afresh")
		}
		if err := Publish(t.Context(), n, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.ask(n, "select store_key from dim_store order by all"); got != c.want {
			t.Errorf("%s: %q", c.after, got)
		}
	}
}

func TestVerifyProvesThatATableHoldsTheRowsOfItsFile(t *testing.T) {
	for _, verify := range []bool{false, true} {
		w := newWorld(t)
		n := w.night(usual())
		parts := n.Manifest.Models["dim_store"].Partitions
		p := parts[lake.Whole]
		p.Content = "duckdb-hash-1:2:1"
		parts[lake.Whole] = p
		n.Verify = verify
		_, err := Build(t.Context(), n)
		if refused := err != nil && strings.Contains(err.Error(), "are not those of"); refused != verify {
			t.Errorf("with Verify %v: %v", verify, err)
		}
	}
}

func TestTablesThatTheNightNoLongerHasGo(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))
	parts := usual()
	delete(parts, "dim_store/whole")
	n := w.night(parts)
	w.publish(n)
	if got := w.ask(n, "select table_name from duckdb_tables() where schema_name = 'main'"); got != "fact_thing" {
		t.Errorf("tables are %s", got)
	}
}

func TestAChangedModelIsMadeAnewOnTopOfTheLastNight(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))
	store := *w.catalog.Models["dim_store"]
	store.Fingerprint, store.Description = "changed", "One row per shop."
	w.catalog.Models["dim_store"] = &store
	n := w.night(usual())
	if result := w.build(n); result.Fresh || result.Tables != 1 {
		t.Errorf("%+v", result)
	}
	if err := Publish(t.Context(), n, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.ask(n, "select comment from duckdb_tables() where table_name = 'dim_store'"); got != "One row per shop." {
		t.Errorf("comment is %q", got)
	}
}

func TestDescriptionsBecomeComments(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	w.publish(n)
	if got := w.ask(n, "select comment from duckdb_tables() where table_name = 'fact_thing'"); got != "One row per thing. Measures: Worth 价值 = sum(amount)." {
		t.Errorf("table: %q", got)
	}
	if got := w.ask(n, "select comment from duckdb_columns() where table_name = 'fact_thing' and column_name = 'amount'"); got != "What it's worth. [currency]" {
		t.Errorf("column: %q", got)
	}
	if got := w.ask(n, "select table_name, column_name from duckdb_columns() where schema_name = 'nightjar' and comment is null"); got != "" {
		t.Errorf("columns of nightjar without comment:\n%s", got)
	}
}

func TestPersonalColumnsAreInThePersonFileAlone(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	w.publish(n)
	if got := w.ask(n, "select * from duckdb_columns() where database_name = 'warehouse' and schema_name = 'main' and (table_name = 'person_customer' or column_name = 'phone')"); got != "" {
		t.Errorf("the warehouse has %s", got)
	}
	path := w.lake.WarehousePath(n.Manifest.Person)
	if got := ask(t, path, "select customer_key from person_customer"); got != "shop:1" {
		t.Errorf("the person file has %q", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the person file: %v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(w.lake.WarehousePath(n.Manifest.Warehouse))
	if err != nil || strings.Contains(string(text), "13800000000") {
		t.Errorf("the warehouse's bytes hold a phone number (%v)", err)
	}
}

func TestAPersonalColumnInTheWarehouseIsRefused(t *testing.T) {
	w := newWorld(t)
	store := *w.catalog.Models["dim_store"]
	store.Columns = append(store.Columns[:1:1], w.catalog.Models["person_customer"].Columns[1])
	w.catalog.Models["dim_store"] = &store
	if _, err := Build(t.Context(), w.night(usual())); err == nil || !strings.Contains(err.Error(), "column phone is personal") {
		t.Errorf("got %v", err)
	}
}

func TestContentIsIndependentOfTheOrderOfRowsAndOfDeliveries(t *testing.T) {
	content := func(rows ...string) string {
		w := newWorld(t)
		parts := usual()
		parts["fact_thing/"+january] = things(january, rows...)
		n := w.night(parts)
		w.build(n)
		return n.Manifest.Models["fact_thing"].Partitions[january].Content
	}
	one := content("a1 new 1.00 s1", "a2 old 2.00 s1")
	if other := content("a2 old 2.00 s1", "a1 new 1.00 s1"); one != other || !strings.HasPrefix(one, "duckdb-hash-1:2:") {
		t.Errorf("%s in one order, %s in the other", one, other)
	}
	if other := content("a1 new 1.00 s1", "a2 old 2.01 s1"); one == other {
		t.Error("another amount gives the same content")
	}
	if content("a1 new 1.00 s1") == content("a1 new 1.00 s1", "a1 new 1.00 s1") {
		t.Error("a twin row gives the same content")
	}
}

func TestAFileThatIsNotAsTheManifestSaysStopsTheBuild(t *testing.T) {
	for name, spoil := range map[string]struct {
		do   func(w *world, n Night, f *lake.File)
		says string
	}{
		"rows":    {func(_ *world, _ Night, f *lake.File) { f.Rows++ }, "rows, the manifest says"},
		"columns": {func(w *world, n Night, f *lake.File) { *f = w.file("models/odd", "x", "select 1::int as store_key") }, "column 1 is store_key int, in the model's header store_key string"},
		"footer":  {func(w *world, n Night, f *lake.File) { _ = os.Truncate(w.lake.Path(f.Path), 20) }, "footer is unreadable"},
		"missing": {func(w *world, n Night, f *lake.File) { _ = os.Remove(w.lake.Path(f.Path)) }, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n := w.night(usual())
			p := n.Manifest.Models["dim_store"].Partitions[lake.Whole]
			spoil.do(w, n, &p.File)
			n.Manifest.Models["dim_store"].Partitions[lake.Whole] = p
			err := Check(t.Context(), n)
			if err == nil || !strings.Contains(err.Error(), spoil.says) || !strings.Contains(err.Error(), p.File.Path) {
				t.Errorf("check says %v", err)
			}
			if _, err := Build(t.Context(), n); err == nil {
				t.Error("the warehouse was built all the same")
			}
			if left, _ := filepath.Glob(w.lake.WarehousePath("*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestPublishingMakesTheNightCurrentAndReadOnly(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	w.publish(n)
	current, err := w.lake.Current()
	if err != nil || current.Run != "run1" || current.Models["dim_store"].Partitions[lake.Whole].Content == "" {
		t.Fatalf("current is %+v, %v", current, err)
	}
	target, err := filepath.EvalSymlinks(filepath.Join(w.lake.Dir(), "warehouse.duckdb"))
	if err != nil || filepath.Base(target) != "warehouse-run1.duckdb" {
		t.Errorf("the link shows to %s, %v", target, err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(w.lake.WarehousePath("*.tmp*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestARivalWinsCleanly(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	w.build(n)
	rival := *n.Manifest
	rival.Run = "rival"
	if err := w.lake.Commit(&rival); err != nil {
		t.Fatal(err)
	}
	if err := Publish(t.Context(), n, nil); !errors.Is(err, lake.ErrRival) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(w.lake.WarehousePath("*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
