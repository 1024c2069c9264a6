package trace

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nightjar/models"
)

func TestWordsAreTheColumnsOfTheRowsBelow(t *testing.T) {
	for sql, want := range map[string]string{
		"sum(net_amount)": "net_amount sum",
		"count(*) filter (where status = 'returned' and month > it.month)": "and count filter month status where",
		"s.system || ':' || s.客户":                                          "s system 客户",
		"'it''s' || kind":                                                  "kind",
	} {
		if got := strings.Join(slices.Sorted(maps.Keys(words(sql))), " "); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

func TestWhatAValueSpeaksOfGoesThroughTheRowsOwnFormulas(t *testing.T) {
	m := &models.Model{Trace: []models.Trace{{Columns: models.Formulas{
		{Column: "net_amount", SQL: "gross_amount - discount_amount"},
		{Column: "reported", SQL: "net_amount * rate"},
		{Column: "margin", SQL: "net_amount - cost"},
	}}}}
	found := meant("sum(reported)", m)
	for name, want := range map[string]bool{"gross_amount": true, "discount_amount": true, "rate": true, "cost": false} {
		if found[name] != want {
			t.Errorf("%s: %t", name, found[name])
		}
	}
}

func TestAKeyIsGivenInOrderOrByName(t *testing.T) {
	m := &models.Model{Name: "fact_x", Grain: []string{"system", "document_id", "month"}, Columns: models.Columns{
		{Name: "system", Type: "string"}, {Name: "document_id", Type: "string"}, {Name: "month", Type: "date"},
	}}
	const all = `true and "system" = try_cast('pos' as VARCHAR) and "document_id" = try_cast('a=''b' as VARCHAR) and "month" = try_cast('2024-01-01' as DATE)`
	for _, c := range []struct {
		key  string
		want string
	}{
		{"pos a='b 2024-01", all},
		{"month=2024-01-01 pos a='b", all},
		{"document_id=a='b 2024-01 system=pos", `true and "system" = try_cast('pos' as VARCHAR) and "document_id" = try_cast('a=''b' as VARCHAR) and "month" = try_cast('2024-01-01' as DATE)`},
		{"system=pos", `true and "system" = try_cast('pos' as VARCHAR)`},
		{"a b c d", ""},
	} {
		got, err := keyed(m, strings.Split(c.key, " "))
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %s, %v", c.key, got, err)
		}
	}
}
