package pipeline

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nightjar/internal/project"
	"nightjar/internal/telemetry"
)

// Of the sample's customers 1,411 bought on one day only: five equal parts put them
// into three of them, scores keep them together.
func TestEqualFifthsSplitWhatIsEqualAndScoresDoNot(t *testing.T) {
	t.Setenv("CDNOW_DIR", needsData(t, "../../../shared/data/cdnow"))
	state := t.TempDir()
	p, err := project.Open("../../examples/cdnow/sample", state)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(t.Context(), p, Options{AsOf: "1997-09-30", Now: time.Now()}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil || report.Outcome != Published {
		t.Fatalf("the night ended with %v", err)
	}
	for query, want := range map[string]string{
		"select frequency_fifth, count(*) from mart_rfm where frequency = 1 group by 1 order by 1":        "1 472\n2 472\n3 467",
		"select frequency_fifth, count(*) from mart_rfm where frequency_fifth <= 3 group by 1 order by 1": "1 472\n2 472\n3 471",
		"select frequency_score, count(*) from mart_rfm where frequency = 1 group by 1 order by 1":        "1 1411",
	} {
		if diff := cmp.Diff(want, table(t, state, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// Each real file is read by an example's configuration alone, and gives the totals
// that its publisher, or an independent script over it, gives.
func TestExamplesGiveTheTotalsOfTheirFiles(t *testing.T) {
	type total struct{ what, query, want string }
	for _, c := range []struct {
		example, variable, data string
		totals                  []total
	}{
		{"cdnow", "CDNOW_DIR", "cdnow", []total{
			{"lines, customers, days with a purchase, dollars, CDs", "select count(*), count(distinct customer_key), count(distinct (customer_key, business_date)), sum(net_amount)::varchar, sum(quantity)::int from fact_sale", "69659 23570 67591 2500315.6300 167881"},
			{"purchases for nothing", "select count(*) from fact_sale where net_amount = 0", "80"},
			{"purchases equal to another one are kept", "select sum(n - 1)::int from (select count(*) as n from fact_sale group by customer_key, business_date, quantity, net_amount)", "255"},
			{"first and last day", "select min(business_date), max(business_date) from fact_sale", "1997-01-01T00:00:00Z 1998-06-30T00:00:00Z"},
			{"cohorts of January, February, March", "select customers from mart_cohort where age = 0 order by first_month", "7846\n8476\n7248"},
			{"January's cohort, month by month", "select string_agg(active, ' ' order by age) from mart_cohort where first_month = date '1997-01-01'", "7846 1157 964 810 679 736 720 582 559 594 673 634 528 511 664 472 497 498"},
			{"how far sales hang on a few: Gini, HHI, the five largest, how many bring 80 %", "select printf('%.6f %.6f %.4f %.4f %d', gini, gini_unbiased, hhi, 100 * cr5, customers_80) from mart_concentration where period = 'all'", "0.634571 0.634598 2.6126 1.7194 7695"},
			{"percent of all sales that the best 1, 4, 5, 10, 20 and 50 % brought", "select string_agg(printf('%.3f', 100 * history_net_share), ' ' order by percentile) from mart_value_curve where percentile in (1, 4, 5, 10, 20, 50)", "15.839 32.847 36.676 50.943 67.777 89.591"},
			{"purchase days that cut customers into fifths: 1, 1, 2, 4, so that nobody scores 2", "select frequency_score, min(frequency), max(frequency) from mart_rfm group by 1 order by 1", "1 1 1\n3 2 2\n4 3 4\n5 5 171"},
			{"rejects", "select count(*) from nightjar.reject", "0"},
		}},
		{"cdnow/sample", "CDNOW_DIR", "cdnow", []total{
			{"customers", "select count(distinct customer_key) from fact_sale", "2357"},
			{"repeat purchase days to the end of September 1997: in all, of nobody, at most", `
				select sum(x)::int, count(*) filter (where x = 0), max(x)
				from (select count(distinct business_date) - 1 as x from fact_sale where business_date <= date '1997-09-30' group by customer_key)`, "2457 1411 29"},
			{"purchase days of the 39 weeks after", "select count(distinct (customer_key, business_date)) from fact_sale where business_date > date '1997-09-30'", "1882"},
		}},
		{"sap", "SAP_DIR", "sap", []total{
			{"orders, items, net, tax", "select count(distinct document_id), count(*), sum(net_amount)::varchar, sum(tax_amount)::varchar from fact_sale", "334 1930 3224839.6250 460691.3750"},
			{"items live with their order's date and customer", "select document_id, line_no, customer_key, business_date::varchar from fact_sale order by all limit 1", "0500000000 10 sap:0100000022 2018-01-11"},
			{"orders by status", "select status, count(*) from fact_document group by 1 order by 1", "cancelled 3\ndelivered 311\nplaced 20"},
			{"codes keep their leading zeros", "select zip_code from mart_sales_city where zip_code like '0%' order by 1", "02000\n02681"},
			{"the cities' sales are all sales", "select sum(customers)::int, sum(net_amount)::varchar from mart_sales_city", "40 3184922.1250"},
		}},
		{"china", "CHINA_DIR", "china", []total{
			{"the shop's orders and customers", "select count(*), count(distinct customer_key), sum(net_amount)::varchar, sum(quantity)::int from fact_sale where system = 'shop'", "1693 1468 2838383.6600 2084"},
			{"and their status", "select status, count(*) from fact_sale where system = 'shop' group by 1 order by 1", "cancelled 77\ndelivered 1031\npaid 155\nplaced 95\nshipped 335"},
			{"Tmall's orders, the unpaid and the refunded", "select count(distinct document_id), count(*) filter (where status = 'placed' and not is_return), count(*) filter (where is_return) from fact_sale where system = 'tmall'", "28010 3923 5646"},
			{"what buyers really paid is what is a deal, less the refunds", "select sum(net_amount)::varchar from fact_sale where system = 'tmall' and is_deal", "1902487.1500"},
			{"Chinese is text like any other", "select count(*), min(x_province) from fact_sale where x_province = '上海' and not is_return", "3353 上海"},
			{"the survey's answers, digits stored as text or not", "select count(*), sum(score)::int, min(score)::int, max(score)::int from fact_survey_answer where question_id = '语音通话整体满意度'", "5433 47158 1 10"},
			{"rejects", "select count(*) from nightjar.reject", "0"},
		}},
		{"poslog", "POSLOG_DIR", "poslog", []total{
			{"sales", "select count(*) from fact_document", "42"},
			{"lines, voiding ones among them, and rewards: goods, rewards, tax", "select count(*) filter (where gross_amount <> 0 or quantity <> 0), sum(gross_amount)::varchar, sum(discount_amount)::varchar, sum(tax_amount)::varchar from fact_sale", "552 2789.5700 203.0000 57.1500"},
			{"goods less rewards with tax is what was paid", "select sum(net_amount + tax_amount)::varchar from fact_sale union all select sum(payment_amount)::varchar from fact_payment", "2643.7200\n2643.7200"},
			{"and so on every receipt", "select count(*) from (select document_id, sum(net_amount + tax_amount) as due from fact_sale group by 1) join (select document_id, sum(payment_amount) as paid from fact_payment group by 1) using (document_id) where due <> paid", "0"},
			{"voiding lines", "select count(*) from fact_sale where x_voids", "4"},
			{"control transactions are no sales", "select sum(filtered)::int from nightjar.delivery_input where input = 'sale'", "9"},
		}},
	} {
		t.Run(c.example, func(t *testing.T) {
			t.Setenv(c.variable, needsData(t, "../../../shared/data/"+c.data))
			state := t.TempDir()
			runExample(t, "../../examples/"+c.example, state, Published)
			for _, total := range c.totals {
				if diff := cmp.Diff(total.want, table(t, state, total.query)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", total.what, diff)
				}
			}
		})
	}
}
