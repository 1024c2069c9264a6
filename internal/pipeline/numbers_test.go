package pipeline

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nightjar/internal/duck"
	"nightjar/models"
	"nightjar/transform"
	"nightjar/transform/fixture"
)

var update = flag.Bool("update", false, "write docs/numbers.md anew")

// A statistic comes with the values that others give for it.
type statistic struct {
	name, source string
	// reference are the values, to the digits given, with blanks between.
	reference string
	// from is "example: <example>" of a night, or "model: <how a test's name begins>".
	from string
	// ask is a select list, or of a night a whole query, that gives as many values.
	ask string
}

// published values stand in the literature or come from another implementation;
// reckoned ones were worked out by hand, or by a script apart from the models.
var (
	published = []statistic{
		{"HHI of shares of 30, 30, 20 and 20 %", "US Department of Justice, Horizontal Merger Guidelines", "2600", "mart_concentration: shares of 30", "printf('%.4f', max(hhi) filter (where period = '2021'))"},
		{"Wilson interval of 0 of 20", "Newcombe (1998), method 3", "0 0.1611", "mart_csat: nobody of 20", "printf('%.4f %.4f', max(csat_low), max(csat_high))"},
		{"Wilson interval of 1 of 29", "Newcombe (1998), method 3", "0.0061 0.1718", "mart_csat: one of 29", "printf('%.4f %.4f', max(csat_low), max(csat_high))"},
		{"Wilson interval of 1 of 29, as logo retention", "Newcombe (1998), method 3", "0.0061 0.1718", "mart_retention_month: one of 29", "printf('%.4f %.4f', min(logo_low), max(logo_high) filter (where kept = 1))"},
		{"CDNOW, 1/10 sample: customers", "Fader, Hardie and Lee (2005)", "2357", "example: cdnow/sample", "select count(distinct customer_key) from fact_sale"},
		{"CDNOW, 1/10 sample, to 1997-09-30: repeat purchase days, customers without one, with one, most of one customer", "Fader, Hardie and Lee (2005)", "2457 1411 946 29", "example: cdnow/sample", `
			select printf('%d %d %d %d', sum(x)::int, count(*) filter (where x = 0), count(*) filter (where x > 0), max(x))
			from (select count(distinct business_date) - 1 as x from fact_sale where business_date <= date '1997-09-30' group by customer_key)`},
		{"CDNOW, 1/10 sample: purchase days of the 39 weeks after", "Fader, Hardie and Lee (2005)", "1882", "example: cdnow/sample", "select count(distinct (customer_key, business_date)) from fact_sale where business_date > date '1997-09-30'"},
		{"CDNOW, whole: purchases, customers", "Fader and Hardie, data set", "69659 23570", "example: cdnow", "select printf('%d %d', count(*), count(distinct customer_key)) from fact_sale"},
	}
	reckoned = []statistic{
		{"CDNOW, whole: dollars, CDs, customer-days, purchases for nothing", "script over the file", "2500315.63 167881 67591 80", "example: cdnow", "select printf('%.2f %d %d %d', sum(net_amount)::double, sum(quantity)::int, count(distinct (customer_key, business_date)), count(*) filter (where net_amount = 0)) from fact_sale"},
		{"CDNOW, whole: Gini, unbiased, HHI, percent of the five largest, customers that bring 80 %", "script over the file (DOMAIN 2.2–2.5)", "0.634571 0.634598 2.6126 1.7194 7695", "example: cdnow", "select printf('%.6f %.6f %.4f %.4f %d', gini, gini_unbiased, hhi, 100 * cr5, customers_80) from mart_concentration where period = 'all' and scope = 'customer'"},
		{"CDNOW, whole: percent of sales that the best 1, 4, 5, 10, 20 and 50 % of customers bring", "script over the file (DOMAIN 2.2)", "15.839 32.847 36.676 50.943 67.777 89.591", "example: cdnow", "select string_agg(printf('%.3f', 100 * history_net_share), ' ' order by percentile) from mart_value_curve where percentile in (1, 4, 5, 10, 20, 50)"},
		{"CDNOW, whole: cohorts of January, February and March 1997", "script over the file (DOMAIN 2.13)", "7846 8476 7248", "example: cdnow", "select string_agg(customers, ' ' order by first_month) from mart_cohort where age = 0"},
		{"CDNOW, whole: January's cohort in its months 1 to 5", "script over the file (DOMAIN 2.13)", "1157 964 810 679 736", "example: cdnow", "select string_agg(active, ' ' order by age) from mart_cohort where first_month = date '1997-01-01' and age between 1 and 5"},
		{"CDNOW, whole: percent of customers with two or more purchase days", "script over the file (DOMAIN 2.15)", "48.859", "example: cdnow", "select printf('%.3f', 100.0 * count(*) filter (where frequency >= 2) / count(*)) from mart_customer"},
		{"HHI of ten equal shares", "by hand", "1000", "mart_concentration: shares of 30", "printf('%.4f', max(hhi) filter (where period = '2022'))"},
		{"Gini of ten incomes from 541 to 22,261, as it is and unbiased", "by hand (DOMAIN 2.4)", "0.4620911 0.513435", "mart_concentration: shares of 30", "printf('%.7f %.7f', max(gini) filter (where period = '2023'), max(gini_unbiased) filter (where period = '2023'))"},
		{"Gini of 1, 2, 3, 4 and of 0, 0, 0, 1", "by hand (DOMAIN 2.4)", "0.25 0.75", "mart_concentration: shares of 30", "printf('%.6f %.6f', max(gini) filter (where period = '2019'), max(gini) filter (where period = '2020'))"},
		{"Share before each of 40, 30, 10, 8, 5, 4, 3", "by hand (DOMAIN 2.2)", "0 0.40 0.70 0.80 0.88 0.93 0.97", "mart_abc: values of 40", "string_agg(printf('%.4f', share_before), ' ' order by value_rank)"},
		{"Whale curve of 100, 60, 40, 10, 0, 0, −10, −20, −30, −50: peak, and what the rest eats", "by hand (DOMAIN 2.3)", "2.1 1.1", "mart_value_curve: profits of 100", "printf('%.4f %.4f', max(profit_peak_ratio), max(profit_eaten_ratio))"},
		{"Cohort of five, two of them back, 14 of 30 kept", "by hand (DOMAIN 2.13)", "0.40 0.4667", "mart_cohort: five customers", "printf('%.4f %.4f', max(active / customers) filter (where age = 1), max(revenue / first_revenue) filter (where age = 1))"},
		{"GRR, NRR, quick ratio, with reactivation: churn 5, contraction 3, expansion 12, new 20 and back 1 on 100", "by hand (DOMAIN 2.13)", "0.92 1.04 4.00 4.125", "mart_retention_month: churn 5", "printf('%.4f %.4f %.4f %.4f', max(grr), max(nrr), max(quick_ratio), max(quick_ratio_with_reactivation))"},
		{"NPS of 70, 20 and 10 of 100: score, adjusted, interval", "formula of Rocks (2016)", "60 58.25 45.27 71.24", "mart_nps: 70 promoters", "printf('%.4f %.4f %.4f %.4f', max(nps), max(nps_adjusted), max(nps_low), max(nps_high))"},
		{"NPS of ten promoters: score, adjusted, interval", "formula of Rocks (2016)", "100 76.92 47.50 100", "mart_nps: ten promoters", "printf('%.4f %.4f %.4f %.4f', max(nps), max(nps_adjusted), max(nps_low), max(nps_high))"},
		{"Volume, mix, price, new and lost of four articles", "by hand (DOMAIN 2.28)", "-9 9 9 40 -18", "mart_price_volume_mix: A 10", "printf('%.2f %.2f %.2f %.2f %.2f', max(volume_amount)::double, max(mix_amount)::double, max(price_amount)::double, max(new_amount)::double, max(lost_amount)::double)"},
		{"1,000 over 10 and 30 uses of a driver; 100.00 over three equal ones", "by hand (DOMAIN 2.34)", "250 750 33.34 33.33 33.33", "fact_cost_to_serve: 1,000", "string_agg(printf('%.2f', cost_amount::double), ' ' order by driver, used, cost_amount desc)"},
		{"Mean after recovery less mean without failure, by Welch, on a scale of 1", "by hand (DOMAIN 2.35)", "0.038 0.002783 0.073217", "mart_recovery: a good recovery", "printf('%.6f %.6f %.6f', max(recovery_paradox), max(recovery_paradox_low), max(recovery_paradox_high))"},
	}
)

// TestNumbersReproduceTheirReferences holds each value against its reference, to the
// digits given there, and docs/numbers.md against what this run gives.
func TestNumbersReproduceTheirReferences(t *testing.T) {
	t.Setenv("CDNOW_DIR", needsData(t, "../../../shared/data/cdnow"))
	asking := &numbers{t: t, states: map[string]string{}}
	var page strings.Builder
	page.WriteString(`# Numbers

What the models give, beside what others give for the same rows. Written by
` + "`go test ./internal/pipeline -run Numbers -update`" + `, which runs the models over the rows of their
tests, and whole nights over CDNOW (2.5 million dollars of real purchases); without -update it
fails where a value differs from its reference in the digits given, or from this page.
`)
	for _, part := range []struct {
		title, explains string
		numbers         []statistic
	}{
		{"Published", "Values that stand in the literature, or come from other software.", published},
		{"Worked out apart", "Values worked out by hand from the definition, or by a script that shares nothing with the models.", reckoned},
	} {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n| statistic | source | reference | ours | run |\n|---|---|---|---|---|\n", part.title, part.explains)
		for _, n := range part.numbers {
			ours := asking.answer(n)
			if !agree(n.reference, ours) {
				t.Errorf("%s: the reference is %s, ours %s", n.name, n.reference, ours)
			}
			fmt.Fprintf(&page, "| %s | %s | %s | %s | %s |\n", n.name, n.source, spaced(n.reference), spaced(ours), n.from)
		}
	}
	const path = "../../docs/numbers.md"
	if *update && !t.Failed() {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("docs/numbers.md is not what the models give now (-page +run):\n%s", diff)
	}
}

// numbers asks models and nights; each night runs once.
type numbers struct {
	t      *testing.T
	states map[string]string
}

func (a *numbers) answer(n statistic) string {
	a.t.Helper()
	run, what, _ := strings.Cut(n.from, ": ")
	if run == "example" {
		if a.states[what] == "" {
			a.states[what] = a.t.TempDir()
			runExample(a.t, "../../examples/"+what, a.states[what], Published)
		}
		return table(a.t, a.states[what], n.ask)
	}
	catalog, err := models.Load(models.Standard)
	if err != nil {
		a.t.Fatal(err)
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: a.t.TempDir(), Threads: 1})
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	engine := transform.NewDuck(db, catalog)
	engine.Fast = true
	answer, err := fixture.Ask(context.Background(), catalog, engine, a.t.TempDir(), run, what, n.ask)
	if err != nil {
		a.t.Errorf("%s: %v", n.name, err)
	}
	return answer
}

// agree says whether values are those of the reference, to the digits given there.
func agree(reference, ours string) bool {
	want, got := strings.Fields(reference), strings.Fields(ours)
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		w, errW := strconv.ParseFloat(want[i], 64)
		g, errG := strconv.ParseFloat(got[i], 64)
		_, fraction, _ := strings.Cut(want[i], ".")
		if errW != nil || errG != nil || math.Abs(w-g) > 0.5*math.Pow10(-len(fraction))+1e-9 {
			return false
		}
	}
	return true
}

func spaced(values string) string { return strings.Join(strings.Fields(values), ", ") }
