package csvfile

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// SourceRow is the name of the first column that Normalise writes.
const SourceRow = "source_row"

// Unreadable is a record that no row can be made of.
type Unreadable struct {
	Record, Line int64  // as in Irregularity
	Rule         string // Ragged, BadQuote, BadEncoding or TooLong
	Reason       string // for a person; quotes nothing from the file
	Raw          string // as Raw.Text
}

// Normalise rewrites a file as regular CSV (comma, '"', \n, UTF-8) under a header:
// first source_row, the number of the record from 1, then the file's columns by
// their unique names. Unreadable records are left out and returned. Records kept and
// unreadable together are the Records of Scan. It writes no more after an error of
// to; its other errors are those of Scan.
func Normalise(ctx context.Context, path string, d Dialect, to io.Writer) (kept int64, unreadable []Unreadable, err error) {
	r, err := openRecords(ctx, path, d)
	if err != nil {
		return 0, nil, err
	}
	defer r.close()
	names, _, err := r.readHeader(d)
	if err != nil {
		return 0, nil, err
	}
	out := regularWriter{to: bufio.NewWriterSize(to, chunk), escape: r.machine.escape}
	out.header(names)
	for {
		more, err := r.next()
		if err != nil {
			return kept, unreadable, err
		}
		if !more {
			break
		}
		if u, bad := r.rec.unreadable(len(names)); bad {
			unreadable = append(unreadable, u)
			continue
		}
		kept++
		if err := out.record(&r.rec); err != nil {
			return kept, unreadable, fmt.Errorf("writing %s as regular CSV: %w", path, err)
		}
	}
	if err := out.to.Flush(); err != nil {
		return kept, unreadable, fmt.Errorf("writing %s as regular CSV: %w", path, err)
	}
	return kept, unreadable, nil
}

// unreadable describes a record that no row can be made of, and reports whether it
// is one.
func (r *record) unreadable(columns int) (Unreadable, bool) {
	kind, reason := r.fault(columns)
	if kind == NulByte {
		kind = BadEncoding
	}
	if kind == "" {
		return Unreadable{}, false
	}
	return Unreadable{Record: r.number, Line: r.line, Rule: kind, Reason: reason, Raw: r.text()}, true
}

// text is the record's raw text, cut at RawLimit, with U+FFFD for what is not UTF-8.
func (r *record) text() string { return printable(r.raw[:min(len(r.raw), RawLimit)]) }

// regularWriter writes regular CSV.
type regularWriter struct {
	to      *bufio.Writer
	escape  byte
	number  []byte
	scratch []byte
}

// header writes the names. A line break in one is written as a space, since DuckDB
// takes the first line break of a file for its line end.
func (w *regularWriter) header(names []string) {
	oneLine := strings.NewReplacer("\r", " ", "\n", " ")
	for i, name := range UniqueNames(append([]string{SourceRow}, names...)) {
		if i > 0 {
			w.to.WriteByte(',')
		}
		w.field([]byte(oneLine.Replace(name)))
	}
	w.to.WriteByte('\n')
}

func (w *regularWriter) record(r *record) error {
	w.number = strconv.AppendInt(w.number[:0], r.number, 10)
	w.to.Write(w.number)
	for _, s := range r.spans {
		w.to.WriteByte(',')
		w.field(r.value(s, w.escape, &w.scratch))
	}
	return w.to.WriteByte('\n')
}

// field writes a value, in quotes if it needs them.
func (w *regularWriter) field(value []byte) {
	if !needsQuotes(value) {
		w.to.Write(value)
		return
	}
	w.to.WriteByte('"')
	for {
		i := bytes.IndexByte(value, '"')
		if i < 0 {
			break
		}
		w.to.Write(value[:i+1])
		w.to.WriteByte('"')
		value = value[i+1:]
	}
	w.to.Write(value)
	w.to.WriteByte('"')
}

func needsQuotes(value []byte) bool {
	for _, b := range value {
		if b == ',' || b == '"' || isLineEnd(b) {
			return true
		}
	}
	return false
}
