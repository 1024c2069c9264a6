// Package linefile reads text of which every line is a record: columns set apart
// by blanks, by a text of several characters, or of fixed width.
package linefile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// Options say how a file's lines are to be read.
type Options struct {
	// Cut makes fields of a line.
	Cut Cut
	// Header says that the first line names the columns; else Columns does.
	Header  bool
	Columns []string
	Skip    int  // lines before the header, or before the first record
	Comment byte // lines that begin with it are no records; 0: there are none
	Footer  int  // lines at the end that are no records
}

// A File reads a delivery's lines; it is a record.Table.
type File struct {
	stream  *delivered.Stream
	text    *bufio.Reader
	end     byte // of a line
	options Options
	blanks  string // what a line is made of that is no record
	columns []string
	line    int64 // of the line read last, from 1
	held    []held
	fields  [][]byte
	current []byte
}

// held is a line read ahead, since it may belong to the footer.
type held struct {
	text []byte
	line int64
	long bool
}

// Open opens a delivery and reads its header. Its errors name the file.
func Open(f delivered.File, o Options) (*File, error) {
	if !o.Cut.endsLines() {
		return nil, fmt.Errorf("reading %s: its columns are counted in bytes, and its encoding writes a line end as several: count characters, with `unit: character`", f)
	}
	stream, err := delivered.OpenText(f)
	if err != nil {
		return nil, err
	}
	r := &File{stream: stream, text: bufio.NewReaderSize(stream, 256<<10), end: '\n', options: o, blanks: record.Blanks + "\x1a"}
	if o.Cut.Separator != "" && strings.Trim(o.Cut.Separator, record.Blanks) == "" {
		r.blanks = "\x1a" // a line of separators is a record
	}
	if err := r.begin(); err != nil {
		stream.Close()
		return nil, err
	}
	return r, nil
}

// mark is a byte order mark. Where files were joined, one stands before a line.
var mark = []byte("\xef\xbb\xbf")

func (f *File) begin() error {
	ahead, err := f.text.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.IndexByte(ahead, '\n') < 0 && bytes.IndexByte(ahead, '\r') >= 0 {
		f.end = '\r'
	}
	if bytes.HasPrefix(ahead, mark) {
		_, _ = f.text.Discard(len(mark))
	}
	for range f.options.Skip {
		if _, _, err := f.readLine(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	f.columns = record.UniqueNames(f.options.Columns)
	if f.options.Header {
		text, _, err := f.nextLine()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("reading %s: it is empty, without even the header that nightjar.yaml promises: ask for it again, or say header: false", f.stream.Name())
		}
		if err != nil {
			return err
		}
		names, count, reason := f.options.Cut.fields(text, nil)
		if reason != "" {
			return fmt.Errorf("reading %s: its header, line %d: %s", f.stream.Name(), f.line, reason)
		}
		if count > maxFields {
			return fmt.Errorf("reading %s: its header has %d columns, too many for one: correct the source's delimiter", f.stream.Name(), count)
		}
		header := make([]string, len(names))
		for i, name := range names {
			header[i] = record.Printable(name)
		}
		f.columns = record.UniqueNames(header)
	}
	return nil
}

// Columns are the header's, or those of the options.
func (f *File) Columns() []string { return f.columns }

// Close lets go of the file.
func (f *File) Close() error { f.stream.Close(); return nil }

// Footer is the text of the lines at the end that are no records, once all
// records are read.
func (f *File) Footer() []string {
	lines := make([]string, len(f.held))
	for i, h := range f.held {
		lines[i] = record.Printable(h.text)
	}
	return lines
}

// Next reads the next line that is a record.
func (f *File) Next(r *record.Record) error {
	text, long, line, err := f.nextRecord()
	if err != nil {
		return err
	}
	r.Line, r.Raw = line, text
	if long {
		r.Rule, r.Reason, r.Fields = record.TooLong, fmt.Sprintf("the line has more than %d MiB", record.Max>>20), nil
		return nil
	}
	if f.stream.Decoded() && bytes.Contains(text, []byte("\uFFFD")) {
		r.Rule, r.Reason, r.Fields = record.BadEncoding, "the line holds bytes that the file's encoding does not have", nil
		return nil
	}
	fields, count, reason := f.options.Cut.fields(text, f.fields[:0])
	f.fields, r.Fields = fields, fields
	switch {
	case reason != "":
		r.Rule, r.Reason = record.BadRecord, reason
	case f.options.Cut.Separator == "" && bytes.ContainsAny(text, "\r\n"):
		r.Rule, r.Reason = record.BadRecord, "a line end of another kind than the file's stands within the line: it may be two records"
	case count != len(f.columns):
		r.Rule, r.Reason = record.Ragged, fmt.Sprintf("%d fields, %d columns", count, len(f.columns))
	}
	return nil
}

// nextRecord hands out a line behind which there are as many as the footer has.
func (f *File) nextRecord() (text []byte, long bool, line int64, err error) {
	if f.options.Footer == 0 {
		text, long, err = f.nextLine()
		return text, long, f.line, err
	}
	for len(f.held) <= f.options.Footer {
		text, long, err := f.nextLine()
		if errors.Is(err, io.EOF) && len(f.held) < f.options.Footer {
			return nil, false, 0, fmt.Errorf("reading %s: it has %d lines, and its footer alone should have %d, so it is cut off: ask for it again, or correct lines.footer", f.stream.Name(), len(f.held), f.options.Footer)
		}
		if err != nil {
			return nil, false, 0, err
		}
		f.held = append(f.held, held{bytes.Clone(text), f.line, long})
	}
	first := f.held[0]
	f.held = slices.Delete(f.held, 0, 1)
	return first.text, first.long, first.line, nil
}

// nextLine reads the next line that is neither blank nor a comment.
func (f *File) nextLine() (text []byte, long bool, err error) {
	for {
		text, long, err := f.readLine()
		if err != nil {
			return nil, false, err
		}
		if f.options.Cut.Decoder == nil {
			text = bytes.TrimPrefix(text, mark)
		}
		blank := len(bytes.Trim(text, f.blanks)) == 0
		comment := f.options.Comment != 0 && len(text) > 0 && text[0] == f.options.Comment
		if long || !blank && !comment {
			return text, long, nil
		}
	}
}

// readLine reads one line without its end; of one that is too long, the start.
func (f *File) readLine() (text []byte, long bool, err error) {
	f.current = f.current[:0]
	for {
		part, err := f.text.ReadSlice(f.end)
		if room := record.Max - len(f.current); len(part) > room+2 {
			part, long = part[:room], true
		}
		f.current = append(f.current, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(f.current) == 0:
			return nil, false, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, false, err
		}
		f.line++
		return bytes.TrimRight(f.current, "\r\n"), long, nil
	}
}
