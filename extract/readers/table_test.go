package readers_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/config"
)

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shown are a table's records, its columns first, with | between fields.
func shown(t *testing.T, table readers.Table) string {
	t.Helper()
	opened, err := table.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	lines := []string{strings.Join(opened.Columns(), "|")}
	for {
		var r record.Record
		err := opened.Next(&r)
		if errors.Is(err, io.EOF) {
			return strings.Join(lines, "\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, field := range r.Fields {
			fields = append(fields, string(field))
		}
		lines = append(lines, strings.Join(fields, "|"))
	}
}

func TestATableIsReadAsItsSourceSays(t *testing.T) {
	no := false
	widths := []config.Width{{Name: "name", Width: 4}, {Name: "size", Width: 2}, {Name: "rest", From: 9}}
	for name, c := range map[string]struct {
		source         config.Source
		encoding, from string
		text, want     string
	}{
		"several characters between fields": {
			source: config.Source{Format: "csv", CSV: config.CSV{Delimiter: "||"}},
			text:   "a||b\n1||2\n", want: "a|b\n1|2",
		},
		"no header, lines before and behind, comments": {
			source: config.Source{Format: "csv", CSV: config.CSV{Delimiter: "::", Header: &no, Columns: []string{"a", "b"}}, Lines: config.Lines{Skip: 1, Comment: "#", Footer: 1}},
			text:   "till 7\n#\n1::2\nTOTAL::2\n", want: "a|b\n1|2",
		},
		"blanks between fields": {
			source: config.Source{Format: "aligned", Aligned: config.Aligned{Columns: []string{"a", "b"}}},
			text:   "1   2\n", want: "a|b\n1|2",
		},
		"a column begins where the one before ends": {
			source: config.Source{Format: "fixed", Fixed: config.Fixed{Columns: widths, Unit: "character"}},
			text:   "Käse12..fine\n", want: "name|size|rest\nKäse|12|fine",
		},
		"lines that end early": {
			source: config.Source{Format: "fixed", Fixed: config.Fixed{Columns: widths[:2], Unit: "character", Trimmed: true}},
			text:   "Käse\n", want: "name|size\nKäse|",
		},
		"places counted in the bytes of the encoding": {
			source: config.Source{Format: "fixed", Fixed: config.Fixed{Columns: widths, Unit: "byte"}}, encoding: "gb18030",
			text: "\xc4\xcc\xc0\xd212..fine\n", want: "name|size|rest\n奶酪|12|fine",
		},
		"a list within the records of a JSON file": {
			source: config.Source{Format: "json", JSON: config.JSON{Records: "data", Columns: []string{"note"}}}, from: "lines",
			text: `{"data": [{"id": 7, "lines": [{"sku": "A"}, {"sku": "B"}]}]}`, want: "lines.#|id|lines.sku|note\n1|7|A|\n2|7|B|",
		},
	} {
		table := readers.Table{File: delivered.File{Path: file(t, c.text), Encoding: c.encoding}, Source: &c.source, From: c.from, Temp: t.TempDir()}
		if diff := cmp.Diff(c.want, shown(t, table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOneASCIICharacterBetweenFieldsIsForCSVFile(t *testing.T) {
	source := &config.Source{Format: "csv", CSV: config.CSV{Delimiter: ";", Quote: `"`, Escape: `\`}, Lines: config.Lines{Skip: 2, Comment: "#", Footer: 1}}
	table := readers.Table{File: delivered.File{Path: file(t, "\n\na;b\n1;2\n3;4\nend;\n")}, Source: source}
	want := csvfile.Dialect{Delimiter: ';', Quote: '"', Escape: '\\', Header: true, Skip: 2, Comment: '#', Footer: 1}
	if diff := cmp.Diff(want, table.Dialect()); diff != "" || !table.Delimited() {
		t.Error(table.Delimited(), diff)
	}
	records, err := table.Records(t.Context(), []int64{2})
	if err != nil || len(records) != 1 || records[0].Text != "3;4" {
		t.Error(records, err)
	}
	if _, err := table.Open(t.Context()); err == nil {
		t.Error("it was opened by another reader")
	}
}

func TestWhatIsNotOpenedLeavesNothingBehind(t *testing.T) {
	var packed strings.Builder
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, "no workbook"); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	for _, table := range []readers.Table{
		{File: delivered.File{Path: file(t, packed.String())}, Source: &config.Source{Format: "excel"}, Temp: temp},
		{File: delivered.File{Path: file(t, packed.String())}, Source: &config.Source{Format: "poslog"}, From: "no such table", Temp: temp},
		{File: delivered.File{Path: file(t, "")}, Source: &config.Source{Format: "parquet"}, Temp: temp},
	} {
		if _, err := table.Open(t.Context()); err == nil {
			t.Errorf("%s was opened", table.Source.Format)
		}
	}
	if left, err := os.ReadDir(temp); len(left) > 0 || err != nil {
		t.Error(left, err)
	}
}

func TestANumberIsReadAsItsSourceWritesIt(t *testing.T) {
	for _, c := range []struct{ text, decimal, thousands, want string }{
		{" 1234.50 ", "", "", "1234.50"},
		{"1.234,50", ",", ".", "1234.50"},
		{"1'234.50", ".", "'", "1234.50"},
		{"1.5", ",", "", "1x5"},
	} {
		if got := readers.Number(c.text, config.Formats{Decimal: c.decimal, Thousands: c.thousands}); got != c.want {
			t.Errorf("%q: %q, not %q", c.text, got, c.want)
		}
	}
}
