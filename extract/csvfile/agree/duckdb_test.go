// Package agree holds csvfile to DuckDB's own reader: of every file that Scan calls
// regular, both must read the same records and fields.
package agree

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

func openDuckDB(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// readByDuckDB reads a scanned file as the package's documentation says it must be.
func readByDuckDB(db *sql.DB, path string, d csvfile.Dialect, r csvfile.Result) ([][]string, error) {
	rows, err := db.Query("select * from " + readCSV(path, d, r))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var records [][]string
	for rows.Next() {
		fields := make([]sql.NullString, len(r.Header))
		into := make([]any, len(fields))
		for i := range fields {
			into[i] = &fields[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		record := make([]string, len(fields))
		for i, f := range fields {
			record[i] = f.String
		}
		records = append(records, record)
	}
	return records, rows.Err()
}

func readCSV(path string, d csvfile.Dialect, r csvfile.Result) string {
	escape := d.Escape
	if escape == 0 {
		escape = d.Quote
	}
	names := make([]string, len(r.Header))
	for i, name := range r.Header {
		names[i] = literal(name) + ": 'varchar'"
	}
	return fmt.Sprintf("read_csv(%s, auto_detect=false, strict_mode=true, null_padding=false, delim=%s, quote=%s, "+
		"escape=%s, header=%t, columns={%s}, max_line_size=%d, compression=%s, parallel=%t)",
		literal(path), literal(character(d.Delimiter)), literal(character(d.Quote)), literal(character(escape)),
		d.Header, strings.Join(names, ", "), r.MaxLineSize(), literal(r.Compression), !r.MultiLine)
}

func character(b byte) string {
	if b == 0 {
		return ""
	}
	return string(rune(b))
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// readByUs reads every record of a scanned file.
func readByUs(path string, d csvfile.Dialect, r csvfile.Result) ([][]string, error) {
	wanted := make([]int64, r.Records)
	for i := range wanted {
		wanted[i] = int64(i) + 1
	}
	found, err := csvfile.Records(context.Background(), delivered.File{Path: path}, d, wanted)
	records := make([][]string, len(found))
	for i := range found {
		records[i] = found[i].Fields
	}
	return records, err
}

func writeFile(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
