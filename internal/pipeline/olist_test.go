package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"

	"github.com/google/go-cmp/cmp"
)

const olistData = "../../../shared/data/olist"

// needsOlist skips where the real data is not there.
func needsOlist(t *testing.T) string { t.Helper(); return needsData(t, olistData) }

// needsData skips where real data is not there.
func needsData(t *testing.T, folder string) string {
	t.Helper()
	dir, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the data is not beside the project: ", folder)
	}
	return dir
}

// runOlist runs one night of the example, and wants the outcome.
func runOlist(t *testing.T, state, outcome string) {
	t.Helper()
	runExample(t, "../../examples/olist", state, outcome)
}

func runExample(t *testing.T, dir, state, outcome string) *Report {
	t.Helper()
	p, err := project.Open(dir, state)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(context.Background(), p, Options{Now: time.Now()}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil {
		t.Fatal(err)
	}
	if report.Outcome != outcome {
		t.Fatalf("the night ended as %s, not %s", report.Outcome, outcome)
	}
	return report
}

// table answers a query from the current warehouse, a line a row.
func table(t *testing.T, state, query string) string {
	t.Helper()
	db, err := duck.OpenReader(context.Background(), duck.Options{Path: filepath.Join(state, "warehouse.duckdb"), Temp: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return lines(t, db, query)
}

func lines(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	var all []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, cell := range cells {
			words = append(words, cell.String)
		}
		all = append(all, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func TestOlistGivesItsPublishedTotals(t *testing.T) {
	t.Setenv("OLIST_DIR", needsOlist(t))
	state := t.TempDir()
	runOlist(t, state, Published)
	for _, c := range []struct{ what, query, want string }{
		{"orders", "select count(*) from fact_document", "99441"},
		{"customer keys and people", "select count(*), count(distinct customer_id) from dim_customer_identity", "99441 96096"},
		{"items, their worth and freight", "select count(*), sum(gross_amount)::varchar, sum(shipping_amount)::varchar from fact_sale", "112650 13591643.7000 2251909.5400"},
		{"payments", "select sum(payment_amount)::varchar from fact_payment", "16008872.1200"},
		{"reviews", "select count(*) from fact_survey_response", "99224"},
		{"stars", "select score::int, count(*) from fact_survey_answer where question_id = 'review_score' group by 1 order by 1", "1 11424\n2 3151\n3 8179\n4 19142\n5 57328"},
		{"deals by status", "select count(*), count(*) filter (where lines > 0), count(*) filter (where lines = 0) from fact_document where status in ('placed', 'paid', 'shipped', 'delivered', 'returned')", "98207 98199 8"},
		{"deal lines, people, worth", "select count(*), count(distinct customer_id), sum(net_amount)::varchar from fact_sale join dim_customer_identity using (customer_key) where is_deal", "112101 94983 13494400.7400"},
		{"people with a deal", "select count(*), sum(net_amount)::varchar from mart_customer", "94983 13494400.7400"},
		// the dirt that the data's README lists, and what becomes of it
		{"review ids that repeat: a response is review and order", "select count(*) from (select left(response_id, 32) from fact_survey_response group by 1 having count(*) > 1)", "789"},
		{"orders with several reviews keep them all", "select count(*) from (select document_id from fact_survey_response group by 1 having count(*) > 1)", "547"},
		{"orders without items are documents, and no deals", "select count(*), count(*) filter (where is_deal) from fact_document where lines = 0", "775 0"},
		{"orders without a review", "select count(*) from fact_document anti join fact_survey_response using (document_id)", "768"},
		{"an order without a payment", "select count(*) from fact_document anti join fact_payment using (document_id)", "1"},
		{"delivered without a date", "select count(*) from fact_document left join fact_shipment using (document_id) where status = 'delivered' and delivered_on is null", "8"},
		{"carrier dates before approval are kept", "select count(*) from fact_shipment", "97659"},
		{"products without a category", "select count(*) from dim_product where category is null", "610"},
		{"reviews that lost their answer's stamp live on their creation's date, or with their order", "select count(*), count(*) filter (where handed_on is null) from fact_survey_response where answered_at is null", "53 13"},
		{"the translation's byte order mark is no part of its first column", "select count(distinct category) from mart_category_month", "74"},
		{"rejects", "select count(*) from nightjar.reject where action = 'reject'", "0"},
	} {
		if diff := cmp.Diff(c.want, table(t, state, c.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	runOlist(t, state, NothingNew)
}

func TestOlistNightByNightEqualsAllAtOnce(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("25 nights take minutes, and find no races that one does not")
	}
	data := needsOlist(t)
	whole, split := t.TempDir(), t.TempDir()
	t.Setenv("OLIST_DIR", data)
	runOlist(t, whole, Published)

	db, err := duck.Open(context.Background(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	deliveries := t.TempDir()
	t.Setenv("OLIST_DIR", deliveries)
	for _, month := range olistMonths(t, db, data) {
		deliverOlist(t, db, data, deliveries, month)
		runOlist(t, split, Published)
	}
	const versions = `select "table", month, rows, content from nightjar.table_version where rows > 0 and "table" not in ('dim_customer_id_past', 'dim_customer_id_change') order by all`
	if diff := cmp.Diff(table(t, whole, versions), table(t, split, versions)); diff != "" {
		t.Errorf("25 nights differ from one (-one +25):\n%s", diff)
	}
}

func olistMonths(t *testing.T, db *sql.DB, data string) []string {
	t.Helper()
	_, err := db.ExecContext(context.Background(), "create table orders as select order_id, customer_id, left(order_purchase_timestamp, 7) as month from "+olistFile(data, "olist_orders_dataset"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(lines(t, db, "select distinct month from orders order by 1"), "\n")
}

func olistFile(data, name string) string {
	return fmt.Sprintf("read_csv(%s, all_varchar=true, header=true, quote='\"', escape='\"', delim=',')", duck.Text(filepath.Join(data, name+".csv")))
}

// deliverOlist writes what belongs to the orders of one purchase month; what
// has no order comes with the first.
func deliverOlist(t *testing.T, db *sql.DB, data, to, month string) {
	t.Helper()
	by := map[string]string{
		"olist_orders_dataset": "order_id", "olist_order_items_dataset": "order_id", "olist_order_payments_dataset": "order_id",
		"olist_order_reviews_dataset": "order_id", "olist_customers_dataset": "customer_id",
		"olist_products_dataset": "", "olist_sellers_dataset": "", "product_category_name_translation": "",
	}
	for name, key := range by {
		query := "from " + olistFile(data, name)
		switch {
		case key != "":
			query += fmt.Sprintf(" where %s in (select %s from orders where month = '%s')", key, key, month)
		case month != "2016-09":
			continue
		}
		path := filepath.Join(to, name+"_"+month+".csv")
		if _, err := db.ExecContext(context.Background(), "copy ("+query+") to "+duck.Text(path)+" (header, delimiter ',', quote '\"', escape '\"')"); err != nil {
			t.Fatal(err)
		}
	}
}
