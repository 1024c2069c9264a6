package xlsxfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightjar/extract/xlsxfile"
)

const head = `<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>`

func TestValues(t *testing.T) {
	formats := []any{0, 14, 22, 21, 46, `yyyy"年"m"月"d"日"`, 31, `0.00E+00`, `"m"0`, `[$-804]yyyy/m/d;@`, `[Red]0\h`, `[mm]:ss`, "General", 4}
	for name, c := range map[string]struct{ cell, want string }{
		"a whole number":                 {`<c r="A2"><v>42</v></c>`, "42"},
		"a decimal":                      {`<c r="A2"><v>12.3</v></c>`, "12.3"},
		"a decimal as Excel stores it":   {`<c r="A2"><v>12.300000000000001</v></c>`, "12.3"},
		"17 digits that say 0.1":         {`<c r="A2"><v>0.10000000000000001</v></c>`, "0.1"},
		"zeros behind the point":         {`<c r="A2"><v>1.0</v></c>`, "1"},
		"an exponent":                    {`<c r="A2"><v>1E+05</v></c>`, "100000"},
		"a small exponent":               {`<c r="A2"><v>1.5E-7</v></c>`, "0.00000015"},
		"a long id":                      {`<c r="A2"><v>123456789012345678</v></c>`, "123456789012345678"},
		"a long id with exponent":        {`<c r="A2"><v>1.23456789012346E+17</v></c>`, "123456789012346000"},
		"minus":                          {`<c r="A2"><v>-0.50</v></c>`, "-0.5"},
		"minus zero":                     {`<c r="A2"><v>-0.0</v></c>`, "0"},
		"no number":                      {`<c r="A2"><v>Inf</v></c>`, "Inf"},
		"too large a number":             {`<c r="A2"><v>1E+400</v></c>`, "1E+400"},
		"digits stored as text":          {`<c r="A2" t="s"><v>0</v></c>`, "007"},
		"rich text":                      {`<c r="A2" t="s"><v>1</v></c>`, "电话 ok"},
		"phonetic guides":                {`<c r="A2" t="s"><v>2</v></c>`, "東京"},
		"escapes":                        {`<c r="A2" t="s"><v>3</v></c>`, "x\ty_x000D_😀"},
		"text in the cell":               {text("A2", "x &amp; y_x0009_"), "x & y\t"},
		"text of a formula":              {`<c r="A2" t="str"><f>A1</f><v>x_x0009_</v></c>`, "x\t"},
		"number of a formula":            {`<c r="A2"><f>1+1</f><v>2</v></c>`, "2"},
		"true":                           {`<c r="A2" t="b"><v>1</v></c>`, "true"},
		"false":                          {`<c r="A2" t="b"><f>1=2</f><v>0</v></c>`, "false"},
		"an error":                       {`<c r="A2" t="e"><v>#DIV/0!</v></c>`, "#DIV/0!"},
		"a date":                         {`<c r="A2" s="1"><v>45292</v></c>`, "2024-01-01"},
		"a date and time":                {`<c r="A2" s="2"><v>45292.75</v></c>`, "2024-01-01 18:00:00"},
		"a time a hair too early":        {`<c r="A2" s="2"><v>45292.749999999</v></c>`, "2024-01-01 18:00:00"},
		"a time of day":                  {`<c r="A2" s="3"><v>0.5</v></c>`, "12:00:00"},
		"a time just before midnight":    {`<c r="A2" s="3"><v>0.999999999</v></c>`, "23:59:59"},
		"a duration":                     {`<c r="A2" s="4"><v>1.0625</v></c>`, "25:30:00"},
		"a long duration":                {`<c r="A2" s="4"><v>10.5</v></c>`, "252:00:00"},
		"a Chinese date":                 {`<c r="A2" s="5"><v>45351</v></c>`, "2024-02-29"},
		"a built-in Chinese date":        {`<c r="A2" s="6"><v>45351</v></c>`, "2024-02-29"},
		"a format with exponent":         {`<c r="A2" s="7"><v>45351</v></c>`, "45351"},
		"an m in quotes":                 {`<c r="A2" s="8"><v>45351</v></c>`, "45351"},
		"a date with a locale":           {`<c r="A2" s="9"><v>45351</v></c>`, "2024-02-29"},
		"colours and escapes":            {`<c r="A2" s="10"><v>45351</v></c>`, "45351"},
		"minutes beyond an hour":         {`<c r="A2" s="11"><v>0.125</v></c>`, "03:00:00"},
		"General":                        {`<c r="A2" s="12"><v>45351</v></c>`, "45351"},
		"thousands":                      {`<c r="A2" s="13"><v>1234.50</v></c>`, "1234.5"},
		"no such style":                  {`<c r="A2" s="99"><v>45351</v></c>`, "45351"},
		"the first day":                  {`<c r="A2" s="1"><v>1</v></c>`, "1900-01-01"},
		"before the day that was not":    {`<c r="A2" s="1"><v>59</v></c>`, "1900-02-28"},
		"the day that was not":           {`<c r="A2" s="1"><v>60</v></c>`, "1900-02-29"},
		"behind the day that was not":    {`<c r="A2" s="1"><v>61</v></c>`, "1900-03-01"},
		"a negative date":                {`<c r="A2" s="1"><v>-1.0</v></c>`, "-1"},
		"a date beyond the calendar":     {`<c r="A2" s="1"><v>1E9</v></c>`, "1000000000"},
		"an ISO date":                    {`<c r="A2" t="d"><v>2024-03-01</v></c>`, "2024-03-01"},
		"an ISO date at midnight":        {`<c r="A2" t="d"><v>2024-03-01T00:00:00.000</v></c>`, "2024-03-01"},
		"an ISO stamp":                   {`<c r="A2" t="d"><v>2024-03-01T10:20:30</v></c>`, "2024-03-01 10:20:30"},
		"a stamp with a fraction":        {`<c r="A2" t="d"><v>2024-03-01T10:20:30.5</v></c>`, "2024-03-01 10:20:30.5"},
		"a text of blanks":               {text("A2", "  "), "  "},
		"a type that nobody knows":       {`<c r="A2" t="zz"><v>x</v></c>`, "x"},
		"an extension within the cell":   {`<c r="A2"><v>1</v><extLst><ext><v>2</v></ext></extLst></c>`, "1"},
		"CDATA and a comment in a value": {`<c r="A2"><v>1<!-- x --><![CDATA[2]]></v></c>`, "12"},
	} {
		t.Run(name, func(t *testing.T) {
			w := book(head+`<row r="2">`+c.cell+`</row>`).styles(formats...).texts(
				"<t>007</t>", `<r><t>电话</t></r><r><rPr/><t xml:space="preserve"> ok</t></r>`,
				`<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh>`, `<t>x_x0009_y_x005F_x000D__xD83D__xDE00_</t>`)
			w.expect(t, xlsxfile.Options{}, "a|b\n2: "+c.want+"|\n")
		})
	}
}

func TestDatesSince1904(t *testing.T) {
	w := book(head+`<row r="2"><c r="A2" s="1"><v>0.5</v></c><c r="B2" s="1"><v>43830.25</v></c></row>`).styles(0, 14)
	w["xl/workbook.xml"] = strings.Replace(w["xl/workbook.xml"], "<workbookPr/>", `<workbookPr date1904="1"/>`, 1)
	w.expect(t, xlsxfile.Options{}, "a|b\n2: 12:00:00|2024-01-01 06:00:00\n")
}

func TestRows(t *testing.T) {
	rule := func(rule, reason string) string { return "a|b\n2: " + rule + "|" + reason + "\n" }
	for name, c := range map[string]struct{ rows, want string }{
		"empty rows are no records":        {`<row r="2"/><row r="3"><c r="A3" s="1"/></row><row r="7"><c r="A7"><v>1</v></c></row>`, "a|b\n7: 1|\n"},
		"empty cells beyond the header":    {`<row r="2"><c r="A2"><v>1</v></c><c r="XEC2" s="1"/></row>`, "a|b\n2: 1|\n"},
		"rows and cells without a place":   {`<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>`, "a|b\n2: 1|2\n3: |3\n"},
		"cells out of order":               {`<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>`, "a|b\n2: 1|2\n"},
		"a value beyond the header":        {`<row r="2"><c r="AB2"><v>1</v></c></row>`, rule("ragged", "a value stands in column AB; the header ends in column B")},
		"a text that is not there":         {`<row r="2"><c r="A2" t="s"><v>9</v></c></row>`, rule("bad_record", "a cell points at a text that the file does not hold")},
		"a text without number":            {`<row r="2"><c r="A2" t="s"><v>x</v></c></row>`, rule("bad_record", "a cell points at a text that the file does not hold")},
		"two values in one place":          {`<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>`, rule("bad_record", "two values stand in one place")},
		"a cell of another row":            {`<row r="2"><c r="A3"><v>1</v></c></row>`, rule("bad_record", "a cell says that it is in another row")},
		"a place that is none":             {`<row r="2"><c r="ZZZZ2"><v>1</v></c></row>`, rule("bad_record", "a cell has a place that no sheet has")},
		"a formula without result":         {`<row r="2"><c r="A2"><f>1+1</f></c></row>`, rule("bad_record", "a formula has no stored result: open the file in Excel and save it again")},
		"a formula whose result is empty":  {`<row r="2"><c r="A2" t="str"><f>B9</f><v></v></c><c r="B2"><v>1</v></c></row>`, "a|b\n2: |1\n"},
		"the next record is whole again":   {`<row r="2"><c r="C2"><v>1</v></c></row><row r="3"><c r="B3"><v>2</v></c></row>`, rule("ragged", "a value stands in column C; the header ends in column B") + "3: |2\n"},
		"something else between the rows":  {`<x><row r="9"/></x><row r="2"><y/><c r="A2"><v>1</v></c></row>`, "a|b\n2: 1|\n"},
		"a row that is longer than 16 MiB": {`<row r="2">` + text("A2", strings.Repeat("x", 9<<20)) + text("B2", strings.Repeat("x", 9<<20)) + `</row>`, rule("too_long", "the row has more than 16 MiB")},
		"a cell that is longer":            {`<row r="2">` + text("A2", strings.Repeat("x", 17<<20)) + `</row>`, rule("too_long", "the row has more than 16 MiB")},
	} {
		t.Run(name, func(t *testing.T) { book(head+c.rows).expect(t, xlsxfile.Options{}, c.want) })
	}
}

func TestRowsOutOfOrder(t *testing.T) {
	book(head+`<row r="3"/><row r="2"/>`).fails(t, xlsxfile.Options{}, "row 2 comes behind row 3")
	book(head+`<row r="1"/>`).fails(t, xlsxfile.Options{}, "row 1 comes behind row 1")
	book(head+`<row r="2000000"/>`).fails(t, xlsxfile.Options{}, "a number that no sheet has")
	book(head+`<row r="x"/>`).fails(t, xlsxfile.Options{}, "a number that no sheet has")
}

func TestHeaders(t *testing.T) {
	rows := `<row r="2">` + text("A2", "report") + `</row>` +
		`<row r="4">` + text("A4", "store") + text("B4", "sales") + text("E4", "note") + `</row>` +
		`<row r="5">` + text("B5", "q1") + text("C5", "q2") + `<c r="D5" s="1"/></row>` +
		`<row r="6"><c r="A6"><v>1</v></c><c r="C6"><v>2</v></c></row>`
	merged := func(ranges ...string) workbook {
		w := sheets("Sheet1", "visible", `<dimension ref="A1:XEC9"/><sheetData>`+rows+`</sheetData><mergeCells><mergeCell ref="`+
			strings.Join(ranges, `"/><mergeCell ref="`)+`"/></mergeCells>`)
		return w
	}
	for name, c := range map[string]struct {
		w    workbook
		o    xlsxfile.Options
		want string
	}{
		"the first row with a value":  {merged("A1:B1"), xlsxfile.Options{}, "report\n4: ragged|a value stands in column E; the header ends in column A\n5: ragged|a value stands in column C; the header ends in column A\n6: ragged|a value stands in column C; the header ends in column A\n"},
		"a row of choice":             {merged("A1:B1"), xlsxfile.Options{Header: 4}, "store|sales|column_3|column_4|note\n5: |q1|q2||\n6: 1||2||\n"},
		"two rows":                    {merged("B4:D4"), xlsxfile.Options{Header: 4, HeaderRows: 2}, "store|sales / q1|sales / q2|sales|note\n6: 1||2||\n"},
		"merged downwards and beyond": {merged("A4:A5", "B4:D4", "E4:F5"), xlsxfile.Options{Header: 4, HeaderRows: 2}, "store|sales / q1|sales / q2|sales|note|note_2\n6: 1||2|||\n"},
		"an empty row in the header":  {merged("A1:B1"), xlsxfile.Options{Header: 4, HeaderRows: 1}, "store|sales|column_3|column_4|note\n5: |q1|q2||\n6: 1||2||\n"},
		"names of its own":            {merged("A1:B1"), xlsxfile.Options{Header: 6, NoHeader: true, Columns: []string{"x", "y", "x"}}, "x|y|x_2\n6: 1||2\n"},
		"no header from the top":      {book(`<row r="3"><c r="A3"><v>1</v></c></row>`), xlsxfile.Options{NoHeader: true, Columns: []string{"x"}}, "x\n3: 1\n"},
		"numbers and dates as names":  {book(`<row r="1"><c r="A1"><v>2023</v></c><c r="B1" s="1"><v>45292</v></c></row>`).styles(0, 14), xlsxfile.Options{}, "2023|2024-01-01\n"},
		"a sheet without rows":        {book(""), xlsxfile.Options{NoHeader: true, Columns: []string{"x"}}, "x\n"},
	} {
		t.Run(name, func(t *testing.T) { c.w.expect(t, c.o, c.want) })
	}
	merged("A1:B1").fails(t, xlsxfile.Options{Header: 3}, `sheet "Sheet1": row 3, which should be its header, holds no value`)
	merged("A1:B1").fails(t, xlsxfile.Options{Header: 30}, "it holds no header")
	merged("A4:XFD5", "A4:XFD5").fails(t, xlsxfile.Options{Header: 4, HeaderRows: 2}, "overlap")
	book(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`).fails(t, xlsxfile.Options{}, "row 1, of its header: a cell points at a text")
	book("").fails(t, xlsxfile.Options{}, "it holds no header")
	book("").fails(t, xlsxfile.Options{NoHeader: true}, "needs names for its columns")
	book("").fails(t, xlsxfile.Options{Header: -1}, "correct the source's header row")
	book("").fails(t, xlsxfile.Options{HeaderRows: 101}, "a header has no 101 rows")
}

func TestChoosesTheSheet(t *testing.T) {
	filled := `<sheetData>` + head + `</sheetData>`
	styled := `<sheetData><row r="1"><c r="A1" s="1"/></row></sheetData>`
	w := sheets("empty", "visible", styled, "销售", "visible", filled, "old", "hidden", filled, "code", "veryHidden", filled)
	infos, err := xlsxfile.Sheets(w.write(t))
	if want := "[{empty false} {销售 false} {old true} {code true}]"; err != nil || fmt.Sprint(infos) != want {
		t.Errorf("got %v %v, want %s", infos, err, want)
	}
	w.expect(t, xlsxfile.Options{}, "a|b\n")
	w.expect(t, xlsxfile.Options{Sheet: "OLD"}, "a|b\n")
	w.fails(t, xlsxfile.Options{Sheet: "sales"}, `it has no sheet "sales"; its sheets are "empty", "销售", "old" (hidden), "code" (hidden): set`)
	two := sheets("one", "visible", filled, "two", "visible", filled)
	two.fails(t, xlsxfile.Options{}, `2 visible sheets of it hold values; its sheets are "one", "two"`)
	sheets("one", "visible", styled, "two", "visible", styled).fails(t, xlsxfile.Options{}, "no visible sheet of it holds a value")
}

func TestStrictAndPrefixed(t *testing.T) {
	w := book("")
	for part, text := range w {
		w[part] = strings.ReplaceAll(text, office, "http://purl.oclc.org/ooxml/officeDocument/relationships")
	}
	w["xl/worksheets/sheet1.xml"] = `<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`
	w.expect(t, xlsxfile.Options{}, "a\n")
	rels := "xl/_rels/workbook.xml.rels"
	w.with(rels, strings.ReplaceAll(w[rels], `"worksheets/`, `"/XL\worksheets/`)).expect(t, xlsxfile.Options{}, "a\n")
}

func TestFaultyFiles(t *testing.T) {
	good := book(head)
	good.with("xl/worksheets/sheet1.xml", "<worksheet><sheetData>"+head).fails(t, xlsxfile.Options{}, "the file ends before its last element does")
	good.with("xl/worksheets/sheet1.xml", "<!DOCTYPE x []><worksheet/>").fails(t, xlsxfile.Options{}, "DOCTYPE")
	good.with("xl/workbook.xml", "<workbook/>").fails(t, xlsxfile.Options{}, "no sheet with cells")
	good.with("content.xml", "").with("mimetype", "").fails(t, xlsxfile.Options{}, "OpenDocument")
	good.with("_rels/.rels", relations(office+"/officeDocument", "xl/workbook.bin")).fails(t, xlsxfile.Options{}, "binary workbook")
	good.with("XL/Workbook.xml", "").fails(t, xlsxfile.Options{}, "two of its parts have the same name")
	for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"} {
		missing := good.with(part, "")
		delete(missing, part)
		missing.fails(t, xlsxfile.Options{}, fmt.Sprintf("its part %q is missing", filepath.Base(part)))
	}
	delete(good, "xl/workbook.xml")
	good.fails(t, xlsxfile.Options{}, "a zip archive without a workbook")
	packed := string(book(head).bytes())
	for name, c := range map[string]struct{ content, want string }{
		"empty":     {"", "it is empty"},
		"encrypted": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "is encrypted or an old .xls: save it as .xlsx without a password"},
		"a CSV":     {"a,b\n1,2\n", "it is no Excel file"},
		"cut off":   {packed[:len(packed)-40], "begins like an Excel file and does not end like one"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "book.xlsx")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := xlsxfile.Open(path, xlsxfile.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := xlsxfile.Open(filepath.Join(t.TempDir(), "none.xlsx"), xlsxfile.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
