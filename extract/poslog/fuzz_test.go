package poslog_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"nightjar/extract/poslog"
	"nightjar/extract/record"
)

// FuzzReader reads every table of damaged files: it never panics, and every record
// has as many fields as the table columns, or breaks a rule.
func FuzzReader(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.xml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add(fmt.Appendf(nil, small, 1, "<LineItem><Sale><Tax><Amount>.5</Amount></Tax><Tax><Amount>-1</Amount></Tax></Sale></LineItem>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, table := range poslog.Tables {
			r, err := poslog.Open(bytes.NewReader(data), "file.xml", table)
			if err != nil {
				t.Fatal(err)
			}
			var rec record.Record
			for r.Next(&rec) == nil {
				if rec.Line < 1 || rec.Rule == "" && len(rec.Fields) != len(r.Columns()) {
					t.Fatalf("%s: %d fields on line %d", table, len(rec.Fields), rec.Line)
				}
			}
		}
	})
}
