package transform

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nightjar/internal/duck"
	"nightjar/models"
)

const valueModel = `/* model
name: fact_value
grain: [customer_key, month]
partition: month
columns:
  customer_key: {type: string}
  month: {type: date}
  amount: {type: "decimal(18,4)"}
*/
select customer_key, month, cast(sum(amount) as decimal(18,4)) as amount
from {{ ref "fact_sale" }} where month = {{ month }} group by all
`

const saleModel = `/* model
name: fact_sale
grain: [customer_key]
columns:
  customer_key: {type: string}
  month: {type: date}
  amount: {type: "decimal(18,4)"}
*/
select 1
`

// workshop is a DuckDB, a folder, and a catalog of fact_value as it is given.
func workshop(t *testing.T, model string, rows ...int) (*sql.DB, *Duck, Build) {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	catalog, err := models.Load(fstest.MapFS{"facts/fact_value.sql": {Data: []byte(model)}, "facts/fact_sale.sql": {Data: []byte(saleModel)}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sales := filepath.Join(dir, "sales.parquet")
	_, err = db.Exec(fmt.Sprintf(`copy (select 'shop:' || (i * 7919 %% 500) as customer_key, date '2024-01-01' as month,
		cast(i as decimal(18,4)) as amount from range(%d) t(i)) to %s (format parquet)`, append(rows, 1000)[0], duck.Text(sales)))
	if err != nil {
		t.Fatal(err)
	}
	return db, NewDuck(db, catalog), Build{
		Model: catalog.Models["fact_value"], Months: []models.Month{"2024-01-01"},
		Refs: map[string][]string{"fact_sale": {sales}}, Outs: []string{filepath.Join(dir, "facts", "2024-01", "a.parquet")},
	}
}

func TestABuildWritesItsRowsOnce(t *testing.T) {
	db, engine, b := workshop(t, valueModel)
	files, err := engine.Build(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(b.Outs[0])
	if err != nil || len(files) != 1 || files[0].Path != b.Outs[0] || files[0].Rows != 500 || files[0].Bytes != info.Size() || !strings.HasPrefix(files[0].Content, "duckdb-hash-1:500:") {
		t.Fatalf("%+v: %v", files, err)
	}
	var ids string
	query := "select string_agg(name || '=' || field_id, ' ' order by field_id) from parquet_schema(" + duck.Text(b.Outs[0]) + ") where field_id > 0"
	if err := db.QueryRow(query).Scan(&ids); err != nil || ids != "customer_key=1 month=2 amount=3" {
		t.Errorf("field ids are %s: %v", ids, err)
	}
}

func TestTheSameRowsGiveTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	byRow := strings.Replace(strings.Replace(valueModel, "customer_key, month, cast(sum(amount)", "customer_key || amount as customer_key, month, cast(amount", 1), "group by all", "", 1)
	db, engine, b := workshop(t, byRow, 400_000)
	var first []byte
	for _, threads := range []string{"1", "2", "4"} {
		if _, err := db.Exec("set threads=" + threads); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Build(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		bytes, err := os.ReadFile(b.Outs[0])
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = bytes
		}
		if !slices.Equal(first, bytes) {
			t.Errorf("with %s threads the file differs", threads)
		}
	}
}

func TestABuildWithoutRowsWritesAFile(t *testing.T) {
	_, engine, b := workshop(t, valueModel)
	b.Refs = nil
	files, err := engine.Build(context.Background(), b)
	if err != nil || len(files) != 1 || files[0].Rows != 0 {
		t.Fatalf("%+v: %v", files, err)
	}
}

// monthsModel keeps its months apart by itself.
var monthsModel = strings.Replace(valueModel, "where month = {{ month }}", `where {{ in_months "month" }}`, 1)

func TestMonthsBuiltTogetherAreThoseBuiltOneByOne(t *testing.T) {
	_, engine, b := workshop(t, monthsModel)
	alone, err := engine.Build(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	b.Months = append(b.Months, "2024-02-01")
	b.Outs = []string{filepath.Join(t.TempDir(), "1.parquet"), filepath.Join(t.TempDir(), "2.parquet")}
	together, err := engine.Build(context.Background(), b)
	if err != nil || len(together) != 2 {
		t.Fatalf("%+v: %v", together, err)
	}
	if together[0].Content != alone[0].Content || together[0].Rows != 500 || together[0].Path != b.Outs[0] || together[0].Bytes == 0 {
		t.Errorf("January is %+v together, %+v alone", together[0], alone[0])
	}
	if together[1].Rows != 0 || together[1].Content != duck.Content(0, "0") {
		t.Errorf("February, of which there is nothing, is %+v", together[1])
	}
}

func TestARowOfNoMonthThatIsBuiltIsNotLost(t *testing.T) {
	_, engine, b := workshop(t, strings.Replace(monthsModel, "customer_key, month, cast", "customer_key, cast(month + 366 as date) as month, cast", 1))
	b.Months, b.Outs = append(b.Months, "2024-02-01"), append(b.Outs, filepath.Join(t.TempDir(), "2.parquet"))
	_, err := engine.Build(context.Background(), b)
	if err == nil || !strings.Contains(err.Error(), `building fact_value, 2024-01 … 2024-02: 500 rows lie in another month: filter with {{ in_months "month" }}`) {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(b.Outs[0]), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestMonthsOfAModelThatSaysMonthAreNotBuiltTogether(t *testing.T) {
	_, engine, b := workshop(t, valueModel)
	b.Months, b.Outs = append(b.Months, "2024-02-01"), append(b.Outs, filepath.Join(t.TempDir(), "2.parquet"))
	if _, err := engine.Build(context.Background(), b); err == nil || !strings.Contains(err.Error(), "its months are built one by one") {
		t.Error(err)
	}
}

func TestAFailedBuildLeavesNothingAndSaysWhere(t *testing.T) {
	for _, c := range []struct{ name, change, to, want string }{
		{"an unknown column", "sum(amount)", "sum(amuont)", "facts/fact_value.sql:10: building fact_value, 2024-01: Binder Error: Referenced column"},
		{"a syntax error", "from {{", "form {{", "facts/fact_value.sql:11: building fact_value, 2024-01: Parser Error: syntax error at or near"},
		{"a second statement", "group by all", "group by all; drop table x", "facts/fact_value.sql:11: building fact_value, 2024-01: Parser Error"},
		{
			"a column of another type", "cast(sum(amount) as decimal(18,4)) as amount", "sum(amount) as amount",
			"facts/fact_value.sql: building fact_value, 2024-01: the last select does not give the header's columns: column amount is decimal(38,4), in the header decimal(18,4): cast it",
		},
		{"columns in another order", "select customer_key, month,", "select month, customer_key,", "column 1 is month, in the header customer_key; column 2 is customer_key, in the header month"},
		{"a column too many", "as amount\n", "as amount, 1 as one\n", "column one (integer) is not in the header"},
		{"a column too few", ", cast(sum(amount) as decimal(18,4)) as amount", "", "column amount is missing"},
		{"a row of another month", "where month = {{ month }}", "where month <> {{ next_month }}", ""},
		{"a row outside the month", "customer_key, month, cast", "customer_key, {{ next_month }} as month, cast", "rows lie in another month: filter with month = {{ month }}"},
		{"a value that does not fit", "sum(amount) as", "sum(amount) * 1000000000000 as", "building fact_value, 2024-01: Conversion Error"},
		{"a value that is no number", "cast(sum(amount)", "cast(max(customer_key)", "Could not convert string '…' to DECIMAL(18,4)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, engine, b := workshop(t, strings.Replace(valueModel, c.change, c.to, 1))
			_, err := engine.Build(context.Background(), b)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "shop:") {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(b.Outs[0]), "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestACancelledBuildLeavesNothing(t *testing.T) {
	_, engine, b := workshop(t, valueModel)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := engine.Build(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(b.Outs[0]), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

const linkModel = `/* model
name: fact_value
grain: [customer_key]
fit: identity
columns:
  customer_key: {type: string}
  customer_id: {type: string}
  rule: {type: string}
*/
select * from (values
  (1, 'pos:2', 'shop:9', 'phone', true),
  (0, 'pos:1', 'shop:9', 'manual', true),
  (0, 'pos:1', 'pos:3', 'manual', false),
  (2, 'pos:3', 'shop:9', 'email', true),
  (2, null, 'shop:8', 'email', true)
) links (ordinal, key_a, key_b, rule, same)
`

func TestAFittedModelIsBuiltFromItsLinks(t *testing.T) {
	db, engine, b := workshop(t, linkModel)
	b.Months = nil
	files, err := engine.Build(context.Background(), b)
	if err != nil || files[0].Rows != 3 {
		t.Fatalf("%+v: %v", files, err)
	}
	var rows string
	if err := db.QueryRow("select string_agg(concat_ws(' ', customer_key, customer_id, rule), '; ') from " + duck.Parquet([]string{b.Outs[0]})).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if rows != "pos:1 pos:1 manual; pos:2 pos:1 phone; shop:9 pos:1 manual" {
		t.Error(rows)
	}
}

func TestLinksWithoutARuleAreRefused(t *testing.T) {
	_, engine, b := workshop(t, strings.Replace(linkModel, "'phone'", "null", 1))
	b.Months = nil
	_, err := engine.Build(context.Background(), b)
	if err == nil || !strings.Contains(err.Error(), "facts/fact_value.sql: building fact_value: a link has no rule") {
		t.Error(err)
	}
}

func TestVariablesBecomeLiterals(t *testing.T) {
	got, err := Literals(map[string]any{
		"currency": "it's", "as_of": "2024-12-31", "signed_on": time.Date(2024, 2, 1, 10, 0, 0, 0, time.UTC),
		"is_deal": []any{"paid", "shipped"}, "none": []string{}, "lapse_months": 18, "rate": 0.1, "strict": true,
	})
	want := map[string]string{
		"currency": "'it''s'", "as_of": "date '2024-12-31'", "last_as_of": "date '2024-12-31'", "signed_on": "date '2024-02-01'",
		"is_deal": "('paid', 'shipped')", "is_fulfilled": "('shipped', 'delivered', 'returned')", "none": "(null)",
		"default_country": "'CN'", "identity_max_keys": "20", "system_priority": "(null)",
		"lapse_months": "18", "fiscal_year_starts": "1", "answer_seconds": "20",
		"first_answer_hours": "map {'critical': 2::double, 'high': 8::double, 'low': 72::double, 'normal': 24::double}", "rate": "0.1", "strict": "true",
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := Literals(map[string]any{"as_of": "yesterday"}); err == nil || err.Error() != `variable as_of: "yesterday" is no date: write it like 2024-12-31` {
		t.Error(err)
	}
}
