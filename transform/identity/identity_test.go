package identity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func same(a, b, rule string) Link { return Link{KeyA: a, KeyB: b, Rule: rule, Same: true} }

func apart(a, b string) Link { return Link{KeyA: a, KeyB: b, Rule: "manual"} }

func TestKeysThatLinksJoinAreOneCustomer(t *testing.T) {
	for _, c := range []struct {
		name  string
		links []Link
		want  []Row
	}{
		{"no links, no rows", nil, nil},
		{
			"the smallest key names the customer",
			[]Link{same("b", "c", "phone"), same("a", "c", "email")},
			[]Row{{"a", "a", "email"}, {"b", "a", "phone"}, {"c", "a", "phone"}},
		},
		{
			"the rule is that of the link that first joined the key",
			[]Link{same("a", "b", "manual"), same("a", "b", "phone")},
			[]Row{{"a", "a", "manual"}, {"b", "a", "manual"}},
		},
		{"a pair declared apart is not joined, also where the declaration comes later", []Link{same("a", "b", "phone"), apart("b", "a")}, nil},
		{
			"nor through others: the later link is refused",
			[]Link{same("a", "b", "phone"), same("b", "c", "email"), apart("a", "c")},
			[]Row{{"a", "a", "phone"}, {"b", "a", "phone"}},
		},
		{
			"nor through the other component's others",
			[]Link{same("a", "b", "x"), same("c", "d", "x"), apart("b", "d"), same("a", "c", "y")},
			[]Row{{"a", "a", "x"}, {"b", "a", "x"}, {"c", "c", "x"}, {"d", "c", "x"}},
		},
		{"a link of a key with itself joins nothing", []Link{same("a", "a", "phone"), apart("b", "b")}, nil},
	} {
		if got := Fit(c.links); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// slow is the same fit, written so that it cannot be wrong: every key has a
// label, and a link relabels one customer's keys when no pair forbids it.
func slow(links []Link) []Row {
	label, rule := map[string]string{}, map[string]string{}
	for _, l := range links {
		label[l.KeyA], label[l.KeyB] = l.KeyA, l.KeyB
	}
	for _, l := range links {
		a, b := label[l.KeyA], label[l.KeyB]
		forbidden := slices.ContainsFunc(links, func(d Link) bool {
			x, y := label[d.KeyA], label[d.KeyB]
			return !d.Same && d.KeyA != d.KeyB && (x == a && y == b || x == b && y == a)
		})
		if !l.Same || l.KeyA == l.KeyB || a != b && forbidden {
			continue
		}
		for key := range label {
			if label[key] == a || label[key] == b {
				label[key] = min(a, b)
			}
		}
		for _, key := range []string{l.KeyA, l.KeyB} {
			if rule[key] == "" {
				rule[key] = l.Rule
			}
		}
	}
	var rows []Row
	for key := range rule {
		rows = append(rows, Row{key, label[key], rule[key]})
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.CustomerKey, b.CustomerKey) })
	return rows
}

func TestAnyLinksGiveWhatTheSlowWayGives(t *testing.T) {
	key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i"})
	link := rapid.Custom(func(t *rapid.T) Link {
		return Link{key.Draw(t, "a"), key.Draw(t, "b"), rapid.SampledFrom([]string{"phone", "email"}).Draw(t, "rule"), rapid.IntRange(0, 4).Draw(t, "same") > 0}
	})
	rapid.Check(t, func(t *rapid.T) {
		links := rapid.SliceOfN(link, 0, 25).Draw(t, "links")
		if got, want := Fit(links), slow(links); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func BenchmarkAMillionLinks(b *testing.B) {
	links := make([]Link, 1_000_000)
	for i := range links {
		links[i] = Link{fmt.Sprintf("shop:%d", i*7919%900_000), fmt.Sprintf("pos:%d", i*104729%900_000), "phone", i%50 > 0}
	}
	for b.Loop() {
		Fit(links)
	}
}
