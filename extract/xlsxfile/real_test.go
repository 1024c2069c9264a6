package xlsxfile_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// survey is what is counted over a sheet.
type survey struct {
	rows, columns int
	values        int // that are not empty
	scores        int // sum of the second column, 语音通话整体满意度
	subscribers   int // sum of the first column
	errors        int // values such as #DIV/0! in the 48th column
	exponents     int // numbers with one in the 39th and 48th column
}

// The sheet declares 16,357 columns; 1,241 of its scores are digits stored as
// text, 601 numbers of the 39th and 48th column stand there with an exponent.
// Derived with Python's zipfile and xml.etree from the XML of the parts: cells with
// a v, texts by their number, sums as Decimal.
var wantSurvey = survey{rows: 5433, columns: 55, values: 271_625 - 55, scores: 47_158, subscribers: 14_761_461, errors: 2}

func TestRealSurvey(t *testing.T) {
	path := filepath.FromSlash("../../../shared/data/china/voice_satisfaction.xlsx")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the real survey is not here")
	}
	s, err := xlsxfile.Open(path, xlsxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := survey{columns: len(s.Columns())}
	var r record.Record
	for {
		err := s.Next(&r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || r.Rule != "" {
			t.Fatalf("row %d: %v %s %s", r.Line, err, r.Rule, r.Reason)
		}
		got.add(t, r.Fields)
	}
	if got != wantSurvey || s.Columns()[1] != "语音通话整体满意度" {
		t.Errorf("got %+v, want %+v", got, wantSurvey)
	}
}

func (s *survey) add(t *testing.T, fields [][]byte) {
	s.rows++
	for _, field := range fields {
		if len(field) > 0 {
			s.values++
		}
	}
	for i, sum := range []*int{&s.subscribers, &s.scores} {
		n, err := strconv.Atoi(string(fields[i]))
		if err != nil {
			t.Error(err)
		}
		*sum += n
	}
	if bytes.HasPrefix(fields[47], []byte("#")) {
		s.errors++
	} else if bytes.IndexByte(fields[47], 'E') >= 0 {
		s.exponents++
	}
	if bytes.IndexByte(fields[38], 'E') >= 0 {
		s.exponents++
	}
}
