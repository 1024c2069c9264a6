package transform_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"nightjar/transform"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A night is what the models of customers are built from: each customer key's group,
// its master data, sales, departures, deliveries, answers, costs and what it turned to us
// with, some of them later than as_of.
type night struct {
	asOf                                                                                        string
	identity, customers, value, bought, departed, delivered, answered, served, assigned, turned []string
}

var keys = []string{"shop:1", "shop:2", "shop:3", "shop:4"}

func drawNight(t *rapid.T, before night) night {
	n := night{asOf: rapid.SampledFrom([]string{"2024-03-05", "2024-03-12", "2024-03-31", "2024-04-30", "2025-03-05"}).Draw(t, "as of")}
	// Most things are as they were, so that some night differs in one of them alone.
	keep := func(what string, old []string, draw func() []string) []string {
		if old != nil && rapid.IntRange(0, 8).Draw(t, "the same "+what) > 0 {
			return old
		}
		return draw()
	}
	n.identity = keep("identity", before.identity, func() []string {
		joined := rapid.IntRange(1, len(keys)).Draw(t, "joined")
		var rows []string
		for i, key := range keys {
			id := key
			if i < joined {
				id = keys[0]
			}
			rows = append(rows, fmt.Sprintf("('%s', '%s', 'key')", key, id))
		}
		return rows
	})
	n.customers = keep("customers", before.customers, func() []string {
		var rows []string
		for i, key := range keys {
			for version := range rapid.IntRange(1, 2).Draw(t, "versions") {
				parent := rapid.SampledFrom([]string{"null", "'1'", "'3'"}).Draw(t, "parent")
				city := rapid.SampledFrom([]string{"上海", "苏州"}).Draw(t, "city")
				rows = append(rows, fmt.Sprintf("('shop', '%s', date '2024-0%d-10', '%s', %s, 1, %d)", key[len("shop:"):], 1+2*version, city, parent, 10*i+version))
			}
		}
		return rows
	})
	n.value = keep("value", before.value, func() []string {
		return drawSales(t, "('%s', date '%s', date '%s', date '%[3]s', %[5]d.25)")
	})
	n.bought = keep("bought", before.bought, func() []string {
		return drawSales(t, "('%s', date '%s', %[4]d, date '%[3]s', date '%[3]s', %[5]d.25)")
	})
	n.delivered = keep("delivered", before.delivered, func() []string {
		return drawSales(t, "('%s', date '%s', %[4]d, %[5]d + 3)")
	})
	n.answered = keep("answered", before.answered, func() []string {
		return drawSales(t, "('%s', date '%s', date '%[3]s', %[5]d)")
	})
	n.served = keep("served", before.served, func() []string { return drawSales(t, "('%s', date '%s', %[5]d)") })
	n.assigned = keep("assigned", before.assigned, func() []string { return drawSales(t, "('%s', date '%[3]s')") })
	n.turned = keep("turned", before.turned, func() []string { return drawSales(t, "('%s', date '%s', date '%[3]s', %[5]d)") })
	n.departed = keep("departed", before.departed, func() []string { return drawDepartures(t) })
	return n
}

// drawDepartures are days on which somebody said that a customer is lost: id and day.
func drawDepartures(t *rapid.T) []string {
	var rows []string
	for range rapid.IntRange(0, 4).Draw(t, "departures") {
		id := rapid.IntRange(1, len(keys)).Draw(t, "departed")
		rows = append(rows, fmt.Sprintf("('%d', date '2024-%02d-%02d')", id, rapid.IntRange(1, 5).Draw(t, "in month"), rapid.IntRange(1, 28).Draw(t, "on day")))
	}
	return rows
}

// drawSales are months in which keys bought: key, month, day, its bit, and amount.
func drawSales(t *rapid.T, row string) []string {
	var rows []string
	for _, key := range append(keys, "anonymous") {
		for _, month := range rapid.SliceOfNDistinct(rapid.IntRange(2, 4), 0, 3, rapid.ID[int]).Draw(t, "months") {
			day, amount := rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(-3, 9).Draw(t, "amount")
			rows = append(rows, fmt.Sprintf(row, key, fmt.Sprintf("2024-%02d-01", month), fmt.Sprintf("2024-%02d-%02d", month, day), 1<<day, amount))
		}
	}
	return rows
}

// given are the night's files by name.
func (n night) given(w *workshop) map[string][]string {
	return map[string][]string{
		"dim_customer_identity": w.give("col0 as customer_key, col1 as customer_id, col2 as rule", n.identity),
		"customer":              w.give("col0 as system, col1 as customer_id, col2 as valid_from, col3 as city, col4 as parent_id, case col3 when '上海' then '138-0000-0001' else '1390000000' || col1 end as phone, col5 as delivery_id, col6 as source_row", n.customers),
		"departure":             w.give("'shop' as system, col0 as customer_id, col1 as lost_on", n.departed),
		"fact_customer_value":   w.give("col0 as customer_key, col1 as month, col2 as first_sold_on, col3 as last_sold_on, cast(col4 as decimal(18, 4)) as net_amount, day(col3) as documents, day(col3) as lines, col4 / 2 as returns_amount, col4 / 3 as costed_net_amount, nullif(col4, 2.25) as margin_amount, 0.5 as cost_to_serve_amount", n.value),
		"fact_retention":        w.give("col0 as customer_key, col1 as month, cast(col2 as bigint) as purchase_days_mask, col3 as first_purchase_on, col4 as last_purchase_on, cast(col5 as decimal(18, 4)) as net_amount", n.bought),
		"fact_satisfaction":     w.give("col0 as customer_key, col1 as month, col3 as deliveries, col3 as deliveries_promised, col3 as deliveries_on_time", n.delivered),
		"fact_survey_answer":    w.give("'shop' as system, 'card' as survey_id, 'all' as question_id, col0 as customer_key, col1 as month, nullif(col2, col1 + 4) as answered_on, md5(col0 || col2) as response_id, 'customer' as asked_side, cast(col3 as decimal(9, 4)) as score", n.answered),
		"fact_contact":          w.give("'shop' as system, md5(col0 || col2) as contact_id, col0 as customer_key, col1 as month, col2 as contacted_on, cast(null as timestamptz) as contacted_at, 'call' as channel, 'inbound' as direction, col3 = 0 as is_abandoned, col2 + 20 as follow_up_on", n.turned),
		"fact_case":             w.give("'shop' as system, md5(col0 || col2) as case_id, col0 as customer_key, col1 as month, col2 as opened_on, cast(null as timestamptz) as opened_at, col3 % 2 = 0 as is_complaint, 'low' as severity, col3 > 2 as is_resolved, case when col3 > 2 then col2 + col3 end as resolved_on", n.turned),
		"fact_promise":          w.give("'shop' as system, md5(col0 || col2) as promise_id, col0 as customer_key, col1 as month, col2 as made_on, col2 + 5 as due_on, case when col3 > 2 then col2 + 2 * col3 end as kept_on", n.turned),
		"fact_assignment":       w.give("col0 as customer_key, 'shop:E1' as employee_key, col1 as week_on", n.assigned),
		"fact_cost_to_serve":    w.give("case when col0 = 'anonymous' and col2 > 3 then 'unspread' else col0 end as customer_key, col1 as month, case when col2 % 2 = 0 then 'direct' else 'documents' end as driver, cast(col2 as decimal(18, 4)) as cost_amount", n.served),
		"dim_survey_question":   w.give("'shop' as system, 'card' as survey_id, 'all' as question_id, 'overall' as role, 'score10' as scale, -1 as polarity, 0 as lowest, 10 as highest", []string{"(1)"}),
	}
}

// Whoever is not touched gives what it gave: from last night's rows come the same ones
// as from nothing, whatever merges, moves or is corrected, and as_of going back too. So
// do they from a base and its patch, and from a patch of that patch.
func TestUpkeepGivesWhatBuildingFromNothingGives(test *testing.T) {
	w := newWorkshop(test)
	upkept := []string{"dim_customer", "person_customer", "mart_customer_base", "step_retention_move", "step_cohort_month", "mart_cost_to_serve", "step_contact_value"}
	rapid.Check(test, func(t *rapid.T) {
		w.t = test
		last := drawNight(t, night{})
		before, vars := last.given(w), w.vars(last.asOf, last.asOf)
		before["dim_customer"] = w.buildAt("dim_customer", transform.Build{Inputs: before, Refs: before}, vars)
		gave := map[string][]string{}
		for _, model := range upkept {
			gave[model] = w.buildAt(model, transform.Build{Inputs: before, Refs: before}, vars)
		}
		for range 2 {
			tonight := drawNight(t, last)
			now, nowVars := tonight.given(w), w.vars(tonight.asOf, last.asOf)
			now["dim_customer"] = w.buildAt("dim_customer", transform.Build{Inputs: now, Refs: now}, nowVars)
			refs := maps.Clone(before)
			for _, touched := range []string{"step_customer_touched", "step_cost_touched", "step_base_touched", "step_contact_touched"} {
				now[touched] = w.buildAt(touched, transform.Build{Inputs: now, Refs: now, Changed: differing(before, now)}, nowVars)
				refs[touched] = now[touched]
			}
			for _, model := range upkept {
				whole := w.buildAt(model, transform.Build{Inputs: now, Refs: now}, nowVars)
				from := func(rows []string) *transform.Last {
					return &transform.Last{Inputs: before, Refs: refs, Vars: vars, Rows: rows}
				}
				w.same(t, model, whole, w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: from(gave[model])}, nowVars))
				if w.catalog.Models[model].Patches() {
					gave[model] = w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: from(gave[model]), Keys: w.out()}, nowVars)
					w.same(t, model, whole, gave[model])
					continue
				}
				gave[model] = whole
			}
			last, before, vars = tonight, now, nowVars
		}
	})
}

// same compares the rows of two builds of a model.
func (w *workshop) same(t *rapid.T, model string, whole, kept []string) {
	m := w.catalog.Models[model]
	if difference := cmp.Diff(w.rows(whole, columnsOf(m)), w.rowsOf(m, kept)); difference != "" {
		t.Fatalf("%s (-from nothing +from last night):\n%s", model, difference)
	}
}

// differing are the files of two nights by name.
func differing(before, now map[string][]string) map[string]transform.Differing {
	changed := map[string]transform.Differing{}
	for name := range now {
		changed[name] = transform.Differing{Before: before[name], Now: now[name]}
	}
	return changed
}

func TestOnlyThoseAreTouchedOfWhomSomethingChanged(t *testing.T) {
	w := newWorkshop(t)
	var last night
	last.identity = []string{"('shop:1', 'shop:1', 'key')", "('shop:2', 'shop:1', 'phone')", "('shop:3', 'shop:3', 'key')", "('shop:4', 'shop:4', 'key')"}
	last.value = []string{"('shop:3', date '2024-01-01', date '2024-01-05', date '2024-01-05', 1.0)", "('shop:4', date '2024-01-01', date '2024-01-05', date '2024-01-05', 1.0)"}
	tonight := last
	tonight.identity = slices.Replace(slices.Clone(last.identity), 1, 2, "('shop:2', 'shop:2', 'key')")
	tonight.value = append(slices.Clone(last.value[:1]), strings.Replace(last.value[1], "1.0)", "2.0)", 1))
	before, now := last.given(w), tonight.given(w)
	touched := w.buildAt("step_customer_touched", transform.Build{Inputs: now, Refs: now, Changed: differing(before, now)}, w.vars("2024-03-01", "2024-02-29"))
	want := []string{"shop:1 shop:1", "shop:2 shop:1", "shop:2 shop:2", "shop:4 shop:4"}
	if difference := cmp.Diff(want, w.rows(touched, "customer_key, customer_id")); difference != "" {
		t.Errorf("touched (-want +got):\n%s", difference)
	}
}
