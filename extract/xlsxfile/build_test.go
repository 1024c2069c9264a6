package xlsxfile_test

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// workbook is a workbook to be written: its parts by name.
type workbook map[string]string

const (
	office   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	mainName = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
)

// book is a workbook with one sheet, of these rows in XML.
func book(rows string) workbook {
	return sheets("Sheet1", "visible", `<sheetData>`+rows+`</sheetData>`)
}

// sheets is a workbook with sheets, each its name, its state and what is in it.
func sheets(of ...string) workbook {
	w := workbook{"_rels/.rels": relations(office+"/officeDocument", "xl/workbook.xml")}
	var list, targets strings.Builder
	var related []string
	for i := 0; i < len(of); i += 3 {
		id := i/3 + 1
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, of[i], id, of[i+1], id)
		target := fmt.Sprintf("worksheets/sheet%d.xml", id)
		related = append(related, office+"/worksheet", target)
		w["xl/"+target] = `<worksheet xmlns="` + mainName + `">` + of[i+2] + `</worksheet>`
	}
	targets.WriteString(relations(append(related, office+"/sharedStrings", "sharedStrings.xml", office+"/styles", "styles.xml")...))
	w["xl/_rels/workbook.xml.rels"] = targets.String()
	w["xl/workbook.xml"] = `<workbook xmlns="` + mainName + `" xmlns:r="` + office + `"><workbookPr/><sheets>` + list.String() + `</sheets></workbook>`
	return w
}

func relations(of ...string) string {
	var s strings.Builder
	for i := 0; i < len(of); i += 2 {
		fmt.Fprintf(&s, `<Relationship Id="rId%d" Type="%s" Target="%s"/>`, i/2+1, of[i], of[i+1])
	}
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships>` + s.String() + `</Relationships>`
}

// with is the workbook with another part.
func (w workbook) with(part, text string) workbook {
	w = maps.Clone(w)
	w[part] = text
	return w
}

// texts is the workbook with shared texts, each what is in <si>.
func (w workbook) texts(items ...string) workbook {
	return w.with("xl/sharedStrings.xml", `<sst xmlns="`+mainName+`"><si>`+strings.Join(items, "</si><si>")+`</si></sst>`)
}

// styles is the workbook with a style for each format: a number, or a code.
func (w workbook) styles(formats ...any) workbook {
	var codes, cells strings.Builder
	for i, f := range formats {
		if code, own := f.(string); own {
			fmt.Fprintf(&codes, `<numFmt numFmtId="%d" formatCode="%s"/>`, 200+i, strings.ReplaceAll(code, `"`, "&quot;"))
			f = 200 + i
		}
		fmt.Fprintf(&cells, `<xf numFmtId="%d" applyNumberFormat="1"/>`, f)
	}
	return w.with("xl/styles.xml", `<styleSheet xmlns="`+mainName+`"><numFmts>`+codes.String()+
		`</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>`+cells.String()+`</cellXfs></styleSheet>`)
}

func (w workbook) write(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "book.xlsx")
	if err := os.WriteFile(path, w.bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func (w workbook) bytes() []byte {
	var out strings.Builder
	z := zip.NewWriter(&out)
	for name, text := range w {
		part, err := z.Create(name)
		if err == nil {
			_, err = part.Write([]byte(text))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return []byte(out.String())
}

// read writes a sheet as its columns, then a line a record: its line and its
// values, or the rule that it breaks.
func read(path string, o xlsxfile.Options) (string, error) {
	s, err := xlsxfile.Open(path, o)
	if err != nil {
		return "", err
	}
	defer s.Close()
	out := strings.Join(s.Columns(), "|") + "\n"
	var r record.Record
	for {
		r = record.Record{}
		err := s.Next(&r)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		values := make([]string, len(r.Fields))
		for i, field := range r.Fields {
			values[i] = string(field)
		}
		if r.Rule != "" {
			values = []string{r.Rule, r.Reason}
		}
		out += fmt.Sprintf("%d: %s\n", r.Line, strings.Join(values, "|"))
	}
}

func (w workbook) expect(t *testing.T, o xlsxfile.Options, want string) {
	t.Helper()
	got, err := read(w.write(t), o)
	if err != nil || got != want {
		t.Errorf("got\n%s%v\nwant\n%s", got, err, want)
	}
}

func (w workbook) fails(t *testing.T, o xlsxfile.Options, want string) {
	t.Helper()
	got, err := read(w.write(t), o)
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "reading ") {
		t.Errorf("got\n%s%v\nwant %q", got, err, want)
	}
}

// text is a cell with a text of its own.
func text(place, value string) string {
	return `<c r="` + place + `" t="inlineStr"><is><t>` + value + `</t></is></c>`
}
