package xlsxfile_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// readAll reads whatever a file holds, and holds each record to what a table
// promises.
func readAll(t *testing.T, path string, o xlsxfile.Options) {
	s, err := xlsxfile.Open(path, o)
	if err != nil {
		return
	}
	defer s.Close()
	var r record.Record
	last := int64(0)
	for {
		r.Rule = ""
		err := s.Next(&r)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			return
		}
		if r.Line <= last || r.Rule == "" && len(r.Fields) != len(s.Columns()) {
			t.Fatalf("row %d behind row %d: %d fields under %d columns", r.Line, last, len(r.Fields), len(s.Columns()))
		}
		last = r.Line
	}
}

// FuzzFile reads whole files: zip archives that are damaged.
func FuzzFile(f *testing.F) {
	f.Add(book(head).texts("<t>x</t>").styles(0, 14).bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "book.xlsx")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(t, path, xlsxfile.Options{})
		_, _ = xlsxfile.Sheets(path)
	})
}

// FuzzSheet reads workbooks whose sheet, texts and styles are damaged.
func FuzzSheet(f *testing.F) {
	sheet := `<worksheet><sheetData>` + head + `<row r="2"><c r="A2" t="s"><v>0</v></c><c s="1"><v>45292.5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>`
	f.Add([]byte(sheet), []byte(`<sst><si><r><t>x_x000D_</t></r></si></sst>`), []byte(`<styleSheet><numFmts><numFmt numFmtId="200" formatCode="[h]:mm"/></numFmts><cellXfs><xf/><xf numFmtId="200"/></cellXfs></styleSheet>`), uint8(2))
	base := book("")
	f.Fuzz(func(t *testing.T, sheet, texts, styles []byte, rows uint8) {
		w := base.with("xl/worksheets/sheet1.xml", string(sheet)).with("xl/sharedStrings.xml", string(texts)).with("xl/styles.xml", string(styles))
		path := filepath.Join(t.TempDir(), "book.xlsx")
		if err := os.WriteFile(path, bytes.Clone(w.bytes()), 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(t, path, xlsxfile.Options{HeaderRows: int(rows % 4)})
	})
}
