package demo

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestAReturnNamesAnEarlierLineAndNoLineComesBackTwice(t *testing.T) {
	_, dir := generate(t, small)
	for n := range 5 {
		nextDay(t, small, dir, n+1)
	}
	sold, back := map[string]record{}, map[string]bool{}
	for _, r := range read(t, dir, "till/*.csv").good {
		if sold[r["ticket_no"]+"/"+r["line_no"]] != nil {
			t.Fatalf("a key of an earlier file: %v", r)
		}
		sold[r["ticket_no"]+"/"+r["line_no"]] = r
	}
	for _, r := range sold {
		if r["return_of_ticket"] == "" {
			continue
		}
		key := r["return_of_ticket"] + "/" + r["return_of_line"]
		original := sold[key]
		if original == nil || original["sold_at"] >= r["sold_at"] {
			t.Fatalf("%v returns %v", r, original)
		}
		for _, column := range []string{"gross", "discount", "tax"} {
			if original.cents(t, column)+r.cents(t, column) != 0 {
				t.Errorf("%s of %v does not undo that of %v", column, r, original)
			}
		}
		if original["member_no"] != r["member_no"] || original["sku"] != r["sku"] || back[key] {
			t.Errorf("%v returns %v, returned before: %t", r, original, back[key])
		}
		back[key] = true
	}
	if len(back) == 0 {
		t.Error("nothing was returned")
	}
}

// Heads by number, as a reader of upserts keeps them.
func heads(t *testing.T, dir string) map[string]record {
	latest := map[string]record{}
	for _, r := range read(t, dir, "shop/orders_*.csv").good {
		if before := latest[r["order_no"]]; before != nil && before["updated_at"] >= r["updated_at"] {
			t.Fatalf("%v came after %v", r, before)
		}
		latest[r["order_no"]] = r
	}
	return latest
}

func TestStatusesAfterADayFollowFromTheTruths(t *testing.T) {
	truth, dir := generate(t, small)
	before, days := truth.Shop.ByStatus, []Truth{}
	for n := range 4 {
		days = append(days, nextDay(t, small, dir, n+1))
	}
	want, changes := map[string]int64{}, int64(0)
	for status, orders := range before {
		want[status] = orders.Orders
	}
	for _, day := range days {
		for status, orders := range day.Shop.ByStatus {
			want[status] += orders.Orders
		}
		for change, orders := range day.Shop.Changed {
			from, _, _ := strings.Cut(change, "→")
			want[from] -= orders.Orders
			changes += orders.Orders
		}
	}
	got := map[string]int64{}
	for _, r := range heads(t, dir) {
		got[r["status"]]++
	}
	for status, n := range want {
		if got[status] != n {
			t.Errorf("%s: %d orders, the truths say %d", status, got[status], n)
		}
	}
	if changes == 0 {
		t.Error("no older order changed")
	}
}

func TestMoneyOfAnOrderAddsUp(t *testing.T) {
	_, dir := generate(t, small)
	for n := range 3 {
		nextDay(t, small, dir, n+1)
	}
	due, received := map[string]int64{}, map[string]int64{}
	for _, r := range read(t, dir, "shop/lines_*.csv").good {
		due[r["order_no"]] += r.cents(t, "gross") - r.cents(t, "discount")
	}
	for _, r := range read(t, dir, "shop/payments_*.csv").good {
		received[r["order_no"]] += r.cents(t, "amount")
	}
	for number, r := range heads(t, dir) {
		want := due[number] - r.cents(t, "discount") + r.cents(t, "shipping")
		switch r["status"] {
		case placed, cancelled:
			want = 0
		case sentBack:
			want = r.cents(t, "shipping")
			if r["returned_on"] == "" {
				t.Errorf("returned, but not known when: %v", r)
			}
		}
		if received[number] != want {
			t.Errorf("%s %s: received %d, expected %d", number, r["status"], received[number], want)
		}
	}
}

func TestNetByStatusIsThatOfTheLinesLessTheDiscountOfTheHead(t *testing.T) {
	truth, dir := generate(t, small)
	net, lines := map[string]int64{}, map[string]int64{}
	for _, r := range read(t, dir, "shop/lines_*.csv").good {
		net[r["order_no"]] += r.cents(t, "gross") - r.cents(t, "discount")
		lines[r["order_no"]]++
	}
	discounted, got := int64(0), map[string]OrderTruth{}
	for number, r := range heads(t, dir) {
		discount := r.cents(t, "discount")
		if discount > 0 {
			discounted++
		}
		got = plusOrders(got, map[string]OrderTruth{r["status"]: {
			Orders: 1, Lines: lines[number],
			NetCents:      map[string]int64{r["currency"]: net[number] - discount},
			ShippingCents: map[string]int64{r["currency"]: r.cents(t, "shipping")},
		}})
	}
	if a, b := asJSON(t, got), asJSON(t, truth.Shop.ByStatus); a != b {
		t.Errorf("the files say\n%s, the truth\n%s", a, b)
	}
	if discounted != truth.Shop.HeadDiscounts {
		t.Errorf("%d heads give a discount, the truth says %d", discounted, truth.Shop.HeadDiscounts)
	}
}

func TestLateTicketsAreOlderThanTheirFile(t *testing.T) {
	_, dir := generate(t, small)
	late, told := int64(0), int64(0)
	for n := range 20 {
		truth := nextDay(t, small, dir, n+1)
		told += truth.Till.LateLines
		for _, r := range read(t, dir, "till/till_"+truth.From+".csv").good {
			if r["sold_at"] < truth.From {
				late++
			}
		}
	}
	if late == 0 || late != told {
		t.Errorf("%d late lines, the truths say %d", late, told)
	}
}

func TestPeopleAreFoundByMasterIDAndPhone(t *testing.T) {
	truth, dir := generate(t, small)
	customers := read(t, dir, "crm/customers_*.csv", "shop/customers_*.csv").good
	if got := int64(people(customers, "master_id")); got != truth.Customers.People {
		t.Errorf("%d people by master id, the truth says %d", got, truth.Customers.People)
	}
	if got := int64(people(customers, "master_id", "phone", "member_card", "email")); got != truth.Customers.PeopleByAll {
		t.Errorf("%d people by all, the truth says %d", got, truth.Customers.PeopleByAll)
	}
}

// people counts the groups of customers that share a value of one of the columns.
func people(customers []record, columns ...string) int {
	group := make([]int, len(customers))
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	groups, first := len(customers), map[string]int{}
	for i, r := range customers {
		for _, column := range columns {
			value := column + "=" + r[column]
			other, seen := first[value]
			switch {
			case r[column] == "":
			case !seen:
				first[value] = i
			case find(i) != find(other):
				group[find(i)] = find(other)
				groups--
			}
		}
	}
	return groups
}

func TestNobodyBuysBeforeBeingACustomer(t *testing.T) {
	_, dir := generate(t, small)
	nextDay(t, small, dir, 1)
	since := map[string]string{"": ""}
	for _, r := range read(t, dir, "crm/customers_*.csv", "shop/customers_*.csv").good {
		since[r["customer_no"]] = r["created_on"]
	}
	for _, r := range read(t, dir, "till/*.csv", "shop/orders_*.csv", "survey/*.csv").good {
		number, at := r["member_no"]+r["customer_no"], r["sold_at"]+r["ordered_at"]+r["handed_on"]
		if created, known := since[number]; !known || created > at {
			t.Fatalf("customer %q, since %q, in %v", number, created, r)
		}
	}
}

func TestADayTellsOnlyOfNewAndChangedCustomers(t *testing.T) {
	history, dir := generate(t, small)
	nextDay(t, small, dir, 1)
	second := nextDay(t, small, dir, 2)
	for folder, truth := range map[string][3]int64{
		"crm":  {history.Customers.Members, second.Customers.Members, second.Customers.NewMembers},
		"shop": {history.Customers.WebCustomers, second.Customers.WebCustomers, second.Customers.NewWebCustomers},
	} {
		known := read(t, dir, folder+"/customers_2025-12-31.csv").good
		regions := map[string]string{}
		for _, r := range append(known, read(t, dir, folder+"/customers_2026-01-01.csv").good...) {
			regions[r["customer_no"]] = r["region"]
		}
		told, newcomer := read(t, dir, folder+"/customers_2026-01-02.csv").good, int64(0)
		for _, r := range told {
			region, before := regions[r["customer_no"]]
			if before && region == r["region"] || before == (r["created_on"] == "2026-01-02") {
				t.Errorf("%s: neither new nor changed, with region %q before: %v", folder, region, r)
			}
			if !before {
				newcomer++
			}
		}
		if got := [3]int64{int64(len(known)), int64(len(told)), newcomer}; got != truth || got[1] <= newcomer || newcomer != newcomers {
			t.Errorf("%s: customers, told of on the second day, of them new: %v, the truth says %v", folder, got, truth)
		}
	}
	if second.Customers.People != 2*newcomers {
		t.Errorf("%d people are new", second.Customers.People)
	}
}

func TestADayRaisesCosts(t *testing.T) {
	truth, dir := generate(t, small)
	day := nextDay(t, small, dir, 1)
	before := readFile(t, dir+"/data/erp/products_2025-12-31.csv")
	risen := 0
	for i, r := range readFile(t, dir+"/data/erp/products_2026-01-01.csv") {
		if r["sku"] == before[i]["sku"] && r.cents(t, "standard_cost") > before[i].cents(t, "standard_cost") {
			risen++
		}
	}
	if risen == 0 || day.Products != truth.Products {
		t.Errorf("%d costs have risen, %d products became %d", risen, truth.Products, day.Products)
	}
}

func TestRatesComeAnewOnceThoseOfTheHistoryReachNoFurther(t *testing.T) {
	truth, dir := generate(t, small)
	within, beyond := nextDay(t, small, dir, daysOfRates), nextDay(t, small, dir, daysOfRates+1)
	if within.Rates != 0 || beyond.Rates != truth.Rates+2 {
		t.Errorf("%d rates, then %d, then %d", truth.Rates, within.Rates, beyond.Rates)
	}
	before := readFile(t, dir+"/data/erp/fx_2025-12-31.csv")
	after := readFile(t, dir+"/data/erp/fx_2026-02-01.csv")
	if last := after[len(after)-1]["on_date"]; last != "2026-02-01" || !slices.EqualFunc(before, after[:len(before)], maps.Equal) {
		t.Errorf("the rates reach to %s, or are not those of before", last)
	}
	for _, name := range []string{"fx_2026-01-31.csv", "stores_2026-02-01.csv"} {
		if _, err := os.Stat(dir + "/data/erp/" + name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
