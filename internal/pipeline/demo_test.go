package pipeline

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nightjar/internal/demo"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"

	"github.com/google/go-cmp/cmp"
)

// The last day of the demo's history, as its options have it by default.
var historyEnd = time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)

// aCompany makes the demo's project in a new folder.
func aCompany(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/demo")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// aNight runs one of the n-th day after the history, 0 for its last.
func aNight(t *testing.T, dir string, n int) {
	t.Helper()
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	asOf := historyEnd.AddDate(0, 0, n).Format("2006-01-02")
	// At two o'clock of the morning after: the days of the company may be later than today.
	now := historyEnd.AddDate(0, 0, n+1).Add(2 * time.Hour)
	report, err := Run(t.Context(), p, Options{AsOf: asOf, Now: now}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil || report.Outcome != Published {
		t.Fatalf("the night of %s ended with %v", asOf, err)
	}
}

// The warehouse holds what the truth says: after the history, and after each of some days,
// by the sum of the truths. Day 7 is cut off, and comes again whole with day 8.
func TestTheWarehouseHoldsTheTruthOfTheDemo(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("whole nights of a company find no races that the examples do not")
	}
	dir := aCompany(t)
	o := demo.Options{Dir: dir, Lines: 12_000, Customers: 900, Years: 1, Stores: 3, Seed: 3}
	truth, err := demo.Generate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	aNight(t, dir, 0)
	holds(t, filepath.Join(dir, "state"), truth)
	knowsItsPeople(t, dir)
	for n := 1; n <= 8; n++ {
		day, err := demo.NextDay(t.Context(), o, n)
		if err != nil {
			t.Fatal(err)
		}
		truth.Extend(day)
		if n == 1 || n >= 7 {
			aNight(t, dir, n)
			holds(t, filepath.Join(dir, "state"), truth)
		}
	}
}

// Many nights give what one gives that reads everything at once: with late tickets, a file
// cut off and whole again, orders and cases that change, rows erased, customers who move,
// employees who come and go. A week may be one night, since files of several days may come
// at once; NIGHTJAR_NIGHTS=365 runs each day of a year by itself (make nights), and compares
// after every seventy-third.
func TestNightsOfTheDemoEqualAllAtOnce(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("whole nights of a company find no races that the examples do not")
	}
	nights, compared := []int{1, 2, 7, 8, 17, 18, 32}, 32
	if n, err := strconv.Atoi(os.Getenv("NIGHTJAR_NIGHTS")); err == nil {
		nights, compared = nil, 73
		for day := range n {
			nights = append(nights, day+1)
		}
	}
	nightly := aCompany(t)
	o := demo.Options{Dir: nightly, Lines: 6_000, Customers: 500, Years: 1, Stores: 3, Seed: 11}
	if _, err := demo.Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	aNight(t, nightly, 0)
	day := 0
	for _, n := range nights {
		for ; day < n; day++ {
			if _, err := demo.NextDay(t.Context(), o, day+1); err != nil {
				t.Fatal(err)
			}
		}
		aNight(t, nightly, n)
		if n%compared == 0 || n == nights[len(nights)-1] {
			equalsAllAtOnce(t, nightly, n)
			t.Logf("%d nights equal one", n)
		}
	}
}

// equalsAllAtOnce compares the warehouse after the n-th day with one that read all the same
// files in one night.
func equalsAllAtOnce(t *testing.T, nightly string, n int) {
	t.Helper()
	once := aCompany(t)
	if err := os.CopyFS(filepath.Join(once, "data"), os.DirFS(filepath.Join(nightly, "data"))); err != nil {
		t.Fatal(err)
	}
	aNight(t, once, n)
	// What is compared leaves out what tells of the nights themselves: who had which id.
	const versions = `select "table", month, rows, content from nightjar.table_version where rows > 0 and "table" not in ('dim_customer_id_past', 'dim_customer_id_change') order by all`
	one, many := table(t, filepath.Join(once, "state"), versions), table(t, filepath.Join(nightly, "state"), versions)
	if diff := cmp.Diff(strings.Split(one, "\n"), strings.Split(many, "\n")); diff != "" {
		t.Fatalf("%d days by night differ from one night (-one +many):\n%s", n, diff)
	}
	if tables := strings.Count(one, "\n"); tables < 300 {
		t.Errorf("only %d tables by month were compared", tables)
	}
}

// holds compares a warehouse with the truth, to the row and the cent.
func holds(t *testing.T, state string, truth demo.Truth) {
	t.Helper()
	till, shop, erp, survey := truth.Till, truth.Shop, truth.ERP, truth.Survey
	for _, c := range []struct{ what, query, want string }{
		{"tills: lines, returns, pieces", "select count(*), count(*) filter (where is_deal), count(*) filter (where is_return), sum(quantity) filter (where is_deal)::int, count(distinct document_id) from fact_sale where system = 'pos'", words(till.Lines, till.DealLines, till.ReturnLines, till.Quantity, till.Tickets)},
		{"tills: money", "select sum(gross_amount)::varchar, sum(discount_amount)::varchar, sum(net_amount)::varchar, sum(tax_amount)::varchar, sum(net_amount) filter (where is_return)::varchar from fact_sale where system = 'pos' and is_deal", words(yuan(till.GrossCents), yuan(till.DiscountCents), yuan(till.NetCents), yuan(till.TaxCents), yuan(till.ReturnNetCents))},
		{"cards charged", "select count(*), coalesce(sum(net_amount), 0)::decimal(18, 4)::varchar from fact_sale where kind = 'stored_value'", words(till.StoredValueLines, yuan(till.StoredValueCents))},
		{"anonymous lines", "select count(*) from fact_sale where system = 'pos' and customer_key = 'anonymous'", words(till.AnonymousLines)},

		{"web orders", "select count(*), count(*) filter (where lines = 0) from fact_document where system = 'shop'", words(shop.NewOrders, shop.Itemless)},
		{"web orders by status and currency", "select status, currency, sum(net_amount)::varchar, sum(shipping_amount)::varchar from fact_sale where system = 'shop' and not is_reversal group by all order by all", webByStatus(shop)},
		{"web orders sent back", "select coalesce(-sum(net_amount), 0)::decimal(18, 4)::varchar from fact_sale where system = 'shop' and is_reversal and currency = 'CNY'", yuan(shop.ByStatus["已退货"].NetCents["CNY"])},
		{"payments", "select count(*), sum(payment_amount) filter (where currency = 'CNY')::varchar, sum(payment_amount) filter (where currency = 'USD')::varchar from fact_payment", words(shop.Payments, yuan(shop.PaidCents["CNY"]), yuan(shop.PaidCents["USD"]))},

		{"companies' orders", "select count(*), (select count(*) from fact_sale where system = 'erp' and not is_reversal) from fact_document where system = 'erp'", words(erp.Orders, erp.Lines)},
		{"companies' orders sold and taken back", "select currency, sum(net_amount) filter (where not is_return)::varchar, coalesce(-sum(net_amount) filter (where is_return), 0)::decimal(18, 4)::varchar from fact_sale where system = 'erp' and is_deal group by all order by all", byCurrency(erp.SoldCents, erp.ReturnedCents)},
		{"companies", "select count(*) from dim_customer_identity where customer_key like 'erp:%'", words(erp.Companies)},

		{"opinion cards", "select count(*), count(*) filter (where is_answered), count(*) filter (where customer_key = 'anonymous') from fact_survey_response where survey_id = 'card'", words(survey.Cards, survey.Answered, survey.Anonymous)},
		{"their NPS", bands("card"), words(survey.Promoters, survey.Passives, survey.Detractors)},
		{"their grades", "select " + grades("satisfaction", "staff", "price") + " from fact_survey_answer where survey_id = 'card'", words(four(survey.Grades["satisfaction"]), four(survey.Grades["staff"]), four(survey.Grades["price"]))},
		{"reviews", "select count(*), count(*) filter (where is_answered) from fact_survey_response where survey_id = 'web'", words(truth.Reviews.Asked, truth.Reviews.Answered)},
		{"their NPS", bands("web"), words(truth.Reviews.Promoters, truth.Reviews.Passives, truth.Reviews.Detractors)},

		{"contacts", "select count(*), count(*) filter (where direction = 'outbound'), count(*) filter (where is_abandoned), count(*) filter (where is_resolved), sum(waited_seconds)::int, count(*) filter (where customer_key = 'anonymous') from fact_contact", words(truth.Contacts.Contacts, truth.Contacts.Outbound, truth.Contacts.Abandoned, truth.Contacts.Resolved, truth.Contacts.Waited, truth.Contacts.Anonymous)},
		{"contacts by chat", "select count(*), count(issue), count(document_id) from fact_contact where channel = 'chat'", words(truth.Contacts.Chats, truth.Contacts.Chats, truth.Contacts.Chats)},
		{"cases", "select count(*), count(*) filter (where detected_by = 'firm'), count(*) filter (where solution_accepted is not null), count(*) filter (where solution_accepted), sum(transfers)::int, sum(reopened)::int from fact_case", words(truth.Cases.Opened, truth.Cases.FoundBy["firm"], truth.Cases.Closed, truth.Cases.Accepted, truth.Cases.Steps["transferred"], truth.Cases.Steps["reopened"])},
		{"promises", "select count(*), count(*) filter (where is_kept) from fact_promise", words(truth.Cases.Promised, truth.Cases.Kept)},
		{"open promises", "select sum(open_promises)::int from mart_customer", words(truth.Cases.Promised - truth.Cases.Kept)},
		{"companies that left", "select departure_kind, count(*) from mart_customer where state = 'lost' and departed_on is not null group by all order by all", byKind(truth.ERP.Departures)},
		{"costs", "select count(*), " + purposes("acquire", "keep", "win_back", "serve") + " from fact_cost", words(truth.Costs.Entries, yuan(truth.Costs.ByPurpose["acquire"]), yuan(truth.Costs.ByPurpose["keep"]), yuan(truth.Costs.ByPurpose["win_back"]), yuan(truth.Costs.ByPurpose["serve"]))},
		{"the plan", "select count(*), sum(planned_net_amount)::varchar from mart_store_plan", words(truth.Plan.Rows, yuan(truth.Plan.NetCents))},
		{"sales of shops that have a plan", "select sum(net_amount)::varchar from mart_store_plan", yuan(till.NetCents)},
		{"free services", "select count(*) filter (where service = '停车'), count(*) filter (where service = '礼品包装') from fact_service_use", words(truth.Costs.ServiceUses["停车"], truth.Costs.ServiceUses["礼品包装"])},
		{"employees", "select count(*), count(*) filter (where not is_here) from dim_employee where system = 'pos'", words(truth.Staff.Employees, truth.Staff.Left)},

		{"bad rows", "select delivery, rule, source_row from nightjar.reject where action = 'reject' order by all", badRows(truth)},
		{"people", "select count(distinct customer_id) from dim_customer_identity where customer_key not like 'erp:%'", words(truth.Customers.PeopleByAll)},
	} {
		if diff := cmp.Diff(c.want, table(t, state, c.query)); diff != "" {
			t.Errorf("%s, %s (-truth +warehouse):\n%s", truth.To, c.what, diff)
		}
	}
}

func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

func four(c [4]int64) string { return words(c[0], c[1], c[2], c[3]) }

// yuan writes cents as the warehouse does: with four places.
func yuan(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d00", sign, cents/100, cents%100)
}

func badRows(truth demo.Truth) string {
	var all []string
	for _, f := range truth.Files {
		for _, r := range f.BadRows {
			all = append(all, fmt.Sprintf("%s %s %09d", path.Base(f.Path), r.Rule, r.Record))
		}
	}
	slices.Sort(all)
	zeros := regexp.MustCompile(` 0+([1-9]\d*)$`)
	for i, row := range all {
		all[i] = zeros.ReplaceAllString(row, " $1")
	}
	return strings.Join(all, "\n")
}

// knowsItsPeople wants one customer for all the keys of one person.
func knowsItsPeople(t *testing.T, dir string) {
	t.Helper()
	ids := map[string]string{}
	for row := range strings.SplitSeq(table(t, filepath.Join(dir, "state"), "select customer_key, customer_id from dim_customer_identity"), "\n") {
		key, id, _ := strings.Cut(row, " ")
		ids[key] = id
	}
	text, err := os.ReadFile(filepath.Join(dir, "identities.csv"))
	if err != nil {
		t.Fatal(err)
	}
	pairs := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	for _, pair := range pairs {
		keys := strings.Split(pair, ",")
		if ids[keys[0]] == "" || ids[keys[0]] != ids[keys[1]] {
			t.Errorf("%s: they are %q and %q", pair, ids[keys[0]], ids[keys[1]])
		}
	}
	if len(pairs) < 50 {
		t.Errorf("only %d pairs", len(pairs))
	}
}

func webByStatus(shop demo.ShopTruth) string {
	names := map[string]string{"已下单": "placed", "已付款": "paid", "已发货": "shipped", "已签收": "delivered", "已取消": "cancelled", "已退货": "returned"}
	var all []string
	for status, sums := range shop.ByStatus {
		for currency, net := range sums.NetCents {
			if net > 0 {
				all = append(all, names[status]+" "+currency+" "+yuan(net)+" "+yuan(sums.ShippingCents[currency]))
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func byCurrency(sums, others map[string]int64) string {
	var all []string
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		all = append(all, currency+" "+yuan(sums[currency])+" "+yuan(others[currency]))
	}
	return strings.Join(all, "\n")
}

func byKind(counts map[string]int64) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, words(kind, counts[kind]))
	}
	return strings.Join(all, "\n")
}

func bands(survey string) string {
	return "select count(*) filter (where score >= 9), count(*) filter (where score in (7, 8)), count(*) filter (where score < 7) from fact_survey_answer where question_id = 'recommend' and survey_id = '" + survey + "'"
}

func grades(questions ...string) string {
	var all []string
	for _, q := range questions {
		for grade := 1; grade <= 4; grade++ {
			all = append(all, fmt.Sprintf("count(*) filter (where question_id = '%s' and score = %d)", q, grade))
		}
	}
	return strings.Join(all, ", ")
}

func purposes(names ...string) string {
	var all []string
	for _, p := range names {
		all = append(all, "sum(cost_amount) filter (where purpose = '"+p+"')::varchar")
	}
	return strings.Join(all, ", ")
}
