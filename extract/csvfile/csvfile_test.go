package csvfile_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

var (
	commas = csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}
	ab     = csvfile.Dialect{Delimiter: ',', Quote: '"', Columns: []string{"a", "b"}}
)

func writeFile(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func scan(t *testing.T, text string, d csvfile.Dialect, shapes ...csvfile.Shape) csvfile.Result {
	t.Helper()
	r, err := csvfile.Scan(context.Background(), delivered.File{Path: writeFile(t, "file.csv", text)}, d, shapes)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
