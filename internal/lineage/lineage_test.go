package lineage_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/internal/lineage"
)

// The relations of the examples: sale (id, customer, shop, amount, cost, day) and
// shop (shop, city), stamp (id, seen).
func base(_, name string) ([]string, bool) {
	columns := map[string]string{"sale": "id customer shop amount cost day", "shop": "shop city", "stamp": "id seen"}[name]
	return strings.Fields(columns), columns != ""
}

func open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Each example is a query and the lineage of its columns: "column ← made of | decides",
// then a line `rows` with what decides which rows there are.
func TestLineageByExample(t *testing.T) {
	db := open(t)
	for _, c := range []struct{ name, query, want string }{
		{"a column, renamed", `select amount as worth from sale`, `worth ← sale.amount`},
		{"what filters, joins and groups decides rows and is no value", `
			select s.customer, sum(s.amount) as total from sale as s join shop as p on p.shop = s.shop where p.city = 'Kunming' group by s.customer`, `
			customer ← sale.customer
			total ← sale.amount
			rows: sale.customer sale.shop shop.city shop.shop`},
		{"through CTEs with names of their own", `
			with a(x, y) as (select id, amount - cost from sale), b as (select x, y as z from a) select z from b`, `z ← sale.amount sale.cost`},
		{"a name without a relation is found by the relations' columns", `select amount, city from sale, shop`, `
			amount ← sale.amount
			city ← shop.city`},
		{"a column that a join uses is the left side's; of a full join, both sides'", `
			select shop from sale left join shop using (shop)
			union all select shop from sale full join shop using (shop)`, `
			shop ← sale.shop shop.shop
			rows: sale.shop shop.shop`},
		{"a star with its exclusions and replacements", `
			select * exclude (day, id) replace (amount - cost as amount) rename (customer as who) from sale`, `
			who ← sale.customer
			shop ← sale.shop
			amount ← sale.amount sale.cost
			cost ← sale.cost`},
		{"a union is made of both branches, by place or by name", `
			select id, amount as n from sale union all select id, seen from stamp
			union all by name select cost as n, id from sale`, `
			id ← sale.id stamp.id
			n ← sale.amount sale.cost stamp.seen`},
		{"the condition of a case or of a filter decides", `
			select case when cost > 0 then amount end as a, sum(amount) filter (where day is null) as b from sale`, `
			a ← sale.amount | sale.cost
			b ← sale.amount | sale.day`},
		{"the window of a sum decides, that of a rank is what it is made of", `
			select sum(amount) over (partition by shop order by day) as running, rank() over (partition by shop order by amount desc) as place from sale`, `
			running ← sale.amount | sale.day sale.shop
			place ← sale.amount | sale.shop`},
		{"a named window is resolved where it is used", `select lag(amount) over w as before from sale window w as (order by day)`, `before ← sale.amount | sale.day`},
		{"counting rows is made of the rows of what makes them", `
			select count(*) as n from sale left join shop using (shop)`, `
			n ← sale.*
			rows: sale.shop shop.shop`},
		{"a subquery is a value; what it filters decides", `
			select (select max(city) from shop where shop.shop = sale.shop) as city from sale where exists (select 1 from stamp where stamp.id = sale.id)`, `
			city ← shop.city | sale.shop shop.shop
			rows: sale.id stamp.* stamp.id`},
		{"a lateral join sees the left side", `select u.twice from sale, lateral (select 2 * amount as twice) as u`, `twice ← sale.amount`},
		{"an alias is used within its own select", `select amount - cost as margin, margin / amount as share from sale`, `
			margin ← sale.amount sale.cost
			share ← sale.amount sale.cost`},
		{"unnest, in the list and after from", `
			with l as (select list(id) as ids, list(amount) as amounts from sale) select unnest(ids) as id, u.a from l, unnest(l.amounts) as u(a)`, `
			id ← sale.id
			a ← sale.amount
			rows: sale.amount`},
		{"a field of a struct is made of its own value; the others decide which", `
			with l as (select max({day: day, amount: amount}) as latest from sale) select latest.amount as a, l.latest.day as d from l`, `
			a ← sale.amount | sale.day
			d ← sale.day | sale.amount`},
		{"the parameter of a lambda is an element of the list", `select list_transform(list(amount), lambda id: id + 1) as l from sale`, `l ← sale.amount`},
		{"a recursion is made of its start and its step", `
			with recursive r as (select id, amount as n from sale union all select id, n + cost from r join sale using (id)) select n from r`, `
			n ← sale.amount sale.cost
			rows: sale.id`},
		{"a semi join shows the left side alone", `select * from shop semi join sale using (shop)`, `
			shop ← shop.shop
			city ← shop.city
			rows: sale.shop shop.shop`},
		{"a constant, a variable", `select 1 as one, "variable"."as_of" as today from sale`, `
			one ←
			today ← as_of`},
		{"the order decides rows where a limit cuts them", `select id from sale order by amount limit 10`, `
			id ← sale.id
			rows: sale.amount`},
		{"grouping by all, by place, by alias", `select shop, sum(amount) as a from sale group by all`, `
			shop ← sale.shop
			a ← sale.amount
			rows: sale.shop`},
		{"one of two by a third", `select max_by(shop, day) as last from sale`, `last ← sale.shop | sale.day`},
		{"from alone is a star", `from shop`, `
			shop ← shop.shop
			city ← shop.city`},
	} {
		l, err := lineage.Of(context.Background(), db, c.query, base)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var want []string
		for line := range strings.SplitSeq(strings.TrimSpace(c.want), "\n") {
			want = append(want, strings.TrimSpace(line))
		}
		if got := written(l); got != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\n\ngot\n%s\n\nwant\n%s", c.name, c.query, got, strings.Join(want, "\n"))
		}
	}
}

func TestWhatCannotBeFollowedIsSaid(t *testing.T) {
	db := open(t)
	for query, want := range map[string]string{
		`select colour from sale`:                                     "no relation has a column colour",
		`select s.colour from sale as s`:                              "s has no column colour",
		`select a from elsewhere`:                                     "there is no relation elsewhere",
		`select max(columns('a.*')) as a from sale`:                   "COLUMNS(…) chooses columns when it runs",
		`select a from read_csv('x.csv')`:                             "what read_csv gives is known only when it runs",
		`select amount from sale where colour is not null`:            "no relation has a column colour",
		`with l as (select {a: id} as s from sale) select s.b from l`: "the struct has no field b",
	} {
		l, err := lineage.Of(context.Background(), db, query, base)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := slices.Concat(l.Columns[0].Unresolved, l.Unresolved); !slices.Contains(got, want) {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
}

func TestAPivotIsNoSelectToTheParser(t *testing.T) {
	_, err := lineage.Of(context.Background(), open(t), "pivot sale on shop using sum(amount)", base)
	if err == nil || !strings.Contains(err.Error(), "PIVOT and UNPIVOT are none") {
		t.Errorf("got %v", err)
	}
}

// written is a lineage as the examples spell it.
func written(l *lineage.Lineage) string {
	var lines []string
	for _, c := range l.Columns {
		line := strings.TrimSpace(c.Name + " ← " + names(c.From))
		if len(c.Decides) > 0 {
			line += " | " + names(c.Decides)
		}
		if len(c.Unresolved) > 0 {
			line += fmt.Sprint(" ?", c.Unresolved)
		}
		lines = append(lines, line)
	}
	if len(l.Decides) > 0 {
		lines = append(lines, "rows: "+names(l.Decides))
	}
	return strings.Join(append(lines, l.Unresolved...), "\n")
}

func names(origins []lineage.Origin) string {
	var all []string
	for _, o := range origins {
		all = append(all, strings.TrimPrefix(o.Relation+"."+o.Column, "."))
	}
	return strings.Join(all, " ")
}
