// Package record is what every reader of ours hands over: the records of one
// table in a delivered file, one after the other, as text. What is a record's
// number, how records become regular CSV that DuckDB reads, and how the raw text
// of some of them is found again, is the same for every format and stands here.
package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Record is one row of a table.
type Record struct {
	// Line is where it begins: a line of text, a row of a sheet, from 1.
	Line int64
	// Fields are its values as text, as many as the table has columns; empty where
	// there is none. They are valid until the next record is read. Numbers are
	// written plainly (1234.5), dates as 2006-01-02, stamps as 2006-01-02 15:04:05,
	// truth as true or false, where the file holds them typed.
	Fields [][]byte
	// Rule, if not empty, says that no row can be made of the record, and which
	// rule it broke; Reason says so for a person and quotes nothing from the file;
	// Raw is its text as it stands there, cut at RawLimit.
	Rule, Reason string
	Raw          []byte
}

// Rules that a record breaks of which no row can be made.
const (
	Ragged      = "ragged"       // more or fewer fields than columns
	BadQuote    = "bad_quote"    // text after a closing quote
	BadEncoding = "bad_encoding" // not text in the file's encoding
	TooLong     = "too_long"     // a record of more than Max bytes
	BadRecord   = "bad_record"   // not a record of the format: a fixed-width line too short, no JSON object
)

// Max is the length in bytes above which a record is unreadable.
const Max = 16 << 20

// RawLimit is the length in bytes at which the raw text of a record is cut.
const RawLimit = 64 << 10

// A Table reads the records of one table in order.
type Table interface {
	// Columns are the names of the columns, unique ignoring case (see UniqueNames).
	Columns() []string
	// Next reads the next record into r. Its errors are io.EOF after the last
	// record, and faults of the file as a whole, which name the file and what to do.
	Next(r *Record) error
	// Close lets go of the file.
	Close() error
}

// Unreadable is a record that no row can be made of.
type Unreadable struct {
	Record, Line int64  // its number and where it begins, each from 1
	Rule         string // such as ragged
	Reason       string // for a person; quotes nothing from the file
	Raw          string // as it stands in the file, cut at RawLimit, with U+FFFD for what is not UTF-8
}

// Raw is a record as it stands in the file.
type Raw struct {
	Record, Line int64    // as in Unreadable
	Text         string   // cut at RawLimit, with U+FFFD for what is not UTF-8
	Fields       []string // its values as far as they can be told apart
}

// Write writes the records that are readable as regular CSV (see Writer) and
// returns how many, and those that are not. keep bounds how many of the latter
// keep their raw text. Its errors are the table's, the writer's and the
// context's.
func Write(ctx context.Context, t Table, to io.Writer, keep int) (kept int64, unreadable []Unreadable, err error) {
	out := NewWriter(to)
	out.Header(t.Columns())
	var r Record
	for number := int64(1); ; number++ {
		if number%1024 == 0 && ctx.Err() != nil {
			return kept, unreadable, ctx.Err()
		}
		switch err := next(t, &r); {
		case errors.Is(err, io.EOF):
			return kept, unreadable, out.Flush()
		case err != nil:
			return kept, unreadable, err
		}
		if r.Rule != "" {
			u := Unreadable{Record: number, Line: r.Line, Rule: r.Rule, Reason: r.Reason}
			if len(unreadable) < keep {
				u.Raw = r.text()
			}
			unreadable = append(unreadable, u)
			continue
		}
		kept++
		if err := out.Record(number, r.Fields); err != nil {
			return kept, unreadable, err
		}
	}
}

// next reads a record, and sees that it has as many fields as the table columns.
func next(t Table, r *Record) error {
	r.Rule, r.Reason, r.Raw = "", "", nil
	if err := t.Next(r); err != nil {
		return err
	}
	if r.Rule != "" {
		return nil
	}
	if len(r.Fields) != len(t.Columns()) {
		return fmt.Errorf("line %d: a record of %d fields under %d columns; this is a fault of Nightjar", r.Line, len(r.Fields), len(t.Columns()))
	}
	length := 0
	for _, field := range r.Fields {
		length += len(field)
		if bytes.IndexByte(field, 0) >= 0 || !utf8.Valid(field) {
			r.Rule, r.Reason = BadEncoding, "a value is no text: it holds a zero byte, or bytes that its encoding does not have"
		}
	}
	if length > Max {
		r.Rule, r.Reason = TooLong, fmt.Sprintf("the record has more than %d MiB", Max>>20)
	}
	return nil
}

// Pick finds records by their numbers, which must ascend from 1, in one pass that
// ends at the last of them. Numbers that the table does not have are left out.
func Pick(ctx context.Context, t Table, wanted []int64) ([]Raw, error) {
	var found []Raw
	var r Record
	for number := int64(1); len(wanted) > 0; number++ {
		if number%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch err := next(t, &r); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, err
		}
		if number != wanted[0] {
			continue
		}
		for len(wanted) > 0 && wanted[0] == number {
			wanted = wanted[1:]
		}
		found = append(found, asRaw(number, &r))
	}
	return found, nil
}

func asRaw(number int64, r *Record) Raw {
	raw := Raw{Record: number, Line: r.Line, Text: r.text()}
	for _, field := range r.Fields {
		raw.Fields = append(raw.Fields, Text(field))
	}
	return raw
}

// text is the record as it stands in the file or, where the file is not text, its
// values as CSV.
func (r *Record) text() string {
	if len(r.Raw) > 0 {
		return Printable(r.Raw)
	}
	var csv bytes.Buffer
	w := NewWriter(&csv)
	w.fields(r.Fields)
	_ = w.Flush()
	return Printable(csv.Bytes())
}

// Printable is text cut at RawLimit, with U+FFFD for what is not UTF-8.
func Printable(text []byte) string { return Text(text[:min(len(text), RawLimit)]) }

// Text is text with U+FFFD for what is not UTF-8.
func Text(text []byte) string { return strings.ToValidUTF8(string(text), "\uFFFD") }

// UniqueNames makes column names usable: blanks around them go, an empty one
// becomes column_N, N being its position from 1; one that is there already,
// ignoring case, gets _2, _3, … at its end, the first number that is free.
func UniqueNames(names []string) []string {
	trimmed := make([]string, len(names))
	taken := make(map[string]bool, len(names))
	for i, name := range names {
		trimmed[i] = strings.Trim(name, Blanks)
		taken[strings.ToLower(trimmed[i])] = true
	}
	unique, seen := slices.Clone(trimmed), make(map[string]bool, len(names))
	for i, name := range trimmed {
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		free := name
		for n := 2; seen[strings.ToLower(free)] || free != trimmed[i] && taken[strings.ToLower(free)]; n++ {
			free = fmt.Sprintf("%s_%d", name, n)
		}
		seen[strings.ToLower(free)] = true
		unique[i] = free
	}
	return unique
}

// Blanks around a name or a value are no part of it: space, tab, line ends,
// no-break space, the ideographic space.
const Blanks = " \t\r\n\u00a0\u3000"
