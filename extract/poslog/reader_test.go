package poslog_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

var update = flag.Bool("update", false, "write what is read into testdata")

// read writes a table as a line a record: its columns that have a value, or the
// rule that it breaks.
func read(from io.Reader, table string) (string, error) {
	r, err := poslog.Open(from, "file.xml", table)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var out strings.Builder
	var rec record.Record
	for {
		err := r.Next(&rec)
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		fmt.Fprintf(&out, "line %d:", rec.Line)
		if rec.Rule != "" {
			fmt.Fprintf(&out, " %s: %s\n", rec.Rule, rec.Reason)
			continue
		}
		for i, column := range r.Columns() {
			if value := string(rec.Fields[i]); value != "" && value != "false" {
				fmt.Fprintf(&out, " %s=%s", column, value)
			}
		}
		out.WriteByte('\n')
	}
}

// Each testdata/*.xml is read as testdata/*.txt says: every table with its records,
// without the columns that are empty or false, and with those of the head only in
// the table transaction.
func TestVersions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, table := range poslog.Tables {
				records, err := read(strings.NewReader(string(text)), table)
				if err != nil {
					t.Fatal(err)
				}
				if table != poslog.Transaction {
					records = withoutHead(records)
				}
				got += "-- " + table + " --\n" + records
			}
			golden := strings.TrimSuffix(file, ".xml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != strings.ReplaceAll(string(want), "\r\n", "\n") {
				t.Errorf("got\n%s\nwant\n%s%v", got, want, err)
			}
		})
	}
}

func withoutHead(records string) string {
	head := poslog.Columns(poslog.Transaction)[1:17]
	var out strings.Builder
	for line := range strings.Lines(records) {
		for _, column := range head {
			if before, after, found := strings.Cut(line, " "+column+"="); found {
				next := strings.IndexAny(after, "=\n")
				if after[next] == '=' {
					next = strings.LastIndexByte(after[:next], ' ')
				}
				line = before + after[next:]
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

func TestEveryTableHasTheHead(t *testing.T) {
	for _, table := range poslog.Tables {
		columns := poslog.Columns(table)
		if columns[0] != "document_id" || len(columns) < 30 {
			t.Errorf("%s: %v", table, columns)
		}
		if unique := record.UniqueNames(columns); fmt.Sprint(unique) != fmt.Sprint(columns) {
			t.Errorf("%s has columns twice: %v", table, columns)
		}
	}
	if poslog.Columns("sale") != nil {
		t.Error("columns of no table")
	}
}

// doc.go documents every column.
func TestColumnsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(doc), "# Columns")
	at := 0
	documented := func(column string) {
		i := strings.Index(text[at:], "//\t"+column+" ")
		if i < 0 {
			t.Errorf("doc.go does not document %s in its place", column)
			return
		}
		at += i
	}
	for _, column := range poslog.Columns(poslog.Transaction)[:17] {
		documented(column)
	}
	for _, table := range poslog.Tables {
		for _, column := range poslog.Columns(table)[17:] {
			documented(column)
		}
	}
}

const small = `<POSLog><Transaction><SequenceNumber>%d</SequenceNumber><RetailTransaction>%s</RetailTransaction></Transaction></POSLog>`

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ xml, want string }{
		"no POSLog":  {"<orders><order/></orders>", "reading file.xml: it holds no Transaction and is no POSLog: correct the source's format"},
		"no XML":     {"a,b\n1,2\n", "reading file.xml: line 1: text stands outside the root element"},
		"DOCTYPE":    {"<!DOCTYPE POSLog><POSLog/>", "DOCTYPE"},
		"cut off":    {"<POSLog><Transaction><SequenceNumber>1</SequenceNumber><RetailTransaction>\n<LineItem><Sale>", "line 2: the file ends before its last element does"},
		"ill-formed": {"<POSLog><Transaction></POSLog>", "an end tag closes another element"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(strings.NewReader(c.xml), poslog.Line)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if got, err := read(strings.NewReader("<POSLog/>"), poslog.Line); got != "" || err != nil {
		t.Errorf("an empty POSLog: %s %v", got, err)
	}
	_, err := poslog.Open(strings.NewReader(""), "file.xml", "sales")
	if err == nil || !strings.Contains(err.Error(), `a POSLog has no table "sales": set the source's table to one of transaction, line, tender`) {
		t.Errorf("got %v", err)
	}
	var fault *xmltoken.SyntaxError
	if _, err := read(strings.NewReader("<POSLog"), poslog.Line); !errors.As(err, &fault) {
		t.Errorf("got %v", err)
	}
}

// A transaction that is too long, or that nothing identifies, is one unreadable
// record; those behind it are read.
func TestUnreadableTransactions(t *testing.T) {
	whole := `<Transaction><SequenceNumber>2</SequenceNumber><RetailTransaction><LineItem><Sale/></LineItem></RetailTransaction></Transaction>`
	long := strings.Repeat("<LineItem><Sale><Description>"+strings.Repeat("x", 1000)+"</Description></Sale></LineItem>", 17_000)
	many := strings.Repeat("<LineItem><Sale/></LineItem>", 66_000)
	text := "<Description>" + strings.Repeat("x", 17<<20) + "</Description>"
	totals := strings.Repeat(`<Total TotalType="`+strings.Repeat("x", 3000)+`">1</Total>`, 3000)
	for name, c := range map[string]struct{ body, table, want string }{
		"many megabytes":       {long, poslog.Line, "too_long: the transaction has more than 16 MiB"},
		"a text of many":       {"<LineItem><Sale>" + text + "</Sale></LineItem>", poslog.Line, "too_long: the transaction has more than 16 MiB"},
		"many lines":           {many, poslog.Line, "too_long: the transaction has more than 16 MiB, or more than 65536 lines"},
		"values that add up":   {totals, poslog.Transaction, "too_long: the transaction has more than 16 MiB"},
		"many of no interest":  {"<x>" + text + "</x>", poslog.Line, "too_long: the transaction has more than 16 MiB"},
		"nothing identifies":   {"</RetailTransaction></Transaction><Transaction><RetailTransaction>", poslog.Transaction, ""},
		"a number that is all": {"", poslog.Transaction, ""},
	} {
		t.Run(name, func(t *testing.T) {
			xml := fmt.Sprintf(strings.Replace(small, "</POSLog>", "\n"+whole+"</POSLog>", 1), 1, c.body)
			got, err := read(strings.NewReader(xml), c.table)
			if err != nil {
				t.Fatal(err)
			}
			want := "line 1: " + c.want
			switch name {
			case "nothing identifies":
				want = "line 1: document_id=///1 kind=retail sequence_number=1 line_items=0\nline 1: bad_record: the transaction has neither SequenceNumber nor TransactionID\n"
			case "a number that is all":
				want = "line 1: document_id=///1 kind=retail sequence_number=1 line_items=0\n"
			}
			if !strings.HasPrefix(got, want) || !strings.Contains(got, "\nline 2: document_id=///2 ") || strings.Count(got, "\n") > 3 {
				t.Errorf("got %.500s\nwant %s", got, want)
			}
		})
	}
}

func TestRawTextOfABrokenTransaction(t *testing.T) {
	broken := "<Transaction>\n <RetailTransaction a='&amp;'>x &amp; y</RetailTransaction></Transaction>"
	r, err := poslog.Open(strings.NewReader("<POSLog>"+broken+"</POSLog>"), "file.xml", poslog.Line)
	if err != nil {
		t.Fatal(err)
	}
	var rec record.Record
	if err := r.Next(&rec); err != nil || rec.Rule != record.BadRecord || string(rec.Raw) != broken {
		t.Errorf("got %q, %s %v", rec.Raw, rec.Rule, err)
	}
}

func TestBytesThatTheEncodingDoesNotHave(t *testing.T) {
	xml := `<?xml version="1.0" encoding="gb18030"?>` + fmt.Sprintf(small, 1, "<LineItem><Sale><Description>\xff\xff</Description></Sale></LineItem>")
	got, err := read(strings.NewReader(xml), poslog.Line)
	if want := "line 1: bad_encoding: the record holds bytes that the file's encoding does not have\n"; err != nil || got != want {
		t.Errorf("got %s%v", got, err)
	}
}

// closer is a file that knows whether it was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestCloseClosesTheFile(t *testing.T) {
	c := &closer{Reader: strings.NewReader("<POSLog/>")}
	if _, err := read(c, poslog.Line); err != nil || !c.closed {
		t.Errorf("closed %v, %v", c.closed, err)
	}
}
