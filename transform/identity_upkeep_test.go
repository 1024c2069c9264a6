package transform_test

import (
	"fmt"
	"maps"
	"testing"

	"nightjar/transform"

	"pgregory.net/rapid"
)

// sightings are what the map of customers is built from: keys by month of a fact, keys
// that are assigned, have master data or departed, and linked keys.
type sightings struct{ months, assigned, customers, departed, links []string }

func drawSightings(t *rapid.T, before sightings) sightings {
	some := func(what string, old []string, draw func(key string) string) []string {
		if old != nil && rapid.IntRange(0, 7).Draw(t, "the same "+what) > 0 {
			return old
		}
		rows := []string{}
		for _, key := range keys {
			if rapid.IntRange(0, 3).Draw(t, what) == 0 {
				rows = append(rows, draw(key))
			}
		}
		return rows
	}
	alone := func(key string) string { return fmt.Sprintf("('%s')", key) }
	id := func(key string) string { return fmt.Sprintf("('%s')", key[len("shop:"):]) }
	s := sightings{
		months: some("month", before.months, func(key string) string {
			return fmt.Sprintf("('%s', date '2024-0%d-01')", key, rapid.IntRange(1, 2).Draw(t, "in"))
		}),
		assigned:  some("assigned", before.assigned, alone),
		customers: some("customer", before.customers, id),
		departed:  some("departed", before.departed, id),
		links:     before.links,
	}
	if s.links == nil || rapid.Bool().Draw(t, "other links") {
		s.links = []string{}
		groups := map[string][]string{}
		for _, key := range keys {
			rule := rapid.SampledFrom([]string{"", "manual", "manual", "phone"}).Draw(t, "linked by")
			groups[rule] = append(groups[rule], key)
		}
		for _, rule := range []string{"manual", "phone"} {
			for _, key := range groups[rule] {
				s.links = append(s.links, fmt.Sprintf("('%s', '%s', '%s')", key, groups[rule][0], rule))
			}
		}
	}
	return s
}

func (s sightings) given(w *workshop) map[string][]string {
	return map[string][]string{
		"step_key_month":    w.give("col0 as customer_key, col1 as month", s.months),
		"fact_assignment":   w.give("col0 as customer_key", s.assigned),
		"customer":          w.give("'shop' as system, col0 as customer_id", s.customers),
		"departure":         w.give("'shop' as system, col0 as customer_id", s.departed),
		"dim_customer_link": w.give("col0 as customer_key, col1 as customer_id, col2 as rule", s.links),
	}
}

// Whatever keys come and go, are linked and parted, and whatever customer loses the key
// that names it: the map of keys, kept up by those touched, is that built from nothing.
func TestIdentityKeptUpIsThatBuiltFromNothing(test *testing.T) {
	const model = "dim_customer_identity"
	w := newWorkshop(test)
	vars := w.vars("2024-03-05", "2024-03-04")
	rapid.Check(test, func(t *rapid.T) {
		w.t = test
		last := drawSightings(t, sightings{})
		before := last.given(w)
		gave := w.buildAt(model, transform.Build{Inputs: before, Refs: before}, vars)
		for range 3 {
			tonight := drawSightings(t, last)
			now := tonight.given(w)
			touched := w.buildAt("step_key_touched", transform.Build{Inputs: now, Refs: now, Changed: differing(before, now)}, vars)
			whole := w.buildAt(model, transform.Build{Inputs: now, Refs: now}, vars)
			now["step_key_touched"] = touched
			refs := maps.Clone(before)
			refs["step_key_touched"] = touched
			from := &transform.Last{Inputs: before, Refs: refs, Vars: vars, Rows: gave}
			w.same(t, model, whole, w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: from}, vars))
			gave = w.buildAt(model, transform.Build{Inputs: now, Refs: now, Last: from, Keys: w.out()}, vars)
			w.same(t, model, whole, gave)
			last, before = tonight, now
		}
	})
}
