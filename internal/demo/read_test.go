package demo

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A record is one row of a file by column name. Good is false for planted rows.
type record map[string]string

func (r record) int(t *testing.T, column string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(r[column], 10, 64)
	if err != nil {
		t.Fatalf("column %s of %v: %v", column, r, err)
	}
	return n
}

// cents reads an amount, which must have exactly two decimals.
func (r record) cents(t *testing.T, column string) int64 {
	t.Helper()
	whole, fraction, _ := strings.Cut(r[column], ".")
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil || len(fraction) != 2 {
		t.Fatalf("column %s of %v is no amount", column, r)
	}
	return n
}

// A reading is the rows of some files, the good ones apart from the broken ones.
type reading struct {
	good   []record
	broken map[string]int64 // by rule
}

// read reads the files below data/ that match the patterns, in order of their names, and
// sorts out the broken rows as a contract would: by what is wrong with them.
func read(t *testing.T, dir string, patterns ...string) reading {
	t.Helper()
	all := reading{broken: map[string]int64{}}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(dir, "data", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, path := range paths {
			seen := map[string]bool{}
			for _, row := range readFile(t, path) {
				if rule := brokenRule(row, seen); rule != "" {
					all.broken[rule]++
				} else {
					all.good = append(all.good, row)
				}
			}
		}
	}
	return all
}

func readFile(t *testing.T, path string) []record {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// A strict reader would give up on the whole file.
	mended := strings.ReplaceAll(string(text), badlyQuoted, `"""`+strings.ReplaceAll(badlyQuoted[1:], `"`, `""`)+`"`)
	reader := csv.NewReader(strings.NewReader(mended))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var records []record
	for _, row := range rows[1:] {
		r := record{"#": strconv.Itoa(len(rows[0]) - len(row)), "#key": rows[0][0]}
		for i, value := range row {
			r[rows[0][i]] = value
		}
		records = append(records, r)
	}
	return records
}

var knownStatuses = map[string]bool{
	placed: true, paid: true, shipped: true, delivered: true, cancelled: true, sentBack: true,
	entered: true, confirmed: true, sent: true, invoiced: true, annulled: true, takenBack: true, "": true,
}

func brokenRule(r record, seen map[string]bool) string {
	switch date := r["sold_at"] + r["ordered_at"] + r["ordered_on"] + r["handed_on"]; {
	case r["#"] != "0":
		return Ragged
	case r[r["#key"]] == "":
		return Required
	case strings.HasPrefix(date, "2099"):
		return Future
	case len(date) > 7 && date[4:8] == "-13-":
		return BadDate
	case strings.ContainsAny(r["qty"]+r["discount"]+r["waited"], "个件元秒"):
		return BadNumber
	case strings.HasPrefix(r["waited"], "-"):
		return OutOfRange
	case strings.HasPrefix(r["at"], "1991-04-14 02:"):
		return NonexistentHour
	case strings.HasPrefix(r["at"], "1991-09-15 01:"):
		return AmbiguousHour
	case r["direction"] == "sideways":
		return NotAccepted
	case r["resolved"] == "maybe":
		return BadBoolean
	case r["reason"] == badlyQuoted:
		return BadQuote
	case !utf8.ValidString(r["reason"]):
		return BadEncoding
	case strings.Contains(r["reason"], "\x00"):
		return NulByte
	}
	if status, ok := r["status"]; ok && !knownStatuses[status] {
		return UnknownStatus
	}
	key := r[r["#key"]] + "/" + r["line_no"] + r["seq"] + r["valid_from"]
	if seen[key] {
		return DuplicateKey
	}
	seen[key] = true
	return ""
}

func generate(t *testing.T, o Options) (Truth, string) {
	t.Helper()
	o.Dir = t.TempDir()
	truth, err := Generate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return truth, o.Dir
}

func nextDay(t *testing.T, o Options, dir string, n int) Truth {
	t.Helper()
	o.Dir = dir
	truth, err := NextDay(t.Context(), o, n)
	if err != nil {
		t.Fatal(err)
	}
	return truth
}
