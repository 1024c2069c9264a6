package extract

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/jsonfile"
	"nightjar/extract/linefile"
	"nightjar/extract/poslog"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
	"nightjar/internal/config"
)

// FuzzReaders gives any bytes to every reader that Go has, under any of its
// settings: none panics, none reads for ever, and where two look at one file they
// agree about its records. Its seeds are the corpus.
func FuzzReaders(f *testing.F) {
	for _, seed := range corpusBytes(f) {
		f.Add(seed, uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, pick uint8) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		file := delivered.File{Path: path, Encoding: []string{"", "gb18030", "utf-16", "windows-1252"}[pick%4]}
		readCSV(t, file, pick)
		for _, open := range []func() (record.Table, error){
			func() (record.Table, error) { return jsonfile.Open(file, jsonfile.Options{}) },
			func() (record.Table, error) {
				return jsonfile.Open(file, jsonfile.Options{Records: "data", From: "lines"})
			},
			func() (record.Table, error) {
				return linefile.Open(file, linefile.Options{Header: true, Cut: linefile.Cut{Separator: "||"}, Footer: int(pick) % 3})
			},
			func() (record.Table, error) {
				return linefile.Open(file, linefile.Options{Columns: []string{"a", "b"}, Cut: linefile.Cut{Widths: []linefile.Width{{To: 3}, {From: 3}}}})
			},
			func() (record.Table, error) { return xlsxfile.Open(path, xlsxfile.Options{HeaderRows: int(pick) % 3}) },
			func() (record.Table, error) {
				return readers.Table{File: file, Source: &config.Source{Format: "poslog"}, From: poslog.Line}.Open(t.Context())
			},
		} {
			readWhole(t, open)
		}
		if members, err := delivered.Members(path, ""); err == nil {
			for _, m := range members[:min(len(members), 3)] {
				readCSV(t, delivered.File{Path: path, Member: m.Name}, pick)
			}
		}
	})
}

// readWhole reads a table twice: the same records come both times.
func readWhole(t *testing.T, open func() (record.Table, error)) {
	var counts [2]int64
	for i := range counts {
		table, err := open()
		if err != nil {
			return
		}
		kept, unreadable, err := record.Write(t.Context(), table, io.Discard, 10)
		table.Close()
		if err != nil {
			return
		}
		counts[i] = kept + int64(len(unreadable))
	}
	if counts[0] != counts[1] {
		t.Fatalf("%d records, then %d", counts[0], counts[1])
	}
}

// readCSV holds the readers of delimited text against each other.
func readCSV(t *testing.T, file delivered.File, pick uint8) {
	d := []csvfile.Dialect{
		{Delimiter: ',', Quote: '"', Header: true},
		{Delimiter: ';', Quote: '"', Columns: []string{"a", "b"}},
		{Delimiter: ',', Quote: '\'', Escape: '\\', Header: true, Skip: 1, Footer: 1},
		{Delimiter: '\t', Columns: []string{"a"}, Comment: '#'},
	}[pick/4%4]
	scan, err := csvfile.Scan(t.Context(), file, d, nil)
	if err != nil {
		return
	}
	var out bytes.Buffer
	kept, unreadable, err := csvfile.Normalise(t.Context(), file, d, &out)
	if err != nil || kept+int64(len(unreadable)) != scan.Records {
		t.Fatalf("scanned %d records, then %d and %d: %v", scan.Records, kept, len(unreadable), err)
	}
	if scan.Records > 0 {
		if raw, err := csvfile.Records(t.Context(), file, d, []int64{scan.Records}); err != nil || len(raw) != 1 {
			t.Fatalf("the last of %d records is not found: %v", scan.Records, err)
		}
	}
}

// corpusBytes are the files of the corpus, less the heavy ones.
func corpusBytes(tb testing.TB) [][]byte {
	db, err := testDB()
	if err != nil {
		tb.Fatal(err)
	}
	p := &corpusProject{shop: &shop{db: db, dir: tb.TempDir()}}
	var all [][]byte
	for _, theme := range corpus(tb) {
		for _, c := range theme.cases {
			if _, heavy := c.keys["heavy"]; heavy {
				continue
			}
			for _, night := range c.nights {
				files, err := p.files(night.given)
				if err != nil {
					tb.Fatalf("%s: %v", c.name, err)
				}
				for _, f := range files {
					if b, err := f.write.bytes(); err == nil && len(b) <= 1<<16 && !strings.HasPrefix(f.name, "lose ") {
						all = append(all, b)
					}
				}
			}
		}
	}
	return all
}
