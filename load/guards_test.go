package load

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"nightjar/models"
)

const orderHeader = `/* model
name: fact_order
description: One row per order.
grain: [order_id, month]
partition: month
columns:
  order_id: {type: string, description: Its number.}
  month: {type: date, description: Its month.}
  business_date: {type: date, description: Its day.}
  status: {type: string, description: How it is., tests: [{moves: {delivered: [returned], cancelled: []}}]}
  amount: {type: "decimal(18,4)", description: Its worth., tests: [{range: {min: 0, max: 100}}]}
measures:
  - {name: sales, expression: sum(amount), additivity: additive}
  - {name: mean, expression: avg(amount), additivity: ratio}
*/
select * from {{ input "order" }}`

const calendarHeader = `/* model
name: dim_date
description: One row per day.
grain: [on_date]
columns:
  on_date: {type: date, description: The day.}
  comparable_date: {type: date, description: The day to compare with.}
*/
select 1`

// orders are rows of fact_order in one month: "id day status amount".
func orders(rows ...string) string {
	selects := make([]string, len(rows))
	for i, row := range rows {
		cell := strings.Fields(row)
		selects[i] = fmt.Sprintf("select '%s' as order_id, date_trunc('month', date '%[2]s')::date as month, date '%[2]s' as business_date, '%[3]s' as status, %[4]s::decimal(18,4) as amount",
			cell[0], cell[1], cell[2], cell[3])
	}
	return strings.Join(selects, " union all ")
}

// twoNights publishes a first night of orders as of one day, and audits a second
// one as of another; orders of each lie in the month given.
func twoNights(t *testing.T, firstAsOf, secondAsOf string, first, second map[string]string, change func(*Night)) (Night, Findings) {
	t.Helper()
	w := newWorld(t)
	w.add(orderHeader)
	w.add(calendarHeader)
	night := func(asOf string, months map[string]string) Night {
		parts := map[string]string{"dim_date/whole": "select d::date as on_date, d::date - 364 as comparable_date from range(date '2023-01-01', date '2025-01-01', interval 1 day) as r(d)"}
		for month, rows := range months {
			parts["fact_order/"+month] = rows
		}
		n := w.night(parts)
		n.Manifest.AsOf, n.RowDrop, n.LastNight, n.ComparableDay = asOf, 0.5, 0.5, 0.8
		return n
	}
	w.publish(night(firstAsOf, first))
	n := night(secondAsOf, second)
	if change != nil {
		change(&n)
	}
	w.build(n)
	return n, w.audit(n)
}

func TestTotalsAreHeldAgainstLastNight(t *testing.T) {
	before := map[string]string{
		january:  orders("a 2024-01-05 placed 10", "b 2024-01-06 placed 10"),
		february: orders("c 2024-02-05 placed 10"),
	}
	for name, c := range map[string]struct {
		month, rows, found string
	}{
		"a month that is over loses most":               {january, orders("a 2024-01-05 placed 4", "b 2024-01-06 placed 4"), "fact_order.sales.last_night warn 1"},
		"a month that is over more than doubles":        {january, orders("a 2024-01-05 placed 10", "b 2024-01-06 placed 31"), "fact_order.sales.last_night warn 1"},
		"a month that is over moves a little":           {january, orders("a 2024-01-05 placed 10", "b 2024-01-06 placed 15"), ""},
		"the month under way grows as it should":        {february, orders("c 2024-02-05 placed 10", "d 2024-02-15 placed 90"), ""},
		"the month under way loses what it had":         {february, orders("c 2024-02-05 placed 4"), "fact_order.sales.last_night warn 1"},
		"the same rows in another file change nothing":  {january, orders("b 2024-01-06 placed 10", "a 2024-01-05 placed 10"), ""},
		"a month that is gone has lost all that it had": {february, "", "fact_order.sales.last_night warn 1"},
	} {
		t.Run(name, func(t *testing.T) {
			now := map[string]string{january: before[january], february: before[february]}
			if now[c.month] = c.rows; c.rows == "" {
				delete(now, c.month)
			}
			_, findings := twoNights(t, "2024-02-10", "2024-02-16", before, now, nil)
			if got := failed(findings); got != c.found {
				t.Errorf("found %q, want %q", got, c.found)
			}
		})
	}
}

func TestTotalsAreNotComparedAcrossVersionsOfAModel(t *testing.T) {
	before := map[string]string{january: orders("a 2024-01-05 placed 10")}
	after := map[string]string{january: orders("a 2024-01-05 placed 1")}
	_, findings := twoNights(t, "2024-02-10", "2024-02-16", before, after, func(n *Night) { n.Manifest.Models["fact_order"].Fingerprint = "another" })
	if got := failed(findings); got != "" {
		t.Errorf("found %q", got)
	}
}

func TestNewDaysAreHeldAgainstTheComparableDay(t *testing.T) {
	lastYear := map[string]string{"2023-01-01": orders("a 2023-01-03 placed 50", "b 2023-01-04 placed 50")} // of 2 and 3 January 2024
	for name, c := range map[string]struct {
		rows, found string
	}{
		"a day without sales":          {orders("c 2024-01-02 placed 50"), "fact_order.rows.comparable_day warn 1\nfact_order.sales.comparable_day warn 1"},
		"a day with hardly any":        {orders("c 2024-01-02 placed 50", "d 2024-01-03 placed 9"), "fact_order.sales.comparable_day warn 1"},
		"days like those of last year": {orders("c 2024-01-02 placed 40", "d 2024-01-03 placed 60"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			now := map[string]string{january: c.rows, "2023-01-01": lastYear["2023-01-01"]}
			_, findings := twoNights(t, "2024-01-01", "2024-01-03", lastYear, now, nil)
			if got := failed(findings); got != c.found {
				t.Errorf("found %q, want %q", got, c.found)
			}
		})
	}
}

func TestStatesMoveOnlyAsTheyMay(t *testing.T) {
	before := map[string]string{january: orders("a 2024-01-05 placed 1", "b 2024-01-06 delivered 1", "c 2024-01-07 cancelled 1")}
	after := map[string]string{january: orders("a 2024-01-05 cancelled 1", "b 2024-01-06 returned 1", "c 2024-01-07 delivered 1")}
	n, findings := twoNights(t, "2024-02-10", "2024-02-11", before, after, nil)
	if got := failed(findings); got != "fact_order.status.moves warn 1" {
		t.Fatalf("found %q", got)
	}
	rows := ask(t, n.building(n.Manifest.Warehouse), "select row from nightjar.audit_row where test = 'status.moves'")
	if want := `{"order_id":"c","month":"2024-01-01","last_night":"cancelled","tonight":"delivered"}`; rows != want {
		t.Errorf("kept %s, want %s", rows, want)
	}
	_, findings = twoNights(t, "2024-02-10", "2024-02-11", before, after, func(n *Night) {
		n.Moves = map[string]models.Moves{"fact_order.status": {"delivered": {}}}
		n.Audits = map[string]string{"fact_order.status.moves": "block"}
	})
	if got := failed(findings); got != "fact_order.status.moves block 1" {
		t.Errorf("with a project's own moves: %q", got)
	}
}

func TestAValueLiesInItsRange(t *testing.T) {
	good := map[string]string{january: orders("a 2024-01-05 placed 0", "b 2024-01-05 placed 100")}
	bad := map[string]string{january: orders("a 2024-01-05 placed 0", "b 2024-01-05 placed 100", "c 2024-01-05 placed 100.5", "d 2024-01-05 placed -1")}
	if _, findings := twoNights(t, "2024-02-10", "2024-02-11", good, good, nil); failed(findings) != "" {
		t.Errorf("found %q", failed(findings))
	}
	_, findings := twoNights(t, "2024-02-10", "2024-02-11", good, bad, func(n *Night) { n.LastNight = 0 })
	if got := failed(findings); got != "fact_order.amount.range block 2" {
		t.Errorf("found %q", got)
	}
}

func TestASourceThatFallsSilentIsNotFresh(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	n.ExpectDays = map[string]int{"till": 1}
	w.build(n)
	if got := failed(w.audit(n)); got != "till.freshness warn 0" {
		t.Errorf("found %q", got)
	}
	n.Audits = map[string]string{"till.freshness": "block"}
	err := Publish(t.Context(), n, w.audit(n))
	if !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "till.freshness: it has not given anything yet; if that is right tonight, run `nightjar run --accept till.freshness --reason '…'`") {
		t.Errorf("got %v", err)
	}
	n.Accepted = map[string]string{"till.freshness": "it opens tomorrow"}
	if got := status(w.audit(n), "till.freshness"); got != "accepted" {
		t.Errorf("it is %s", got)
	}
	n.Audits = map[string]string{"till.freshness": "off"}
	if got := status(w.audit(n), "till.freshness"); got != "off" {
		t.Errorf("it is %s", got)
	}
}
