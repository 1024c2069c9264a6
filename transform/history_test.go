package transform_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"nightjar/transform"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSpending draws what customers of several keys bought in some months of 2023 and
// 2024: value and purchase days, with months of returns alone, deals without a purchase
// day, and amounts whose cost is not known.
func drawSpending(t *rapid.T) (identity, value, bought []string) {
	customers := rapid.IntRange(1, 9).Draw(t, "customers")
	known := rapid.SampledFrom([]int{0, 30, 100}).Draw(t, "percent of costs known")
	ids := make([]int, 2*customers)
	for i := range ids {
		ids[i] = i
		if rapid.IntRange(0, 3).Draw(t, "shares") == 0 {
			ids[i] = ids[i/2]
		}
		key := fmt.Sprintf("shop:%d", i)
		identity = append(identity, fmt.Sprintf("('%s', 'shop:%d')", key, ids[i]))
		for _, number := range rapid.SliceOfNDistinct(rapid.IntRange(0, 17), 0, 6, rapid.ID[int]).Draw(t, "months") {
			month := time.Date(2023, time.Month(1+number), 1, 0, 0, 0, 0, time.UTC)
			amount := rapid.IntRange(-2, 6).Draw(t, "amount")
			deal, margin, mask, last := "null", "null", 0, "null"
			if rapid.IntRange(0, 99).Draw(t, "cost") < known {
				margin = fmt.Sprint(amount - rapid.IntRange(0, 2).Draw(t, "unit cost"))
			}
			if day := rapid.IntRange(0, 28).Draw(t, "day"); day > 0 {
				deal = "date '" + month.AddDate(0, 0, day-1).Format(time.DateOnly) + "'"
				if amount >= 0 {
					mask, last = 1<<day|1<<1, deal
				}
			}
			value = append(value, fmt.Sprintf("('%s', date '%s', %d, %s, %s, %s)", key, month.Format(time.DateOnly), amount, margin, deal, deal))
			bought = append(bought, fmt.Sprintf("('%s', date '%s', %d, %s)", key, month.Format(time.DateOnly), mask, last))
		}
	}
	return identity, value, bought
}

// What is recomputed for a month end is what mart_customer says when run on that day with
// the same rows.
func TestTierAndNameOfAMonthEndAreThoseOfThatDay(test *testing.T) {
	w := newWorkshop(test)
	lastDay := time.Date(2024, time.August, 31, 0, 0, 0, 0, time.UTC)
	rapid.Check(test, func(t *rapid.T) {
		w.t = test
		identity, value, bought := drawSpending(t)
		const money = "cast(%s as decimal(18, 4)) as %s"
		refs := map[string][]string{
			"dim_customer_identity": w.give("col0 as customer_key, col1 as customer_id, 'key' as rule", identity),
			"fact_customer_value": w.give("col0 as customer_key, col1 as month, "+fmt.Sprintf(money, "col2", "net_amount")+", "+
				fmt.Sprintf(money, "col3", "margin_amount")+", "+fmt.Sprintf(money, "case when col3 is null then 0 else col2 end", "costed_net_amount")+", "+
				"cast(col4 as date) as first_sold_on, cast(col5 as date) as last_sold_on, 1::bigint as documents, "+
				fmt.Sprintf(money, "0", "returns_amount")+", "+fmt.Sprintf(money, "0", "cost_to_serve_amount"), value),
			"fact_retention": w.give("col0 as customer_key, col1 as month, col2::bigint as purchase_days_mask, cast(col3 as date) as last_purchase_on, "+
				"case when col2 > 0 then col1 end as first_purchase_on, 0::decimal(18, 4) as net_amount", bought),
		}
		history := w.buildWithSteps("dim_customer_history", maps.Clone(refs), w.vars("2024-08-31", "2024-08-31"))[0]
		for range 2 {
			months := rapid.IntRange(0, 19).Draw(t, "months before")
			day := lastDay.AddDate(0, 0, 1).AddDate(0, -months, -1).Format(time.DateOnly)
			want := w.rows(w.buildWithSteps("mart_customer", maps.Clone(refs), w.vars(day, day)), "customer_id, abc_tier, rfm_name")
			got := w.words("(from read_parquet('"+history+"') where abc_tier is not null and date '"+day+"' + 1 between valid_from and valid_to - 1)", "customer_id, abc_tier, rfm_name")
			if difference := cmp.Diff(want, got); difference != "" {
				t.Fatalf("at the end of %s (-mart_customer +dim_customer_history):\n%s", day, difference)
			}
		}
		const repeated = `(select *, lag((state, customer_type, account_manager_key, abc_tier, rfm_name)) over (partition by customer_id order by valid_from) as last_row from read_parquet('%s'))`
		if rows := w.words("(from "+fmt.Sprintf(repeated, history)+" where (state, customer_type, account_manager_key, abc_tier, rfm_name) is not distinct from last_row)", "customer_id, valid_from"); len(rows) > 0 {
			t.Fatalf("rows that change nothing: %v", rows)
		}
	})
}

// buildWithSteps builds a model, and before it the steps on the way that refs lack, and what
// a view is made of, which it adds.
func (w *workshop) buildWithSteps(model string, refs map[string][]string, vars map[string]string) []string {
	w.t.Helper()
	m := w.catalog.Models[model]
	for _, name := range m.Refs {
		if refs[name] == nil && (m.View || w.catalog.Models[name].IsStep()) && !m.Upkeeps(name) {
			refs[name] = w.buildWithSteps(name, refs, vars)
		}
	}
	return w.buildAt(model, transform.Build{Refs: refs}, vars)
}

// Whoever is not touched keeps rows, tier and name, also where cuts move and month ends come
// and go.
func TestHistoryOfCustomersIsKeptUpByThoseTouched(test *testing.T) {
	w := newWorkshop(test)
	const columns = "col0 as month, col1::decimal(18, 4) as a_amount, col2 as a_customer_id, least(col1, 1)::decimal(18, 4) as b_amount, 'shop:3' as b_customer_id, " +
		"col3 as recency_cut_1, col3 + 3 as recency_cut_2, col3 + 9 as recency_cut_3, col3 + 15 as recency_cut_4, " +
		"1::bigint as frequency_cut_1, 1::bigint as frequency_cut_2, 2::bigint as frequency_cut_3, col4::bigint as frequency_cut_4"
	given := func(n night, cuts []cut) map[string][]string {
		refs := n.given(w)
		months, ends := make([]string, len(cuts)), make([]string, len(cuts))
		for i, c := range cuts {
			months[i] = fmt.Sprintf("(date '2024-%02d-01', 'net')", 2+i)
			ends[i] = fmt.Sprintf("(date '2024-%02d-01', %s)", 2+i, strings.Join(c[:], ", "))
		}
		refs["step_value_basis"] = w.give("col0 as month, col1 as value_basis", months)
		refs["step_month_end_cut"] = w.give(columns, ends)
		refs["fact_customer_value"] = w.give("col0 as customer_key, col1 as month, col2 as first_sold_on, col3 as last_sold_on, cast(col4 as decimal(18, 4)) as net_amount, cast(null as decimal(18, 4)) as margin_amount", n.value)
		return refs
	}
	rapid.Check(test, func(t *rapid.T) {
		w.t = test
		last := drawNight(t, night{})
		tonight, cuts := last, drawCuts(t, nil)
		if rapid.IntRange(0, 3).Draw(t, "what else differs") == 0 {
			tonight = drawNight(t, last)
		}
		before, now, vars := given(last, cuts), given(tonight, drawCuts(t, cuts)), w.vars(tonight.asOf, last.asOf)
		build := func(model string) {
			now[model] = w.buildAt(model, transform.Build{Inputs: now, Refs: now, Changed: differing(before, now)}, vars)
		}
		// kept gives the model's rows of both nights; tonight's, where they are told from last night's,
		// as a patch.
		kept := func(model string, isTold bool) (rows, tonight []string) {
			rows = w.buildAt(model, transform.Build{Inputs: before, Refs: before}, vars)
			whole := w.buildAt(model, transform.Build{Inputs: now, Refs: now}, vars)
			if !isTold {
				return rows, whole
			}
			last := &transform.Last{Inputs: before, Refs: before, Vars: vars, Rows: rows}
			w.same(t, model, whole, w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: last}, vars))
			patched := w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: last, Keys: w.out()}, vars)
			w.same(t, model, whole, patched)
			return rows, patched
		}
		build("step_customer_touched")
		// spans that another month end gives are built whole
		sameEnds := len(before["step_value_basis"]) > 0 && cmp.Equal(w.rows(before["step_value_basis"], "month"), w.rows(now["step_value_basis"], "month"))
		for _, span := range []string{"step_value_span", "step_purchase_span"} {
			before[span], now[span] = kept(span, sameEnds)
		}
		build("step_month_end_touched")
		kept("step_month_end_cut", true)
		build("step_history_touched")
		kept("dim_customer_history", true)
	})
}

// A cut is a month end's: amount and customer of tier A, first day of recency, and highest
// frequency.
type cut [4]string

// drawCuts are those of the month ends from February on, much of them as it was.
func drawCuts(t *rapid.T, before []cut) []cut {
	cuts := make([]cut, rapid.SampledFrom([]int{3, 3, 3, 2}).Draw(t, "month ends"))
	for i := range cuts {
		cuts[i] = cut{
			fmt.Sprintf("%d.25", rapid.IntRange(-1, 9).Draw(t, "amount")), "'" + rapid.SampledFrom(keys).Draw(t, "last of A") + "'",
			fmt.Sprintf("date '2024-02-%02d'", rapid.IntRange(1, 28).Draw(t, "day")), fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "often")),
		}
		if i < len(before) {
			moved, drawn := rapid.IntRange(0, 5).Draw(t, "what moves"), cuts[i]
			if cuts[i] = before[i]; moved < len(drawn) {
				cuts[i][moved] = drawn[moved]
			}
		}
	}
	return cuts
}
