package transform_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/models"
	"nightjar/transform"

	"pgregory.net/rapid"
)

// Properties run this often unless -rapid.checks says otherwise: each builds models.
func init() { _ = flag.Set("rapid.checks", "25") }

// A workshop builds standard models one after the other, each from the rows
// that the test gives and from those built before.
type workshop struct {
	t       testing.TB
	db      *sql.DB
	engine  *transform.Duck
	catalog *models.Catalog
	dir     string
	files   int
}

func newWorkshop(t testing.TB) *workshop {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{t: t, db: db, engine: transform.NewDuck(db, catalog), catalog: catalog, dir: t.TempDir()}
	w.engine.Fast, w.engine.Sorted = true, false
	return w
}

func (w *workshop) out() string {
	w.files++
	return filepath.Join(w.dir, fmt.Sprintf("%d.parquet", w.files))
}

// give writes rows, as SQL tuples, with the columns named.
func (w *workshop) give(columns string, rows []string) []string {
	w.t.Helper()
	if len(rows) == 0 {
		return nil
	}
	path := w.out()
	if _, err := w.db.Exec("copy (select " + columns + " from (values " + strings.Join(rows, ", ") + ") t) to " + duck.Text(path) + " (format parquet)"); err != nil {
		w.t.Fatal(err)
	}
	return []string{path}
}

func (w *workshop) build(model string, b transform.Build, asOf ...string) []string {
	w.t.Helper()
	day := append(asOf, "2024-12-31")[0]
	return w.buildAt(model, b, w.vars(day, day))
}

// vars are those of a night and of the one before it.
func (w *workshop) vars(asOf, lastAsOf string) map[string]string {
	w.t.Helper()
	vars, err := transform.Literals(map[string]any{
		"currency": "CNY", "time_zone": "UTC", "as_of": asOf, "last_as_of": lastAsOf, "identity_max_keys": maxKeys, "lapse_months": 2,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return vars
}

func (w *workshop) buildAt(model string, b transform.Build, vars map[string]string) []string {
	w.t.Helper()
	b.Model, b.Vars, b.Outs = w.catalog.Models[model], vars, []string{w.out()}
	if _, err := w.engine.Build(context.Background(), b); err != nil {
		w.t.Fatal(err)
	}
	if b.Keys != "" {
		return []string{b.Last.Rows[0], b.Keys, b.Outs[0]}
	}
	return []string{b.Outs[0]}
}

// columnsOf are the names of a model's columns.
func columnsOf(m *models.Model) string {
	names := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		names[i] = duck.Name(c.Name)
	}
	return strings.Join(names, ", ")
}

// rows are those of files as words, in order.
func (w *workshop) rows(files []string, columns string) []string {
	w.t.Helper()
	return w.words(duck.Parquet(files), columns)
}

// rowsOf are those of a model, which may be patched.
func (w *workshop) rowsOf(m *models.Model, files []string) []string {
	w.t.Helper()
	return w.words(m.Relation(files, duck.Parquet), columnsOf(m))
}

func (w *workshop) words(relation, columns string) []string {
	w.t.Helper()
	rows, err := w.db.Query("select concat_ws(' ', " + columns + ") from " + relation + " order by 1")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	found := []string{}
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			w.t.Fatal(err)
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return found
}

// maxKeys is how many keys may share a value in these tests.
const maxKeys = 3

// A company is who is known to it, and what a person said of them.
type company struct {
	customers []customer
	declared  []declaration
}

type customer struct{ id, master, card, phone, email string }

type declaration struct {
	a, b string
	same bool
}

func drawCompany(t *rapid.T) company {
	var c company
	ids := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	value := func(what string, values ...string) string {
		return rapid.SampledFrom(append(values, "", "", "")).Draw(t, what)
	}
	for _, id := range ids {
		if rapid.IntRange(0, 5).Draw(t, "known") > 0 {
			c.customers = append(c.customers, customer{
				id, value("master", "M1", "M2", "0"), value("card", "77", "78", "-"),
				value("phone", "13800000001", "+86 138-0000-0001", "13900000002", "123"), value("email", "a@x.cn", "A@X.cn", "b@x.cn", "none"),
			})
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "declarations") {
		key := rapid.SampledFrom(append(ids, "absent"))
		c.declared = append(c.declared, declaration{"shop:" + key.Draw(t, "a"), "shop:" + key.Draw(t, "b"), rapid.Bool().Draw(t, "same")})
	}
	return c
}

// reference is who is whose customer, by the rules as the guides state them,
// worked out in the plainest way.
func (c company) reference() map[string]string {
	type link struct{ a, b string }
	label := map[string]string{}
	for _, who := range c.customers {
		label["shop:"+who.id] = "shop:" + who.id
	}
	for _, d := range c.declared {
		label[d.a], label[d.b] = d.a, d.b
	}
	apart, byHand := map[link]bool{}, map[link]bool{}
	for _, d := range c.declared {
		if pair := (link{min(d.a, d.b), max(d.a, d.b)}); d.same {
			byHand[pair] = true
		} else {
			apart[pair] = d.a != d.b
		}
	}
	var ordered []link
	add := func(links map[link]bool) {
		inOrder := func(x, y link) int { return strings.Compare(x.a+" "+x.b, y.a+" "+y.b) }
		ordered = append(ordered, slices.SortedFunc(maps.Keys(links), inOrder)...)
	}
	add(byHand)
	for _, form := range []func(customer) string{
		func(c customer) string { return strings.Trim(c.master, "0") },
		func(c customer) string { return strings.Trim(c.card, "-") },
		func(c customer) string {
			digits := strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "").Replace(c.phone), "+86")
			return map[bool]string{true: digits}[len(digits) == 11]
		},
		func(c customer) string {
			return map[bool]string{true: strings.ToLower(c.email)}[strings.Contains(c.email, "@")]
		},
	} {
		sharing := map[string][]string{}
		for _, who := range c.customers {
			if value := form(who); value != "" {
				sharing[value] = append(sharing[value], "shop:"+who.id)
			}
		}
		links := map[link]bool{}
		for _, keys := range sharing {
			for _, a := range keys {
				for _, b := range keys {
					if len(keys) <= maxKeys && a < b {
						links[link{a, b}] = true
					}
				}
			}
		}
		add(links)
	}
	for _, l := range ordered {
		a, b := label[l.a], label[l.b]
		forbidden := apart[l]
		for pair, is := range apart {
			x, y := label[pair.a], label[pair.b]
			forbidden = forbidden || is && (x == a && y == b || x == b && y == a)
		}
		if forbidden {
			continue
		}
		for key := range label {
			if label[key] == a || label[key] == b {
				label[key] = a
			}
		}
	}
	// The id is the smallest key that is known.
	least, ids := map[string]string{}, map[string]string{}
	for _, who := range c.customers {
		key := "shop:" + who.id
		if old, known := least[label[key]]; !known || key < old {
			least[label[key]] = key
		}
	}
	for _, who := range c.customers {
		ids["shop:"+who.id] = least[label["shop:"+who.id]]
	}
	return ids
}

// identify builds the map with the models; the rows lie in the order given.
func (w *workshop) identify(c company) map[string]string {
	var customers, declared []string
	for i, who := range c.customers {
		null := func(text string) string { return "nullif(" + duck.Text(text) + ", '')" }
		customers = append(customers, fmt.Sprintf("(%s, %s, %s, %s, %s, %d)", duck.Text(who.id), null(who.master), null(who.card), null(who.phone), null(who.email), i))
	}
	for _, d := range c.declared {
		declared = append(declared, fmt.Sprintf("(%s, %s, %v)", duck.Text(d.a), duck.Text(d.b), d.same))
	}
	inputs := map[string][]string{
		"customer":      w.give("'shop' as system, col0 as customer_id, date '2024-01-01' as valid_from, col1 as master_id, col2 as member_card, col3 as phone, col4 as email, 1 as delivery_id, col5 as source_row", customers),
		"identity_link": w.give("col0 as key_a, col1 as key_b, col2 as same", declared),
	}
	values := w.build("step_contact_value", transform.Build{Inputs: inputs})
	match := w.build("dim_customer_match", transform.Build{Inputs: inputs, Refs: map[string][]string{"step_contact_value": values}})
	link := w.build("dim_customer_link", transform.Build{Refs: map[string][]string{"dim_customer_match": match}})
	identity := w.build("dim_customer_identity", transform.Build{Inputs: inputs, Refs: map[string][]string{"dim_customer_link": link}})
	ids := map[string]string{}
	for _, row := range w.rows(identity, "customer_key, customer_id") {
		key, id, _ := strings.Cut(row, " ")
		ids[key] = id
	}
	return ids
}

func TestCustomersAreOneByTheRulesInAnyOrderOfRows(t *testing.T) {
	w := newWorkshop(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawCompany(t)
		want := c.reference()
		if got := w.identify(c); !maps.Equal(got, want) {
			t.Fatalf("%+v gives\n%v, not\n%v", c, got, want)
		}
		shuffled := company{rapid.Permutation(c.customers).Draw(t, "order"), rapid.Permutation(c.declared).Draw(t, "order of pairs")}
		if got := w.identify(shuffled); !maps.Equal(got, want) {
			t.Fatalf("in another order %+v gives\n%v, not\n%v", shuffled, got, want)
		}
		for _, d := range c.declared {
			if id, known := want[d.a]; !d.same && known && d.a != d.b && id == want[d.b] {
				t.Fatalf("%s and %s are one", d.a, d.b)
			}
		}
	})
}

// A chronicle is what the nights leave behind: the map of the last one, and
// which customers keys once were.
type chronicle struct {
	identity, past []string
}

// night publishes a map, key → customer, and returns old id → customer now.
func (w *workshop) night(h *chronicle, day int, ids map[string]string) []string {
	var rows []string
	for _, key := range slices.Sorted(maps.Keys(ids)) {
		rows = append(rows, fmt.Sprintf("(%s, %s)", duck.Text(key), duck.Text(ids[key])))
	}
	identity := w.give("col0 as customer_key, col1 as customer_id, 'key' as rule", rows)
	refs := map[string][]string{"dim_customer_identity": identity}
	past := w.build("dim_customer_id_past", transform.Build{
		Refs: refs, Previous: map[string][]string{"dim_customer_identity": h.identity, "dim_customer_id_past": h.past},
	}, fmt.Sprintf("2024-01-%02d", day))
	refs["dim_customer_id_past"] = past
	change := w.build("dim_customer_id_change", transform.Build{Refs: refs})
	h.identity, h.past = identity, past
	return w.rows(change, "old_customer_id, '→', customer_id, 'since', strftime(changed_on, '%d'), if(is_still_used, 'split', 'gone')")
}

func TestAnOlderVersionsRowsAreReadWithTheColumnsOfToday(t *testing.T) {
	w := newWorkshop(t)
	now := w.give("col0 as customer_key, col1 as customer_id, 'key' as rule", []string{"('a', 'a')", "('b', 'a')"})
	older := w.give("col0 as customer_key, col1 as customer_id", []string{"('b', 'b')"})
	past := w.build("dim_customer_id_past", transform.Build{
		Refs:     map[string][]string{"dim_customer_identity": now},
		Previous: map[string][]string{"dim_customer_id_past": older},
	})
	if got := w.rows(past, "customer_key, customer_id, coalesce(changed_on::varchar, 'at some time')"); !slices.Equal(got, []string{"b b at some time"}) {
		t.Error(got)
	}
}

func TestOldIdsLeadToTodaysCustomer(t *testing.T) {
	for _, c := range []struct {
		name   string
		nights []map[string]string
		want   []string
	}{
		{"a first night has no old ids", []map[string]string{{"a": "a", "b": "b"}}, nil},
		{"a night like the one before has none", []map[string]string{{"a": "a", "b": "a"}, {"a": "a", "b": "a"}}, nil},
		{"a merge", []map[string]string{{"a": "a", "b": "b"}, {"a": "a", "b": "a"}}, []string{"b → a since 02 gone"}},
		{"nights later still", []map[string]string{{"a": "a", "b": "b"}, {"a": "a", "b": "a"}, {"a": "a", "b": "a", "c": "c"}}, []string{"b → a since 02 gone"}},
		{"a split", []map[string]string{{"a": "a", "b": "a"}, {"a": "a", "b": "b"}}, []string{"a → b since 02 split"}},
		{"a split of which the id's own key is gone", []map[string]string{{"a": "a", "b": "a"}, {"b": "b"}}, []string{"a → b since 02 gone"}},
		{"a merge that is taken back", []map[string]string{{"a": "a", "b": "b"}, {"a": "a", "b": "a"}, {"a": "a", "b": "b"}}, []string{"a → b since 03 split"}},
		{"and made again", []map[string]string{{"a": "a", "b": "b"}, {"a": "a", "b": "a"}, {"a": "a", "b": "b"}, {"a": "a", "b": "a"}}, []string{"b → a since 04 gone"}},
		{
			"a chain of merges: old, older, now",
			[]map[string]string{{"a": "a", "b": "b", "c": "c"}, {"a": "a", "b": "b", "c": "b"}, {"a": "a", "b": "a", "c": "a"}},
			[]string{"b → a since 03 gone", "c → a since 02 gone"},
		},
		{
			"a key moves to another customer",
			[]map[string]string{{"a": "a", "b": "a", "c": "c"}, {"a": "a", "b": "b", "c": "b"}},
			[]string{"a → b since 02 split", "c → b since 02 gone"},
		},
		{"a smaller key comes to a customer", []map[string]string{{"b": "b", "c": "b"}, {"a": "a", "b": "a", "c": "a"}}, []string{"b → a since 02 gone"}},
		{"a key that stays away for a night", []map[string]string{{"a": "a", "b": "a"}, {"a": "a"}, {"a": "a", "b": "a"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, h, got := newWorkshop(t), &chronicle{}, []string(nil)
			for i, ids := range c.nights {
				got = w.night(h, i+1, ids)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if again := w.night(h, len(c.nights)+1, c.nights[len(c.nights)-1]); !slices.Equal(again, got) {
				t.Errorf("a full rebuild of the last night gives %v", again)
			}
		})
	}
}

// What is known of old ids after some nights is what all those nights together
// say: key and customer of any night, where they are no longer so now.
func TestOldIdsAreThoseOfAllPublishedNights(t *testing.T) {
	w := newWorkshop(t)
	rapid.Check(t, func(t *rapid.T) {
		h, once := &chronicle{}, map[string]map[string]bool{}
		for day := range rapid.IntRange(1, 4).Draw(t, "nights") {
			ids := map[string]string{}
			least := map[int]string{}
			for _, key := range []string{"a", "b", "c", "d"} {
				group := rapid.IntRange(0, 4).Draw(t, "group of "+key)
				if group == 4 {
					continue // not seen tonight
				}
				if least[group] == "" {
					least[group] = key
				}
				ids[key] = least[group]
			}
			want := map[string]bool{}
			for key, olds := range once {
				for old := range olds {
					if now, seen := ids[key]; seen && now != old {
						want[old+" → "+now] = true
					}
				}
			}
			got := map[string]bool{}
			for _, row := range w.night(h, day+1, ids) {
				change, _, _ := strings.Cut(row, " since")
				got[change] = true
			}
			if !maps.Equal(got, want) {
				t.Fatalf("night %d, %v: got %v, want %v", day, ids, got, want)
			}
			for key, id := range ids {
				if once[key] == nil {
					once[key] = map[string]bool{}
				}
				once[key][id] = true
			}
		}
	})
}
