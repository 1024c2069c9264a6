package demo

import (
	"maps"
	"path/filepath"
	"testing"
)

// What a reader of upserts and deletions ends up with, after the history and after some
// days, is the sum of the truths.
func TestOrdersOfCompaniesStandAsTheTruthsSay(t *testing.T) {
	o := small
	o.Lines = 60_000
	truth, dir := generate(t, o)
	sum := truth.ERP
	if sum.Lines == 0 || sum.ReturnedCents["CNY"] == 0 || len(sum.SoldCents) != 3 {
		t.Errorf("too little happened: %+v", sum)
	}
	compareDeals(t, dir, sum)
	for n := range 40 {
		sum.add(nextDay(t, o, dir, n+1).ERP)
	}
	if sum.Erased == 0 || sum.ErasedLines == 0 || sum.Mended == 0 {
		t.Errorf("nothing was erased or mended: %+v", sum)
	}
	compareDeals(t, dir, sum)
}

func compareDeals(t *testing.T, dir string, want ERPTruth) {
	t.Helper()
	heads, lines := latest(t, dir, "erp/orders_*.csv"), latest(t, dir, "erp/lines_*.csv")
	var got ERPTruth
	for _, r := range heads {
		if r["erased"] == "Y" {
			continue
		}
		got.Orders++
		got.ByStatus = plus(got.ByStatus, map[string]int64{r["status"]: 1})
	}
	for _, r := range lines {
		if r["erased"] == "Y" {
			continue
		}
		got.Lines++
		head := heads[r["order_no"]+"/"]
		if head == nil || head["erased"] == "Y" {
			t.Fatalf("a line without its order: %v", r)
		}
		if head["status"] == annulled || r["status"] == annulled {
			continue
		}
		net := map[string]int64{head["currency"]: r.cents(t, "gross") - r.cents(t, "discount")}
		got.SoldCents = plus(got.SoldCents, net)
		if head["status"] == takenBack {
			got.ReturnedCents = plus(got.ReturnedCents, net)
		}
	}
	if got.Orders != want.Orders || got.Lines != want.Lines {
		t.Errorf("%d orders with %d lines, the truth says %d with %d", got.Orders, got.Lines, want.Orders, want.Lines)
	}
	for name, sums := range map[string][2]map[string]int64{
		"status": {got.ByStatus, want.ByStatus}, "sold": {got.SoldCents, want.SoldCents}, "returned": {got.ReturnedCents, want.ReturnedCents},
	} {
		maps.DeleteFunc(sums[1], func(_ string, n int64) bool { return n == 0 })
		if !maps.Equal(sums[0], sums[1]) {
			t.Errorf("%s: the files say %v, the truth %v", name, sums[0], sums[1])
		}
	}
}

// latest is the newest row of each key.
func latest(t *testing.T, dir, pattern string) map[string]record {
	t.Helper()
	newest := map[string]record{}
	for _, r := range read(t, dir, pattern).good {
		key := r["order_no"] + "/" + r["line_no"]
		if before := newest[key]; before == nil || before["updated_at"] < r["updated_at"] {
			newest[key] = r
		}
	}
	return newest
}

func TestFilesOfADayThatWouldHoldNothingAreNotWritten(t *testing.T) {
	_, dir := generate(t, small)
	for n := range 8 {
		nextDay(t, small, dir, n+1)
	}
	for pattern, most := range map[string]int{"erp/assignments_????-??-??.csv": 2, "finance/costs_????-??-??.csv": 0} {
		if found, _ := filepath.Glob(filepath.Join(dir, "data", pattern)); len(found) > most {
			t.Errorf("%v", found)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "data", "*", "*.part")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestCostsAndUsesAreThoseOfTheFiles(t *testing.T) {
	truth, dir := generate(t, small)
	var got CostTruth
	for _, r := range read(t, dir, "finance/costs_*.csv").good {
		company := nobody
		if r["account_no"] != "" {
			company = 0
		}
		got.count(pool{purpose: r["purpose"], driver: r["driver"]}, company, r.cents(t, "amount"))
	}
	for _, r := range read(t, dir, "service/uses_*.csv").good {
		got.ServiceUses = plus(got.ServiceUses, map[string]int64{r["service"]: 1})
	}
	if a, b := asJSON(t, got), asJSON(t, truth.Costs); a != b {
		t.Errorf("the files say\n%s, the truth\n%s", a, b)
	}
}

// Who speaks, sells or answers on a day works for us on that day.
func TestAgentsAreEmployed(t *testing.T) {
	_, dir := generate(t, small)
	hired, left := map[string]string{}, map[string]string{}
	departments := map[string]map[string]bool{}
	for _, r := range read(t, dir, "hr/employees_*.csv").good {
		n := r["employee_no"]
		hired[n] = r["hired_on"]
		left[n] = r["left_on"]
		if departments[n] == nil {
			departments[n] = map[string]bool{}
		}
		departments[n][r["department"]] = true
	}
	gone, moved := 0, 0
	for n := range hired {
		if left[n] != "" {
			gone++
		}
		if len(departments[n]) > 1 {
			moved++
		}
	}
	if gone == 0 || moved == 0 {
		t.Errorf("%d have left, %d have changed their department", gone, moved)
	}
	for _, r := range read(t, dir, "service/contacts_*.csv", "till/*.csv").good {
		n, on := r["agent"]+r["cashier"], (r["at"] + r["sold_at"])[:10]
		if hired[n] == "" || hired[n] > on || left[n] != "" && left[n] < on {
			t.Fatalf("%s, from %q to %q, in %v", n, hired[n], left[n], r)
		}
	}
}
