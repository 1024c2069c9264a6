package csvfile_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

func TestNormaliseKeepsWhatIsReadableAndHandsBackTheRest(t *testing.T) {
	path := writeFile(t, "file.csv", "size;name\r\n5\" pipe;a,b\n\n\"x\ny\";\"\"\n1;2;3\n\"1\"2;3\n\xff;2\n7;\x00\n8\r;9\r")
	var out bytes.Buffer
	kept, unreadable, err := csvfile.Normalise(context.Background(), delivered.File{Path: path}, csvfile.Dialect{Delimiter: ';', Quote: '"', Header: true}, &out)
	if err != nil || kept != 3 {
		t.Fatalf("%d kept, %v", kept, err)
	}
	if want := "source_row,size,name\n1,\"5\"\" pipe\",\"a,b\"\n2,\"x\ny\",\n7,\"8\r\",9\n"; out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
	want := []record.Unreadable{
		{Record: 3, Line: 6, Rule: csvfile.Ragged, Reason: "3 fields, 2 columns", Raw: "1;2;3"},
		{Record: 4, Line: 7, Rule: csvfile.BadQuote, Reason: "text follows a closing quote", Raw: "\"1\"2;3"},
		{Record: 5, Line: 8, Rule: csvfile.BadEncoding, Reason: "byte 1 of the record is not UTF-8", Raw: "\uFFFD;2"},
		{Record: 6, Line: 9, Rule: csvfile.NulByte, Reason: "byte 3 of the record is zero", Raw: "7;\x00"},
	}
	if !reflect.DeepEqual(unreadable, want) {
		t.Errorf("got  %+v\nwant %+v", unreadable, want)
	}
}

func TestNormaliseReadsOldMacintoshFiles(t *testing.T) {
	var out bytes.Buffer
	_, _, err := csvfile.Normalise(context.Background(), delivered.File{Path: writeFile(t, "file.csv", "a,source_row\r1,\"x\ny\"\r\r2,3")}, commas, &out)
	if want := "source_row,a,source_row_2\n1,1,\"x\ny\"\n2,2,3\n"; err != nil || out.String() != want {
		t.Errorf("wrote %q, %v", out.String(), err)
	}
}

func TestNormaliseHandsBackTheStartOfARecordThatIsTooLong(t *testing.T) {
	long := "\"" + strings.Repeat("x\n", record.Max) + "\",2"
	var out bytes.Buffer
	kept, unreadable, err := csvfile.Normalise(context.Background(), delivered.File{Path: writeFile(t, "file.csv", "1,2\n"+long+"\n3,4\n")}, ab, &out)
	if err != nil || kept != 2 || len(unreadable) != 1 {
		t.Fatalf("%d kept, %d unreadable, %v", kept, len(unreadable), err)
	}
	if u := unreadable[0]; u.Rule != csvfile.TooLong || u.Line != 2 || u.Raw != long[:record.RawLimit] {
		t.Errorf("%s on line %d with %d bytes", u.Rule, u.Line, len(u.Raw))
	}
	last, err := csvfile.Records(context.Background(), delivered.File{Path: writeFile(t, "file.csv", long+"\n3,4\n")}, ab, []int64{2})
	if err != nil || last[0].Line != record.Max+2 || last[0].Text != "3,4" {
		t.Errorf("%+v, %v", last, err)
	}
}

func TestRecordsFindsRawTextByNumber(t *testing.T) {
	path := writeFile(t, "file.csv", "a,b\r\n1,2\r\n\r\n\"x\ny\",\"z\"\"\"\r\n3,\xff\r\n")
	got, err := csvfile.Records(context.Background(), delivered.File{Path: path}, commas, []int64{2, 3})
	want := []record.Raw{
		{Record: 2, Line: 4, Text: "\"x\ny\",\"z\"\"\"", Fields: []string{"x\ny", "z\""}},
		{Record: 3, Line: 6, Text: "3,\uFFFD", Fields: []string{"3", "\uFFFD"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRecordsMissesANumberBeyondTheFile(t *testing.T) {
	_, err := csvfile.Records(context.Background(), delivered.File{Path: writeFile(t, "file.csv", "1,2\n")}, ab, []int64{1, 2})
	if missing := new(csvfile.MissingRecordError); !errors.As(err, &missing) || missing.Record != 2 || missing.Records != 1 {
		t.Error(err)
	}
}

func TestPropertyThreeReadersCountTheSameRecords(t *testing.T) {
	dialects := []csvfile.Dialect{commas, ab, {Delimiter: ',', Quote: '"', Escape: '\\', Columns: []string{"a"}}, {Delimiter: ',', Columns: []string{"a", "b"}}}
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.SampledFrom(dialects).Draw(rt, "dialect")
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"a", ",", ",", "\"", "\"", "\n", "\n", "\r\n", "\r", " ", "\\", "\x80", "\x00", "é", "\ufeff"})).Draw(rt, "parts")
		path := writeFile(t, "file.csv", strings.Join(parts, ""))
		r, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, d, nil)
		if err != nil {
			return
		}
		var out bytes.Buffer
		kept, unreadable, err := csvfile.Normalise(context.Background(), delivered.File{Path: path}, d, &out)
		if err != nil || kept+int64(len(unreadable)) != r.Records {
			rt.Fatalf("%d kept, %d unreadable, %d records, %v", kept, len(unreadable), r.Records, err)
		}
		for _, u := range unreadable {
			raw, err := csvfile.Records(context.Background(), delivered.File{Path: path}, d, []int64{u.Record})
			if err != nil || raw[0].Text != u.Raw || raw[0].Line != u.Line {
				rt.Fatalf("%+v is %+v, %v", u, raw, err)
			}
		}
	})
}
