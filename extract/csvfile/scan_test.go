package csvfile_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

func TestScanCountsRecordsNotLines(t *testing.T) {
	r := scan(t, "\ufeffa,b\n1,\"two\nlines\"\n\n3,4", commas)
	if r.Records != 2 || !r.Regular() || !r.MultiLine || r.LongestRecord != len("1,\"two\nlines\"") {
		t.Errorf("%+v", r)
	}
	if !reflect.DeepEqual(r.Header, []string{"a", "b"}) {
		t.Errorf("header %q", r.Header)
	}
}

func TestScanHashesTheBytesAsDelivered(t *testing.T) {
	text := "a,b\n1,2\n"
	r := scan(t, text, commas)
	if r.SHA256 != sha256.Sum256([]byte(text)) || r.Size != int64(len(text)) {
		t.Errorf("hash %x of %d bytes", r.SHA256, r.Size)
	}
}

func TestScanMeasuresColumns(t *testing.T) {
	r := scan(t, "a,b\n,x\n\"\",\"say \"\"yes\"\"\"\n\u3000茶,\u00a0\n", commas)
	want := []csvfile.ColumnFacts{{Name: "a", MaxLen: 6, Empty: 2, Padded: true}, {Name: "b", MaxLen: 9, Padded: true}}
	if !reflect.DeepEqual(r.Columns, want) {
		t.Errorf("%+v", r.Columns)
	}
}

func TestScanNamesEachIrregularity(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		kind string
		line int64
	}{
		"too few fields":             {"a,b\n1,2\n3\n", csvfile.Ragged, 3},
		"too many fields":            {"a,b\n1,2\n3,4,\n", csvfile.Ragged, 3},
		"text behind a quote":        {"a,b\n1,2\n\"3\"x,4\n", csvfile.BadQuote, 3},
		"a blank behind a quote":     {"a,b\n1,2\n3,\"4\" \n", csvfile.BadQuote, 3},
		"not UTF-8":                  {"a,b\n1,2\n\x80,4\n", csvfile.BadEncoding, 3},
		"a zero byte":                {"a,b\n1,2\n\x00,4\n", csvfile.NulByte, 3},
		"too long":                   {"a,b\n1,2\n" + strings.Repeat("x", record.Max) + ",4\n", csvfile.TooLong, 3},
		"a quote in a plain field":   {"a,b\n1,2\n5\" pipe,4\n", csvfile.StrayQuote, 3},
		"unix among windows":         {"a,b\r\n1,2\n", csvfile.LineEnd, 2},
		"windows among unix":         {"a,b\n1,2\r\n", csvfile.LineEnd, 2},
		"a carriage return alone":    {"a,b\n1\r,2\n", csvfile.LineEnd, 2},
		"macintosh":                  {"a,b\r", csvfile.LineEnd, 1},
		"another blank line":         {"a,b\r\n\n1,2\r\n", csvfile.LineEnd, 2},
		"another line end in quotes": {"\"a\rx\",b\n", csvfile.LineEnd, 1},
		"a blank line in front":      {"\na,b\n", csvfile.BlankLine, 1},
		"a blank line in one column": {"a\n1\n\n2\n", csvfile.BlankLine, 3},
		"a mark where files join":    {"\ufeffa,b\n1,2\n\ufeff3,4\n", csvfile.MarkWithin, 3},
		"two marks at the start":     {"\ufeff\ufeffa,b\n1,2\n", csvfile.MarkWithin, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := scan(t, c.text, commas)
			if r.Regular() || len(r.Irregular) != 1 || r.Irregular[0].Kind != c.kind || r.Irregular[0].Line != c.line ||
				!reflect.DeepEqual(r.IrregularCount, map[string]int64{c.kind: 1}) {
				t.Errorf("%+v %v", r.Irregular, r.IrregularCount)
			}
		})
	}
}

func TestScanCountsEveryIrregularityAndDescribesAThousand(t *testing.T) {
	r := scan(t, "a,b\n"+strings.Repeat("1\n", 1500), commas)
	if r.IrregularCount[csvfile.Ragged] != 1500 || len(r.Irregular) != 1000 || r.Records != 1500 {
		t.Errorf("%v, %d described, %d records", r.IrregularCount, len(r.Irregular), r.Records)
	}
}

func TestOneBadQuoteSpoilsOnlyItsLine(t *testing.T) {
	r := scan(t, "1,\"x\"y,\"\n3,4\n", ab)
	if r.Records != 2 || r.IrregularCount[csvfile.BadQuote] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestUnclosedQuoteNamesTheLineWhereItOpens(t *testing.T) {
	for _, filler := range []string{"5,6\n", strings.Repeat("5,6\n", 6_000_000)} {
		path := writeFile(t, "file.csv", "1,2\n\"3\nx\",\"\n"+filler)
		_, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, ab, nil)
		if unclosed := new(csvfile.UnclosedQuoteError); !errors.As(err, &unclosed) || unclosed.Line != 3 || unclosed.Path != path {
			t.Errorf("%d bytes behind it: %v", len(filler), err)
		}
	}
}

// A mark within a file must show in the middle of a block that is skimmed, too.
func TestAMarkAmongOrdinaryRecordsIsFound(t *testing.T) {
	ordinary := strings.Repeat("1,茶\n", 10_000)
	r := scan(t, "a,b\n"+ordinary+"\ufeff2,茶\n"+ordinary, commas)
	if r.Records != 20_001 || len(r.Irregular) != 1 || r.Irregular[0].Kind != csvfile.MarkWithin || r.Irregular[0].Line != 10_002 {
		t.Errorf("%d records, %+v", r.Records, r.Irregular)
	}
}

func TestLinesThatAreNoRecordsAreFoundInOldMacintoshFiles(t *testing.T) {
	skipping, commented := ab, ab
	skipping.Skip, commented.Comment = 1, '#'
	for text, d := range map[string]csvfile.Dialect{
		"Report\r1,2\r3,4\r": skipping, "#one\r1,2\r#two\r3,4\r": commented, "Re\rport\n1,2\n3,4\n": skipping, "#o\rne\n1,2\n3,4\n": commented,
	} {
		if r := scan(t, text, d); r.Records != 2 || r.IrregularCount[csvfile.Ragged] != 0 {
			t.Errorf("%q: %d records, %v", text, r.Records, r.IrregularCount)
		}
	}
}

func TestHeaderOfAnEmptyFileIsMissed(t *testing.T) {
	path := writeFile(t, "file.csv", "\ufeff\n\n")
	_, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, nil)
	if empty := new(csvfile.EmptyFileError); !errors.As(err, &empty) {
		t.Error(err)
	}
	if r := scan(t, "", ab); r.Records != 0 || !r.Regular() {
		t.Errorf("%+v", r)
	}
}

func TestShapeOfAnUnknownColumnNamesTheNearest(t *testing.T) {
	path := writeFile(t, "file.csv", "store,amount,date\n")
	_, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, []csvfile.Shape{{Column: "Ammount", Kind: csvfile.Integer}})
	if unknown := new(csvfile.UnknownColumnError); !errors.As(err, &unknown) || unknown.Nearest != "amount" {
		t.Error(err)
	}
}

func TestNamesAreMadeUnique(t *testing.T) {
	got := record.UniqueNames([]string{"a", "", "A", "a_2", "a", "column_2"})
	if want := []string{"a", "column_2_2", "A_3", "a_2", "a_4", "column_2"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDialectsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, d := range []csvfile.Dialect{
		{},
		{Delimiter: ','},
		{Delimiter: ',', Quote: ',', Header: true},
		{Delimiter: '\n', Header: true},
		{Delimiter: 0xa7, Header: true},
		{Delimiter: ',', Escape: '\\', Header: true},
	} {
		if _, err := csvfile.Scan(context.Background(), delivered.File{Path: "none"}, d, nil); err == nil || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%+v: %v", d, err)
		}
	}
}

func TestScanStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := csvfile.Scan(ctx, delivered.File{Path: writeFile(t, "file.csv", "a,b\n")}, commas, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The fast road and the careful one must see the same, wherever chunks and blocks
// happen to end. A dialect with an escape that occurs everywhere is never fast.
func TestScanSeesTheSameOnBothRoads(t *testing.T) {
	for _, lineEnd := range []string{"\n", "\r\n"} {
		var text strings.Builder
		text.WriteString("n,word,money" + lineEnd)
		for i := range 40_000 {
			fmt.Fprintf(&text, "%d,\"%s\",%d.%02d%s", i, strings.Repeat("é,", i%13), i, i%100, lineEnd)
		}
		shapes := []csvfile.Shape{{Column: "n", Kind: csvfile.Integer}, {Column: "money", Kind: csvfile.Decimal, Precision: 6, Scale: 2}}
		fast := scan(t, text.String(), commas, shapes...)
		slow := scan(t, strings.Replace(text.String(), "n,word", "n,wo\"rd", 1), commas, shapes...)
		if !fast.Regular() || fast.Records != 40_000 || fast.Columns[2].Misshapen != 30_000 || fast.Columns[2].FirstMisshapen != 10_001 {
			t.Errorf("%+v", fast)
		}
		if slow.Columns[0] != fast.Columns[0] || slow.Columns[2] != fast.Columns[2] || slow.Columns[1].MaxLen != fast.Columns[1].MaxLen {
			t.Errorf("%+v and %+v", fast.Columns, slow.Columns)
		}
	}
}
