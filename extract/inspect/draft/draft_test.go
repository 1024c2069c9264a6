package draft

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"nightjar/extract/inspect/propose"
	"nightjar/internal/config"
	"nightjar/models"
)

// Any text is read back from YAML as it was, whatever is in it; where nightjar.yaml
// looks for variables, dollars are doubled.
func TestScalarsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"yes", "null", "1", "01", "-", "- a", "a: b", "a #b", "it's", `"q"`, `\d+`, "订单编号", "a\tb", "{x}", "[x]", "*", "${HOME}", "$$", "#", "%Y-%m-%d", "a:", "? b", "2024-01-31", "1e3", "-0", "-1.5", "-x", "~", "'x'", "|", ">", "@a", "`b`", " a "})).Draw(t, "value")
		if strings.ContainsRune(value, '\uFFFD') || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 }) {
			t.Skip("YAML has no such characters")
		}
		for _, text := range []string{"key: " + block(value), "key: {sql: " + flow(value) + "}", "key: [" + flow(value) + ", x]"} {
			var read map[string]any
			if err := yaml.Unmarshal([]byte(text), &read); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			got := read["key"]
			switch inner := got.(type) {
			case map[string]any:
				got = inner["sql"]
			case []any:
				got = inner[0]
			}
			if got != dollars(value) {
				t.Fatalf("%q is read back from %s as %v", value, text, got)
			}
		}
	})
}

const column = "columns: {document_id: no, line_no: line, business_date: day, quantity: qty, gross_amount: amount}"

func aSource(name string) *Source {
	p := &propose.Proposal{Input: "sale_line", Mode: "append"}
	for _, c := range []string{"document_id", "line_no", "business_date", "quantity", "gross_amount"} {
		p.Columns = append(p.Columns, propose.Mapped{Column: c, SQL: c, Why: "by its name"})
	}
	return &Source{Name: name, System: "web", Files: []string{"web.csv"}, Read: config.Source{Format: "csv", CSV: config.CSV{Delimiter: ",", Quote: `"`}}, Formats: config.Formats{Decimal: "."}, Proposals: []*propose.Proposal{p}}
}

func TestASourceIsAddedBehindTheOthers(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	env := func(string) (string, bool) { return "", false }
	till := "  till:\n    system: pos\n    files: till.csv\n    maps: {sale_line: {" + column + "}}\n"
	for _, c := range []struct{ what, before, want, problem string }{
		{"at the end", "currency: EUR\nsources:\n" + till, "currency: EUR\nsources:\n" + till + "\n  web:\n", ""},
		{"without a last line end", strings.TrimRight("currency: EUR\nsources:\n"+till, "\n"), till + "\n  web:\n", ""},
		{"before the next section and its comment", "currency: EUR\nsources:\n" + till + "\n# how long\nkeep: 2\n", till + "\n  web:\n", ""},
		{"with a comment at its end", "currency: EUR\nsources:   # ours\n" + till + "  # the last\nkeep: 2\n", till + "  # the last\n\n  web:\n", ""},
		{"of four blanks", "currency: EUR\nsources:\n" + strings.ReplaceAll(till, "  ", "    "), "\n    web:\n      system: web", ""},
		{"where there is none", "currency: EUR\n", "currency: EUR\n\nsources:\n  web:\n", ""},
		{"of a name that is there", "currency: EUR\nsources:\n" + strings.ReplaceAll(till, "till:", "web:"), "", "there is a source web already: choose another with --name"},
		{"on one line", "currency: EUR\nsources: {till: {system: pos, files: till.csv, maps: {sale_line: {" + column + "}}}}\n", "", "its sources stand on one line"},
		{"to what is wrong", "curency: EUR\n", "", "mend what is there first"},
	} {
		path := filepath.Join(t.TempDir(), "nightjar.yaml")
		if err := os.WriteFile(path, []byte(c.before), 0o640); err != nil {
			t.Fatal(err)
		}
		err := Insert(path, []*Source{aSource("web")}, env, catalog)
		after, readErr := os.ReadFile(path)
		if readErr != nil {
			t.Fatal(readErr)
		}
		switch {
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem) || string(after) != c.before):
			t.Errorf("%s: %v, and\n%s", c.what, err, after)
		case c.problem == "" && (err != nil || !strings.Contains(string(after), c.want)):
			t.Errorf("%s: %v, and\n%s", c.what, err, after)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: its permissions changed: %v", c.what, info.Mode())
		}
	}
}
