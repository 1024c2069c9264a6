package extract

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"nightjar/internal/duck"
)

// source is a project of one source that reads sale lines, with more settings.
func source(settings, columns string) string {
	return "sources:\n  till:\n    system: pos\n    files: [till.*]\n" + indent("    ", settings) + "    maps:\n      sale_line:\n" + indent("        ", columns)
}

func indent(by, text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		b.WriteString(by + line + "\n")
	}
	return b.String()
}

const plainColumns = `columns: {document_id: receipt, line_no: line, business_date: day, sku: article, gross_amount: amount, quantity: "1"}`

// saleLines are those that every format below holds.
const saleLines = `
	document_id | line_no | business_date | sku  | gross_amount | source_row
	A           | 1       | 2024-01-05    | 苹果 | 1.5000       | 1
	A           | 2       | 2024-01-05    | 梨   | 1000.0000    | 2`

func (s *shop) expectSaleLines(name string) {
	s.t.Helper()
	s.night()
	if got := s.live("sale_line", "document_id, line_no, business_date, sku, gross_amount, source_row"); cells(got) != cells(saleLines) {
		s.t.Fatalf("%s: got\n%s", name, got)
	}
}

func TestEveryTextFormatGivesTheSameRows(t *testing.T) {
	for name, c := range map[string]struct{ settings, columns, text string }{
		"a separator of several characters": {`csv: {delimiter: "||", quote: ""}`, plainColumns, "receipt||line||day||article||amount\nA||1||2024-01-05||苹果||1.5\nA||2||2024-01-05||梨||1000\n"},
		"a separator that is not ASCII":     {`csv: {delimiter: "¦", quote: ""}`, plainColumns, "receipt¦line¦day¦article¦amount\nA¦1¦2024-01-05¦苹果¦1.5\nA¦2¦2024-01-05¦梨¦1000\n"},
		"decimal comma and thousands": {
			"csv: {delimiter: \";\"}\nformats: {decimal: \",\", thousands: \".\", date: \"%d.%m.%Y\"}", plainColumns,
			"receipt;line;day;article;amount\nA;1;05.01.2024;苹果;1,50\nA;2;05.01.2024;梨;1.000,00\n",
		},
		"lines that are no records": {
			`lines: {skip: 2, comment: "#", footer: 1}`, plainColumns,
			"Tagesabschluss \"Mai\nby Anna\nreceipt,line,day,article,amount\n# \"morning\nA,1,2024-01-05,苹果,1.5\nA,2,2024-01-05,梨,1000\nTOTAL,2\n",
		},
		"aligned": {
			"format: aligned\naligned: {columns: [receipt, line, day, article, amount]}", plainColumns,
			"   A  1 2024-01-05  苹果     1.50\r\n   A  2 2024-01-05  梨    1000.00\r\n",
		},
		"fixed width": {
			"format: fixed\nfixed: {columns: [{name: receipt, width: 3}, {name: line, width: 2}, {name: day, width: 10}, {name: article, width: 4}, {name: amount}]}", plainColumns,
			"A  12024-01-05... 1.5\n",
		},
		"json": {
			"format: json\njson: {records: data.list}", strings.ReplaceAll(plainColumns, "article", "article.name"),
			`{"data": {"list": [{"receipt": "A", "line": 1, "day": "2024-01-05", "article": {"name": "苹果"}, "amount": 1.50}, {"receipt": "A", "line": 2, "day": "2024-01-05", "article": {"name": "梨"}, "amount": 1e3}]}}`,
		},
		"json lines": {
			"format: json", plainColumns,
			"{\"receipt\": \"A\", \"line\": 1, \"day\": \"2024-01-05\", \"article\": \"苹果\", \"amount\": 1.50}\n{\"receipt\": \"A\", \"line\": 2, \"day\": \"2024-01-05\", \"article\": \"梨\", \"amount\": \"1000\"}\n",
		},
		"a list within each json record": {
			"format: json", "from: lines\n" + `columns: {document_id: receipt, line_no: lines.#, business_date: day, sku: lines.article, gross_amount: lines.amount, quantity: "1"}`,
			`{"receipt": "A", "day": "2024-01-05", "lines": [{"article": "苹果", "amount": 1.5}, {"article": "梨", "amount": 1000}]}`,
		},
	} {
		if name == "fixed width" {
			c.text = "A   12024-01-05苹果  1.5\nA   22024-01-05梨   1000\n"
			c.settings = strings.Replace(c.settings, "name: line, width: 2", "name: line, width: 2, from: 4", 1)
		}
		s := aShop(t, source(c.settings, c.columns))
		s.deliver("till.txt", c.text)
		s.expectSaleLines(name)
		if rejects := len(s.last.Rejects()); rejects != 0 {
			t.Errorf("%s: %d rejects", name, rejects)
		}
	}
}

func TestEveryEncodingGivesTheSameRows(t *testing.T) {
	text := "receipt,line,day,article,amount\r\nA,1,2024-01-05,苹果,1.5\r\nA,2,2024-01-05,梨,1000\r\n"
	for name, coding := range map[string]encoding.Encoding{
		"gb18030": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GBK, "big5": traditionalchinese.Big5,
		"utf-16": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	} {
		plain := text
		if name == "big5" {
			plain = strings.Replace(text, "苹果", "蘋果", 1)
		}
		encoded, err := coding.NewEncoder().String(plain)
		if err != nil {
			t.Fatal(err)
		}
		s := aShop(t, source("encoding: "+name, strings.Replace(plainColumns, "sku: article", `sku: "replace(article, '蘋', '苹')"`, 1)))
		s.deliver("till.csv", encoded)
		s.expectSaleLines(name)
	}
}

func TestBytesThatAnEncodingDoesNotHaveAreRejected(t *testing.T) {
	s := aShop(t, source("encoding: gb18030", plainColumns))
	s.deliver("till.csv", "receipt,line,day,article,amount\nA,1,2024-01-05,\xc6\xbb\xb9\xfb,1.5\nA,2,2024-01-05,\xff\xff,1000\n")
	s.night()
	expect(t, s.rejects("line, source_row, rule, \"column\", raw"), `
		line | source_row | rule         | column | raw
		3    | 2          | bad_encoding |        | A,2,2024-01-05,��,1000`)
}

func TestMembersOfAnArchiveAreDeliveries(t *testing.T) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, text := range map[string]string{
		"2024/a.csv":      "receipt,line,day,article,amount\nA,1,2024-01-05,苹果,1.5\n",
		"2024/b.csv":      "receipt,line,day,article,amount\nA,2,2024-01-05,梨,1000\n",
		"readme.txt":      "nothing",
		"__MACOSX/._a":    "nothing",
		"2024/.hidden.cv": "nothing",
	} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := aShop(t, source(`members: "*.csv"`, plainColumns))
	s.deliver("till.zip", packed.String())
	s.night()
	expect(t, s.live("sale_line", "document_id, line_no, sku, source_row"), `
		document_id | line_no | sku  | source_row
		A           | 1       | 苹果 | 1
		A           | 2       | 梨   | 1`)
	if s.found[0].Delivery.Name != "till.zip/2024/a.csv" || s.found[1].Delivery.Name != "till.zip/2024/b.csv" || len(s.found) != 2 {
		t.Errorf("%+v", s.found)
	}
	s.night()
	for _, f := range s.found {
		if f.State != Unchanged {
			t.Errorf("%s is %s the second night", f.Delivery.Name, f.State)
		}
	}
}

func TestParquetKeepsItsTypes(t *testing.T) {
	s := aShop(t, source("format: parquet", plainColumns))
	path := filepath.Join(s.dir, "till.parquet")
	rows := "(values ('A', 1, date '2024-01-05', ' 苹果 ', 1.5::double), ('A', 2, date '2024-01-05', '梨', 1000), ('B', 3, date '2024-01-05', '梨', 1.23456789)) t(receipt, line, day, article, amount)"
	if _, err := s.db.Exec("copy (from " + rows + ") to " + duck.Text(path) + " (format parquet)"); err != nil {
		t.Fatal(err)
	}
	s.expectSaleLines("parquet")
	expect(t, s.rejects("line, source_row, rule, \"column\", raw"), `
		line | source_row | rule       | column       | raw
		3    | 3          | bad_number | gross_amount | {"receipt":"B","line":3,"day":"2024-01-05","article":"梨","amount":1.23456789,"file_row_number":2}`)
	if err := os.WriteFile(path, []byte("PAR1"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails("till.parquet", "is no Parquet file, or cut off")
}

func TestAFooterIsHeldAgainstTheRecords(t *testing.T) {
	settings := "lines: {footer: 1}\nformats: {thousands: \",\"}\ncsv: {delimiter: \";\"}\ncontrol:\n  pattern: ^T;(?P<records>\\d+);(?P<total>[^;]+)$\n  sums: {total: amount}"
	text := "receipt;line;day;article;amount\nA;1;2024-01-05;苹果;1.5\nA;2;2024-01-05;梨;1,000\n"
	s := aShop(t, source(settings, plainColumns))
	s.deliver("till.csv", text+"T;2;1,001.50\n")
	s.expectSaleLines("with its totals")
	for footer, words := range map[string]string{
		"T;3;1,001.50\n":          "its footer counts 3 records, and 2 are there",
		"T;2;1,001.51\n":          "its footer gives 1,001.51 for the sum of amount, and what is there sums to 1001.5000",
		"B;1;2024-01-05;梨;2\n":    "none of its last 1 lines matches control.pattern",
		"T;2;\n":                  "none of its last 1 lines matches control.pattern",
		"T;2;one thousand\n":      `gives "one thousand" for the sum of amount, which is no number`,
		"T;2;1,001.50\nT;1;1.5\n": "its footer counts 1 records, and 3 are there",
	} {
		s := aShop(t, source(settings, plainColumns))
		s.deliver("till.csv", text+footer)
		s.fails("till.csv", words)
	}
}

func TestBadRecordsOfOtherFormatsAreRejectedWithTheirLine(t *testing.T) {
	s := aShop(t, source("format: json", plainColumns))
	s.deliver("till.json", "{\"receipt\": \"A\", \"line\": 1, \"day\": \"2024-01-05\", \"article\": \"苹果\", \"amount\": 1.5}\n{\"receipt\": \n{\"receipt\": \"A\", \"line\": 2, \"day\": \"05/01/2024\", \"article\": \"梨\", \"amount\": 1}\n")
	s.night()
	expect(t, s.rejects("line, source_row, rule, \"column\", raw"), `
		line | source_row | rule       | column        | raw
		2    | 2          | bad_record |               | {"receipt":
		3    | 3          | bad_date   | business_date | {"receipt": "A", "line": 2, "day": "05/01/2024", "article": "梨", "amount": 1}`)
}
