package transform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/transform"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The months of the flow, of retention and today's states are what each customer's days
// say when they are looked at one by one.
func TestStatesFlowAsEachCustomersDaysSay(test *testing.T) {
	w := newWorkshop(test)
	rapid.Check(test, func(t *rapid.T) {
		w.t = test
		l := drawLives(t)
		inputs := map[string][]string{"departure": w.give("'shop' as system, col0 as customer_id, cast(null as varchar) as kind, col1 as lost_on", l.departed)}
		refs := map[string][]string{
			"dim_customer_identity": w.giveRows("dim_customer_identity", "customer_key, customer_id", l.identity),
			"dim_customer":          w.giveRows("dim_customer", "customer_id, created_on", l.customers),
			"fact_customer_value":   w.giveRows("fact_customer_value", "customer_key, month, first_sold_on, last_sold_on", l.value),
			"fact_assignment":       w.giveRows("fact_assignment", "customer_key, employee_key, week_on", l.assigned),
		}
		vars := w.vars(l.asOf, l.asOf)
		for _, model := range []string{"mart_customer_base", "mart_customer_cut", "mart_customer", "mart_customer_state", "step_retention_move", "mart_retention_month", "mart_state_flow"} {
			refs[model] = w.buildAt(model, transform.Build{Inputs: inputs, Refs: refs}, vars)
		}
		if difference := cmp.Diff(l.flow(), w.rows(refs["mart_state_flow"], "month, from_state, to_state, customers")); difference != "" {
			t.Fatalf("%+v\nflow (-by day +mart):\n%s", l, difference)
		}
		if difference := cmp.Diff(l.states(), w.rows(refs["mart_customer_state"], "customer_id, state, lost_on")); difference != "" {
			t.Fatalf("%+v\nstates (-by day +mart):\n%s", l, difference)
		}
		history := w.buildAt("dim_customer_history", transform.Build{Inputs: inputs, Refs: refs}, vars)[0]
		at := "(from read_parquet('" + history + "') as h, generate_series(date '2024-01-01', date '2024-09-01', interval 1 month) as m (month) where m.month + interval 1 month between valid_from and valid_to - 1)"
		if difference := cmp.Diff(l.history(), w.words(at, "customer_id, month::date, state")); difference != "" {
			t.Fatalf("%+v\nhistory (-by day +dim):\n%s", l, difference)
		}
		for _, model := range []string{"mart_customer", "mart_customer_state", "mart_retention_month", "mart_state_flow"} {
			w.holds(t, model, refs)
		}
	})
}

// giveRows writes rows of a model; columns that are not named are null.
func (w *workshop) giveRows(model, columns string, rows []string) []string {
	w.t.Helper()
	names := strings.Split(columns, ", ")
	var list []string
	for _, c := range w.catalog.Models[model].Columns {
		value := "null"
		if i := slices.Index(names, c.Name); i >= 0 {
			value = fmt.Sprintf("col%d", i)
		}
		list = append(list, fmt.Sprintf("cast(%s as %s) as %s", value, transform.DuckDB{}.Type(c.Type), c.Name))
	}
	return w.give(strings.Join(list, ", "), rows)
}

// holds wants no rows of the audits of a model that stop a night.
func (w *workshop) holds(t *rapid.T, model string, files map[string][]string) {
	for name, paths := range files {
		m := w.catalog.Models[name]
		relation := m.Relation(paths, transform.DuckDB{}.Files)
		if len(paths) == 0 {
			relation = "(select " + strings.ReplaceAll("null as "+columnsOf(m), ", ", ", null as ") + " where false)"
		}
		if _, err := w.db.Exec("create or replace view " + name + " as from " + relation); err != nil {
			t.Fatal(err)
		}
	}
	for _, audit := range w.catalog.Models[model].Tests {
		if audit.SQL == "" || audit.Severity == "warn" {
			continue
		}
		var bad int
		if err := w.db.QueryRow("select count(*) from (" + audit.SQL + ")").Scan(&bad); err != nil || bad > 0 {
			t.Fatalf("%s: %s: %d rows (%v)", model, audit.Name, bad, err)
		}
	}
}

// Lives are what is known of some customers: rows for the models, and the same by customer.
type lives struct {
	asOf                                           string
	identity, customers, value, assigned, departed []string
	of                                             map[string]*life
}

type life struct{ deals, departures, weeks []time.Time }

func drawLives(t *rapid.T) lives {
	l := lives{asOf: rapid.SampledFrom([]string{"2024-03-05", "2024-03-31", "2024-05-12", "2024-06-30"}).Draw(t, "as of"), of: map[string]*life{}}
	day := func(what string) time.Time {
		return date("2024-01-20").AddDate(0, 0, rapid.IntRange(0, 150).Draw(t, what))
	}
	joined := rapid.IntRange(1, len(keys)).Draw(t, "joined")
	for i, key := range keys {
		id := key
		if i < joined {
			id = keys[0]
		}
		if l.of[id] == nil {
			l.of[id] = &life{}
			l.customers = append(l.customers, fmt.Sprintf("('%s', date '2024-01-15')", id))
		}
		who := l.of[id]
		l.identity = append(l.identity, fmt.Sprintf("('%s', '%s')", key, id))
		bought := map[string]bool{}
		for range rapid.IntRange(0, 3).Draw(t, "deals") {
			on := day("deal")
			if month := on.Format("2006-01"); !bought[month] {
				bought[month] = true
				who.deals = append(who.deals, on)
				l.value = append(l.value, fmt.Sprintf("('%s', date_trunc('month', date '%s'), date '%[2]s', date '%[2]s')", key, on.Format(time.DateOnly)))
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "departures") {
			on := day("departure")
			if len(who.deals) > 0 && rapid.Bool().Draw(t, "soon after a deal") {
				on = who.deals[0].AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "days"))
			}
			who.departures = append(who.departures, on)
			l.departed = append(l.departed, fmt.Sprintf("('%s', date '%s')", strings.TrimPrefix(key, "shop:"), on.Format(time.DateOnly)))
		}
		for range rapid.IntRange(0, 2).Draw(t, "assignments") {
			on := day("week")
			who.weeks = append(who.weeks, on)
			l.assigned = append(l.assigned, fmt.Sprintf("('%s', 'shop:E1', date '%s')", key, on.Format(time.DateOnly)))
		}
	}
	return l
}

func date(text string) time.Time {
	on, _ := time.Parse(time.DateOnly, text)
	return on
}

// state is where the customer stands at the end of a day, and since when it is lost.
func (l *life) state(on time.Time) (state string, lost time.Time) {
	var last time.Time
	for _, deal := range l.deals {
		if !deal.After(on) && deal.After(last) {
			last = deal
		}
	}
	if last.IsZero() {
		for _, week := range l.weeks {
			if !week.After(on) && on.Before(week.AddDate(0, 0, 7)) {
				return "target", lost
			}
		}
		return "potential", lost
	}
	// two months later, a day that the month does not have being its last
	lapsed := last.AddDate(0, 2, 0)
	if lapsed.Day() != last.Day() {
		lapsed = lapsed.AddDate(0, 0, -lapsed.Day())
	}
	lost = lapsed.AddDate(0, 0, 1)
	for _, departure := range l.departures {
		if !departure.Before(last) && departure.Before(lost) {
			lost = departure
		}
	}
	if lost.After(on) {
		return "actual", time.Time{}
	}
	return "lost", lost
}

// flow counts who went which way in each month, by looking at everybody at its end.
func (l lives) flow() []string {
	asOf, counts := date(l.asOf), map[string]int{}
	for _, who := range l.of {
		from := "none"
		for month := date("2024-01-01"); !month.After(asOf); month = month.AddDate(0, 1, 0) {
			end := month.AddDate(0, 1, -1)
			if end.After(asOf) {
				end = asOf
			}
			to, _ := who.state(end)
			counts[month.Format(time.DateOnly)+" "+from+" "+to]++
			from = to
		}
	}
	rows := []string{}
	for way, n := range counts {
		rows = append(rows, fmt.Sprint(way, " ", n))
	}
	slices.Sort(rows)
	return rows
}

// history is each customer's state at each month end, whether as_of has seen it or not.
func (l lives) history() []string {
	rows := []string{}
	for id, who := range l.of {
		for month := date("2024-01-01"); month.Before(date("2024-10-01")); month = month.AddDate(0, 1, 0) {
			state, _ := who.state(month.AddDate(0, 1, -1))
			rows = append(rows, id+" "+month.Format(time.DateOnly)+" "+state)
		}
	}
	slices.Sort(rows)
	return rows
}

func (l lives) states() []string {
	rows := []string{}
	for id, who := range l.of {
		state, lost := who.state(date(l.asOf))
		if state == "lost" {
			state += " " + lost.Format(time.DateOnly)
		}
		rows = append(rows, id+" "+state)
	}
	slices.Sort(rows)
	return rows
}
