package demo

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
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
	for _, pattern := range patterns {
		if len(matching(t, dir, pattern)) == 0 {
			t.Fatalf("no files %s", pattern)
		}
	}
	return readSome(t, dir, patterns...)
}

// readSome is read, for files that a day may lack.
func readSome(t *testing.T, dir string, patterns ...string) reading {
	t.Helper()
	all := reading{broken: map[string]int64{}}
	for _, pattern := range patterns {
		for _, path := range matching(t, dir, pattern) {
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

func matching(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "data", pattern))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func readFile(t *testing.T, path string) []record {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(path) {
	case ".gz":
		return readChats(t, text)
	case ".xlsx":
		return readPlan(t, text)
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

// readChats reads lines of JSON as rows in the words of the call centre's file.
func readChats(t *testing.T, packed []byte) []record {
	t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	var records []record
	for line := range strings.Lines(string(text)) {
		var c chat
		r := record{"#": "0", "#key": "contact_no"}
		switch err := json.Unmarshal([]byte(line), &c); {
		case len(line) > 16<<20:
			r["#rule"] = TooLong
		case err != nil:
			r["#rule"] = BadRecord
		}
		r["contact_no"], r["customer_no"], r["at"], r["direction"], r["channel"] = c.ID, c.Customer, c.StartedAt, "in", "chat"
		r["waited"], r["talked"] = strconv.Itoa(c.Waited), strconv.Itoa(c.Talked)
		r["abandoned"], r["resolved"] = yesNo[c.Abandoned], yesNo[c.Resolved]
		records = append(records, r)
	}
	return records
}

var yesNo = map[bool]string{true: "Y", false: "N"}

// readPlan reads the sheet of a workbook, whose header is its third row.
func readPlan(t *testing.T, packed []byte) []record {
	t.Helper()
	book, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := book.Open(sheetPart)
	if err != nil {
		t.Fatal(err)
	}
	var sheet struct {
		Rows []struct {
			Cells []struct {
				Value string `xml:"v"`
				Text  string `xml:"is>t"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.NewDecoder(part).Decode(&sheet); err != nil {
		t.Fatal(err)
	}
	var records []record
	for _, row := range sheet.Rows[3:] {
		r := record{"#": strconv.Itoa(len(sheet.Rows[2].Cells) - len(row.Cells)), "#key": "plan_month"}
		for i, cell := range row.Cells {
			r[sheet.Rows[2].Cells[i].Text] = cell.Value + cell.Text
		}
		switch store := r["store"]; {
		case store == "#N/A":
			r["#rule"] = ErrorCell
		case !strings.HasPrefix(store, "S"):
			r["#rule"] = BadPattern
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
	case r["#rule"] != "":
		return r["#rule"]
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
	key := r[r["#key"]] + "/" + r["store_name"] + r["line_no"] + r["seq"] + r["valid_from"]
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
