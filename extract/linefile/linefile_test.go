package linefile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"nightjar/extract/delivered"
	"nightjar/extract/linefile"
	"nightjar/extract/record"
)

// read gives each record as its fields joined by |, or as !rule; then the footer.
func read(t *testing.T, text string, o linefile.Options, encoding string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := linefile.Open(delivered.File{Path: path, Encoding: encoding}, o)
	if err != nil {
		return []string{strings.ReplaceAll(err.Error(), path, "file.txt")}
	}
	defer f.Close()
	got := []string{strings.Join(f.Columns(), "|")}
	var r record.Record
	for {
		r = record.Record{}
		err := f.Next(&r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(got, strings.ReplaceAll(err.Error(), path, "file.txt"))
		}
		if r.Rule != "" {
			got = append(got, "!"+r.Rule)
			continue
		}
		var fields []string
		for _, field := range r.Fields {
			fields = append(fields, string(field))
		}
		got = append(got, strings.Join(fields, "|"))
	}
	for _, line := range f.Footer() {
		got = append(got, "footer: "+line)
	}
	return got
}

func TestLinesBecomeRecords(t *testing.T) {
	aligned := linefile.Options{Cut: linefile.Cut{Blanks: true}, Columns: []string{"id", "on", "amount"}}
	header := linefile.Options{Cut: linefile.Cut{Blanks: true}, Header: true, Skip: 1, Comment: '#', Footer: 1}
	fixed := linefile.Options{Columns: []string{"id", "name", "n"}, Cut: linefile.Cut{Widths: []linefile.Width{{0, 3}, {3, 7}, {7, 9}}}}
	trimmed, open := fixed, fixed
	trimmed.Cut.Trimmed = true
	open.Cut.Widths = []linefile.Width{{0, 3}, {3, 7}, {7, 0}}
	for name, c := range map[string]struct {
		text string
		o    linefile.Options
		want []string
	}{
		"blanks stand between fields": {"  1  19970101   11.77\r\n 2\t19970112 12\r\n\r\n", aligned, []string{"id|on|amount", "1|19970101|11.77", "2|19970112|12"}},
		"a line of too few fields":    {"1 19970101\n2 19970112 12\n", aligned, []string{"id|on|amount", "!ragged", "2|19970112|12"}},
		"a last line without an end":  {"1 a 2", aligned, []string{"id|on|amount", "1|a|2"}},
		"lone carriage returns":       {"1 a 2\r3 b 4\r", aligned, []string{"id|on|amount", "1|a|2", "3|b|4"}},
		"the end mark of DOS":         {"1 a 2\r\n\x1a", aligned, []string{"id|on|amount", "1|a|2"}},
		"what is no record":           {"Report of May\n# by till\nid amount\n1 2\n# noon\n3 4\nTOTAL 6\n", header, []string{"id|amount", "1|2", "3|4", "footer: TOTAL 6"}},
		"no header":                   {"Report of May\n", header, []string{"reading file.txt: it is empty, without even the header that nightjar.yaml promises: ask for it again, or say header: false"}},
		"fixed widths":                {"001Anna 7\n002李明   8\n", fixed, []string{"id|name|n", "001|Anna| 7", "002|李明| 8"}},
		"a line that is cut off":      {"001Anna 7\n002Bo\n", fixed, []string{"id|name|n", "001|Anna| 7", "!bad_record"}},
		"blanks left out at the end":  {"002Bo\n", trimmed, []string{"id|name|n", "002|Bo|"}},
		"text behind the last column": {"001Anna 7x\n001Anna 7 \n", fixed, []string{"id|name|n", "!bad_record", "001|Anna| 7"}},
		"a last column without width": {"001Anna as long as it likes\n", open, []string{"id|name|n", "001|Anna| as long as it likes"}},
		"marks where files join":      {"\ufeff1 a 2\n\ufeff3 b 4\n", aligned, []string{"id|on|amount", "1|a|2", "3|b|4"}},
		"a line end of another kind":  {"001Anna as\r002Bo as\n003Al well\n", open, []string{"id|name|n", "!bad_record", "003|Al w|ell"}},
		"a file shorter than its end": {"id amount\n", linefile.Options{Cut: header.Cut, Header: true, Footer: 2}, []string{"id|amount", "reading file.txt: it has 0 lines, and its footer alone should have 2, so it is cut off: ask for it again, or correct lines.footer"}},
		"more columns than any has":   {strings.Repeat("x ", 1<<16+1) + "\n", linefile.Options{Cut: header.Cut, Header: true}, []string{"reading file.txt: its header has 65537 columns, too many for one: correct the source's delimiter"}},
		"more fields than any has":    {strings.Repeat("x ", 1<<16+3) + "\n1 a 2\n", aligned, []string{"id|on|amount", "!ragged", "1|a|2"}},
		"separators alone":            {"\u3000\u3000\n\n", linefile.Options{Columns: []string{"a", "b", "c"}, Cut: linefile.Cut{Separator: "\u3000"}}, []string{"a|b|c", "||"}},
		"a separator of several":      {"1||a|b||3\n", linefile.Options{Columns: []string{"a", "b", "c"}, Cut: linefile.Cut{Separator: "||"}}, []string{"a|b|c", "1|a|b|3"}},
	} {
		if diff := cmp.Diff(c.want, read(t, c.text, c.o, "")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWidthsInBytesAreThoseOfTheFilesEncoding(t *testing.T) {
	text, err := simplifiedchinese.GB18030.NewEncoder().String("001李明  7\n002Anna 8\n")
	if err != nil {
		t.Fatal(err)
	}
	o := linefile.Options{Columns: []string{"id", "name", "n"}, Cut: linefile.Cut{
		Widths: []linefile.Width{{0, 3}, {3, 9}, {9, 0}}, Bytes: true, Decoder: simplifiedchinese.GB18030.NewDecoder(),
	}}
	if diff := cmp.Diff([]string{"id|name|n", "001|李明|7", "002|Anna 8|"}, read(t, text, o, "")); diff != "" {
		t.Error(diff)
	}
	o.Cut.Widths[1] = linefile.Width{From: 3, To: 6}
	o.Cut.Widths[2] = linefile.Width{From: 6}
	if diff := cmp.Diff([]string{"id|name|n", "!bad_record", "002|Ann|a 8"}, read(t, text, o, "")); diff != "" {
		t.Error(diff)
	}
}

func TestBytesAreNotCountedWhereALineEndIsSeveral(t *testing.T) {
	o := linefile.Options{Columns: []string{"id"}, Cut: linefile.Cut{Widths: []linefile.Width{{0, 0}}, Bytes: true, Decoder: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()}}
	if got := read(t, "a\x00\n\x00", o, ""); !strings.Contains(got[0], "unit: character") {
		t.Error(got)
	}
}

func TestTextOfAnotherEncodingIsDecoded(t *testing.T) {
	text, err := simplifiedchinese.GB18030.NewEncoder().String("1 李明\n2 王\n")
	if err != nil {
		t.Fatal(err)
	}
	o := linefile.Options{Columns: []string{"id", "name"}, Cut: linefile.Cut{Blanks: true}}
	if diff := cmp.Diff([]string{"id|name", "1|李明", "2|王", "!bad_encoding"}, read(t, text+"3 \xff\n", o, "gb18030")); diff != "" {
		t.Error(diff)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("1 2 3\n", uint8(0))
	f.Add("\xef\xbb\xbfa||b\r\n\r\n", uint8(1))
	f.Add("001Anna7\n\x00", uint8(2))
	cuts := []linefile.Cut{{Blanks: true}, {Separator: "||"}, {Widths: []linefile.Width{{0, 3}, {2, 5}, {5, 0}}}, {Widths: []linefile.Width{{0, 3}, {3, 4}}, Bytes: true, Decoder: simplifiedchinese.GB18030.NewDecoder()}}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		o := linefile.Options{Columns: []string{"a", "b", "c"}, Cut: cuts[int(which)%len(cuts)], Skip: int(which>>2) % 3, Footer: int(which>>4) % 3}
		lines := 0
		for _, line := range strings.FieldsFunc(strings.TrimPrefix(text, "\xef\xbb\xbf"), func(r rune) bool { return r == '\n' || r == '\r' }) {
			if strings.Trim(line, record.Blanks+"\x1a") != "" {
				lines++
			}
		}
		got := read(t, text, o, "")
		if strings.HasPrefix(got[len(got)-1], "reading ") {
			return
		}
		if len(got)-1 > lines {
			t.Fatalf("%d records and footers of %d lines that hold anything", len(got)-1, lines)
		}
	})
}
