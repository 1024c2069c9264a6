package sniff

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/extract/delivered"
	"nightjar/extract/inspect/doubt"
)

// sniffed looks into a file of that content, and names what it found.
func sniffed(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	desk := doubt.NewDesk(nil, nil)
	known := func(name string) bool { return name == "id" || name == "name" || name == "amount" }
	f, err := Sniff(context.Background(), delivered.File{Path: path}, Options{Desk: desk, Known: known, Temp: t.TempDir()})
	if err != nil {
		return strings.ReplaceAll(err.Error(), path, name)
	}
	s := f.Source
	found := s.Format
	switch s.Format {
	case "csv":
		found += fmt.Sprintf(" %q %s%s", s.CSV.Delimiter, s.CSV.Quote, s.CSV.Escape)
		if !s.CSV.HasHeader() {
			found += " no header"
		}
	case "json":
		found += fmt.Sprintf(" %q %q", s.JSON.Records, f.Tables)
	case "fixed":
		for _, c := range s.Fixed.Columns {
			found += fmt.Sprintf(" %s@%d+%d", c.Name, c.From, c.Width)
		}
	}
	if s.Lines.Skip+s.Lines.Footer > 0 || s.Lines.Comment != "" {
		found += fmt.Sprintf(" lines %d %q %d", s.Lines.Skip, s.Lines.Comment, s.Lines.Footer)
	}
	for _, q := range desk.Open() {
		found += " asks " + q.Key
	}
	return found
}

func TestAFilesFormatIsFound(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"commas", "id,name\n1,a\n2,b\n", `csv "," "`},
		{"semicolons, with commas before decimals", "id;amount;rate\n1;1,5;2,5\n2;2,5;3,5\n", `csv ";" "`},
		{"tabs", "id\tname\n1\ta b\n2\tc d\n", `csv "\t" "`},
		{"pipes, two of them", "id||name\n1||a\n2||b\n", `csv "||" `},
		{"commas within quotes", "id,name\n1,\"a, b\"\n2,\"c, d\"\n", `csv "," "`},
		{"line ends within quotes", "id,name\n1,\"a\nb\"\n2,\"c\nd\"\n", `csv "," "`},
		{"apostrophes for quotes", "id,name\n1,'a, b'\n2,'c, d'\n", `csv "," '`},
		{"quotes that stand for themselves", "id;name\n1;5\" disk\n2;\"3\" disk\n3;7\" disk\n", `csv ";" `},
		{"quotes behind backslashes", `id,name` + "\n" + `1,"a \"b\", c"` + "\n" + `2,"d"` + "\n", `csv "," "\`},
		{"a title above", "Report\n2024-01-31\n\nid;name;amount\n1;a;2\n2;b;3\n", `csv ";" " lines 3 "" 0`},
		{"a total below", "id;name;amount\n1;a;2\n2;b;3\nTotal;;5\n", `csv ";" " lines 0 "" 1`},
		{"comments", "# x\nid;name\n1;a\n# y\n2;b\n", `csv ";" " lines 0 "#" 0`},
		{"numbers from the first line on", "1,2.5\n2,3.5\n3,1.5\n", `csv "," " no header`},
		{"words that tell nothing", "red,round\ngreen,square\nblue,flat\n", `csv "," " no header asks header`},
		{"old Macintosh", "id,name\r1,a\r2,b\r", `csv "," "`},
		{"blanks", " id  amount\n 01   1.50\n 02  10.25\n", "aligned"},
		{"one column", "id\n1\n2\n3\n", `csv "," "`},
		{"fixed width", "0001Anna  12.50\n0002Bo     1.00\n0003Cy Li  0.50\n", "fixed column_1@1+4 column_2@5+6 column_3@11+0"},
		{"a list of objects", `[{"a": 1, "b": [{"c": 2}]}, {"a": 2}]`, `json "" ["" "b"]`},
		{"an object a line", "{\"a\": 1}\n{\"a\": 2}\n", `json "" [""]`},
		{"a list within", `{"n": 2, "rows": [{"a": 1}, {"a": 2}]}`, `json "rows" [""]`},
		{"a POSLog", `<?xml version="1.0"?><POSLog><Transaction/></POSLog>`, "poslog"},
		{"other XML", `<?xml version="1.0"?><orders/>`, "reading file: it is XML, but no POSLog: of XML, Nightjar reads POSLogs alone; have the data delivered as CSV or JSON"},
		{"nothing", "", "reading file: it is empty"},
		{"a PDF", "%PDF-1.7 …", "reading file: it is a PDF document: ask for the data that it was made of"},
		{"an old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "reading file: it is an old Excel workbook (.xls), or a document of another program: save it as .xlsx, or as CSV"},
		{"no text", "ab\x02\x03\x04\x05\x06\x07\x08 c\n", "reading file: it is of no format that Nightjar reads: its beginning holds 7 control characters, as no text does"},
	} {
		if got := sniffed(t, "file", c.text); got != c.want {
			t.Errorf("%s: %s, not %s", c.what, got, c.want)
		}
	}
}

// No file makes the sniffer panic, or takes it long.
func FuzzSniff(f *testing.F) {
	for _, text := range []string{"id,name\n1,\"a\"\n", "a;b;c\n1,5;2;\"x\n", " 1  2\n", "[{\"a\":[{", "<POSLog>", "\xff\xfea\x00", "PK\x03\x04xl/", "\xc4\xe3\xba\xc3,\xca\xc0\n", "Summe;1\n", "'\"\\,\t|"} {
		f.Add([]byte(text), uint8(0))
	}
	f.Fuzz(func(t *testing.T, text []byte, times uint8) {
		for range times % 12 {
			if len(text) < 1<<20 {
				text = append(text, text...)
			}
		}
		start := time.Now()
		sniffed(t, "file", string(text))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%d bytes took %s", len(text), took)
		}
	})
}
