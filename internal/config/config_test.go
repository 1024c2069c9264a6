package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"nightjar/models"
)

const aModel = `/* model
name: fact_sale
description: One row per document.
grain: [document_id]
partition: month
columns:
  document_id: {type: string, description: The document., tests: [not_null]}
  month: {type: date, description: Its month.}
tests:
  - unique: [document_id]
  - {name: no lost money, sql: select 1}
measures:
  - {name: lines, expression: count(*), additivity: additive}
*/
select document_id, month from {{ input "sale" }}`

// catalog holds the contracts that ship with Nightjar, and one model.
func catalog(t *testing.T) *models.Catalog {
	t.Helper()
	inputs, err := fs.Sub(models.Standard, "inputs")
	if err != nil {
		t.Fatal(err)
	}
	c, err := models.Load(inputs, fstest.MapFS{"fact_sale.sql": {Data: []byte(aModel)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// environment is what variables hold in these tests.
func environment(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

func loadSample(t *testing.T, variables map[string]string) *Config {
	t.Helper()
	c, err := Load(filepath.Join("testdata", "nightjar.yaml"), environment(variables), catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadReadsAProject(t *testing.T) {
	c := loadSample(t, map[string]string{"LANDING": "/srv/drop", "KEEP": "7"})
	till, shop := c.Sources.Named("till"), c.Sources.Named("shop")
	isTrue := true
	for name, pair := range map[string][2]any{
		"variables":              {[]any{till.Files, c.Keep, c.MemoryLimit}, []any{[]string{"/srv/drop/till-*.csv"}, 7, "2GB"}},
		"sources keep order":     {[]string{c.Sources[0].Name, c.Sources[1].Name, c.Sources[2].Name}, []string{"till", "shop", "cards"}},
		"systems":                {c.Sources.Systems(), []string{"pos", "shop"}},
		"zones":                  {[]string{till.TimeZone, shop.TimeZone}, []string{"Asia/Shanghai", "Europe/Berlin"}},
		"dialect":                {shop.CSV, CSV{Delimiter: ";", Quote: `"`, Header: &isTrue}},
		"formats":                {till.Formats, Formats{Date: "%Y-%m-%d", Timestamp: "%Y-%m-%d %H:%M", Decimal: "."}},
		"a short expression":     {till.Maps[0].Columns[0], Expr{Column: "document_id", SQL: "store || '-' || ticket_no", Line: 16}},
		"a typed column":         {till.Maps[0].Columns[8], Expr{Column: "x_till", SQL: "till", Type: "int", Line: 24}},
		"a rule's action":        {till.Maps[0].On("future", "sold_at"), "fail"},
		"a column's rule":        {till.Maps[0].On("bad_number", "discount_amount"), "null"},
		"any other rule":         {till.Maps[0].On("bad_number", "quantity"), "reject"},
		"a rule's default":       {till.Maps[0].On("ambiguous_hour", "sold_at"), "warn"},
		"the contract":           {shop.Maps.For("sale").Contract.Name, "sale"},
		"defaults beside values": {c.Deals, Deals{IsDeal: []string{"paid", "shipped", "delivered", "returned"}, IsFulfilled: []string{"shipped", "delivered", "returned"}}},
		"limits":                 {c.Rejects, Rejects{MaxRows: 1000, MaxShare: 0.01, KeepRawDays: 90}},
		"defaults":               {[]any{c.LapseMonths, c.FiscalYearStarts, c.State, c.Guards}, []any{12, 1, "state", Guards{RowDrop: 0.5, LastNight: 0.5, ComparableDay: 0.8, Deleted: 0.2}}},
		"times as written":       {c.DayStartsAt, "04:00"},
		"rows are text":          {c.Rows["fx_rate"][0], map[string]any{"on_date": "2024-01-01", "from_currency": "EUR", "to_currency": "CNY", "rate": "7.8300", "system": "nightjar"}},
		"folders":                {[]string{c.StateDir(), c.ModelsDir()}, []string{"testdata/state", "testdata/models"}},
	} {
		if difference := cmp.Diff(pair[1], pair[0], cmp.AllowUnexported(Source{})); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}

func TestVarsAreLiterals(t *testing.T) {
	c := loadSample(t, nil)
	want := map[string]string{
		"currency": "'CNY'", "time_zone": "'Asia/Shanghai'", "as_of": "date '2024-12-31'",
		"is_deal": "('paid', 'shipped', 'delivered', 'returned')", "is_fulfilled": "('shipped', 'delivered', 'returned')",
		"lapse_months": "12", "fiscal_year_starts": "1", "answer_seconds": "20",
		"first_answer_hours": "map {'low': 72::double, 'normal': 24::double, 'high': 8::double, 'critical': 2::double}",
		"default_country":    "'CN'", "identity_max_keys": "20", "system_priority": "('pos', 'shop')",
	}
	if difference := cmp.Diff(want, c.Vars("2024-12-31")); difference != "" {
		t.Error(difference)
	}
}

func TestModelsFolderIsKnownBeforeTheRestIsRight(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nightjar.yaml")
	if err := os.WriteFile(path, []byte("models: ${MINE}\ncurency: EUR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := ModelsFolder(path, environment(map[string]string{"MINE": "mine"}))
	if want := filepath.Join(filepath.Dir(path), "mine"); err != nil || folder != want {
		t.Errorf("got %q, %v, want %q", folder, err, want)
	}
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	c, err := parse("nightjar.yaml", []byte(`
currency: EUR
sources:
  one: &shop
    system: shop
    files: one.csv
    csv: &dialect {delimiter: "|"}
    maps: {store: {columns: {store_id: id}}}
  two:
    <<: *shop
    files: two.csv
  three: {system: erp, files: three.csv, csv: *dialect, maps: {store: {columns: {store_id: id}}}}
`), environment(nil), catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	two, three := c.Sources.Named("two"), c.Sources.Named("three")
	if two.System != "shop" || two.Files[0] != "two.csv" || three.CSV.Delimiter != "|" {
		t.Errorf("got %+v and %+v", two, three)
	}
}
