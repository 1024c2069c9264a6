package demo

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var small = Options{Lines: 20_000, Customers: 1_000, Seed: 1}

// The truth of the history, and that of the day after it, each against the files.
func TestTruthEqualsWhatTheFilesSay(t *testing.T) {
	truth, dir := generate(t, small)
	t.Run("history", func(t *testing.T) { compare(t, truth, dir, "_20??-??") })
	for n, name := range []string{"2026-01-01", "2026-01-02"} {
		truth := nextDay(t, small, dir, n+1)
		t.Run(name, func(t *testing.T) { compare(t, truth, dir, "_"+name) })
	}
}

func compare(t *testing.T, truth Truth, dir, period string) {
	t.Helper()
	suffix, year := period+".csv", strings.ReplaceAll(period, "??-??", "??")
	yearly := year + ".csv"
	till := read(t, dir, "till/till"+suffix)
	orders, lines := read(t, dir, "shop/orders"+suffix), read(t, dir, "shop/lines"+suffix)
	payments, shipments := read(t, dir, "shop/payments"+suffix), read(t, dir, "shop/shipments"+suffix)
	cards := read(t, dir, "survey/cards"+suffix)

	compareTill(t, truth.Till, till.good)
	compareShop(t, truth, orders.good, lines.good, payments.good, shipments.good)
	compareCards(t, truth, cards.good)

	contacts, deals := read(t, dir, "service/contacts"+yearly), read(t, dir, "erp/orders"+yearly)
	chats, plan := readSome(t, dir, "service/chats"+year+".jsonl.gz"), readSome(t, dir, "plan/plan"+year+".xlsx")
	comparePlan(t, truth.Plan, plan.good)
	compareService(t, truth, append(contacts.good, chats.good...), read(t, dir, "service/cases"+yearly).good,
		read(t, dir, "service/events"+yearly).good, read(t, dir, "service/reviews"+yearly).good)

	broken := map[string]int64{}
	for _, r := range []reading{till, orders, lines, payments, shipments, cards, contacts, chats, plan, deals} {
		broken = plus(broken, r.broken)
	}
	if !maps.Equal(broken, truth.Planted) {
		t.Errorf("the files have broken rows %v, the truth says %v", broken, truth.Planted)
	}
	for _, f := range truth.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if rows := len(readFile(t, path)); int64(rows) != f.Rows {
			t.Errorf("%s has %d rows, the truth says %d", f.Path, rows, f.Rows)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != f.Bytes {
			t.Errorf("%s: the truth says %d bytes, found %v, %v", f.Path, f.Bytes, info, err)
		}
	}
}

func compareTill(t *testing.T, want TillTruth, rows []record) {
	t.Helper()
	var got TillTruth
	tickets, buyers := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		got.Lines++
		tickets[r["ticket_no"]] = true
		qty, gross, discount := r.int(t, "qty"), r.cents(t, "gross"), r.cents(t, "discount")
		if gross != qty*r.cents(t, "unit_price") {
			t.Fatalf("gross is not quantity times price: %v", r)
		}
		if r["member_no"] == "" {
			got.AnonymousLines++
		}
		if r["kind"] == "stored_value" {
			got.StoredValueLines++
			got.StoredValueCents += gross - discount
			continue
		}
		got.DealLines++
		got.Quantity += qty
		got.GrossCents += gross
		got.DiscountCents += discount
		got.NetCents += gross - discount
		got.TaxCents += r.cents(t, "tax")
		if qty < 0 {
			got.ReturnLines++
			got.ReturnNetCents += gross - discount
		} else if r["member_no"] != "" {
			buyers[r["member_no"]] = true
		}
	}
	got.Tickets, got.Buyers = int64(len(tickets)), int64(len(buyers))
	got.LateLines = want.LateLines // told apart in its own test
	if got != want {
		t.Errorf("till: the files say\n%+v, the truth\n%+v", got, want)
	}
}

func compareShop(t *testing.T, truth Truth, orders, lines, payments, shipments []record) {
	t.Helper()
	var got ShopTruth
	statuses, newOrders := map[string]string{}, map[string]record{}
	for _, r := range orders {
		got.Orders++
		statuses[r["order_no"]] = r["status"]
		if r["ordered_at"][:10] >= truth.From {
			newOrders[r["order_no"]] = r
		}
	}
	withLines, buyers := map[string]bool{}, map[string]bool{}
	for _, r := range lines {
		order := newOrders[r["order_no"]]
		if order == nil {
			t.Fatalf("a line without its order: %v", r)
		}
		got.Lines++
		withLines[r["order_no"]] = true
		if order["status"] != cancelled {
			got.DealLines++
			buyers[order["customer_no"]] = true
		}
	}
	for _, r := range payments {
		got.Payments++
		got.PaidCents = plus(got.PaidCents, map[string]int64{r["currency"]: r.cents(t, "amount")})
	}
	for _, r := range shipments {
		got.Shipments++
		if r["delivered_on"] != "" {
			got.Delivered++
			if r["delivered_on"] <= r["promised_on"] {
				got.OnTime++
			}
		}
	}
	got.NewOrders = int64(len(newOrders))
	got.Itemless = got.NewOrders - int64(len(withLines))
	got.Buyers = int64(len(buyers))
	want := truth.Shop
	if !maps.Equal(got.PaidCents, want.PaidCents) {
		t.Errorf("paid: the files say %v, the truth %v", got.PaidCents, want.PaidCents)
	}
	want.PaidCents, got.PaidCents = nil, nil
	want.ByStatus, want.Changed, want.HeadDiscounts = nil, nil, 0
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("shop: the files say\n%s, the truth\n%s", a, b)
	}
}

func compareCards(t *testing.T, truth Truth, rows []record) {
	t.Helper()
	var got SurveyTruth
	for _, r := range rows {
		c := card{sample: r["sample"], member: nobody, recommend: unasked, comment: r["comment"]}
		if r["member_no"] != "" {
			c.member = 0
		}
		if r["answered_at"] != "" {
			c.answered = 1
		}
		for column, answer := range map[string]*int{
			"recommend": &c.recommend, "satisfaction": &c.satisfaction, "staff": &c.staff, "price": &c.price,
		} {
			if r[column] != "" {
				*answer = int(r.int(t, column))
			}
		}
		got.count(c, r["handed_on"] >= truth.From)
	}
	if a, b := asJSON(t, got), asJSON(t, truth.Survey); a != b {
		t.Errorf("survey: the files say\n%s, the truth\n%s", a, b)
	}
}

func compareService(t *testing.T, truth Truth, contacts, cases, events, reviews []record) {
	t.Helper()
	var got ContactTruth
	for _, r := range contacts {
		c := call{channel: r["channel"], outbound: r["direction"] == "out", abandoned: r["abandoned"] == "Y", resolved: r["resolved"] == "Y"}
		c.waited, c.talked = int(r.int(t, "waited")), int(r.int(t, "talked"))
		if r["customer_no"] == "" {
			got.Anonymous++
		}
		got.count(c)
	}
	if got != truth.Contacts {
		t.Errorf("contacts: the files say\n%+v, the truth\n%+v", got, truth.Contacts)
	}
	cased := CaseTruth{Promised: truth.Cases.Promised, Kept: truth.Cases.Kept}
	for _, r := range cases {
		closed := r["solution_accepted"] != ""
		cased.count(&trouble{found: r["found_by"], accepted: r["solution_accepted"] == "Y"}, r["opened_at"] >= truth.From || !closed, closed)
	}
	for _, r := range events {
		cased.step(r["event"])
	}
	if a, b := asJSON(t, cased), asJSON(t, truth.Cases); a != b {
		t.Errorf("cases: the files say\n%s, the truth\n%s", a, b)
	}
	var review ReviewTruth
	for _, r := range reviews {
		if r["asked_on"] >= truth.From {
			review.Asked++
		}
		if r["recommend"] != "" {
			review.answer(verdict{recommend: int(r.int(t, "recommend"))})
		}
	}
	if review != truth.Reviews {
		t.Errorf("reviews: the files say\n%+v, the truth\n%+v", review, truth.Reviews)
	}
}

func comparePlan(t *testing.T, want PlanTruth, rows []record) {
	t.Helper()
	var got PlanTruth
	for _, r := range rows {
		got.add(PlanTruth{1, r.int(t, "planned_net_amount") * 100})
	}
	if got != want {
		t.Errorf("plan: the files say %+v, the truth %+v", got, want)
	}
}

func TestTruthIsWrittenBesideTheData(t *testing.T) {
	truth, dir := generate(t, small)
	text, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written Truth
	if err := json.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	if asJSON(t, written) != asJSON(t, truth) {
		t.Error("truth.json is not the truth returned")
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
