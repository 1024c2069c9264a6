// Package jsonfile reads JSON as a table: a list of records, one record a line, or
// one record. Fields of objects within a record are columns by their path
// (customer.id); a list is a column of JSON text, unless it is the list whose
// elements are the rows.
//
// Go rather than DuckDB reads it, since DuckDB takes numbers for doubles: a long
// id or amount would lose its last digits without a word.
package jsonfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// Options say where in a file its rows are.
type Options struct {
	// Records is the path of the list of records, with dots; "" where the file is
	// that list, one record, or one record a line.
	Records string
	// From is the path, within a record, of the list whose elements are the rows,
	// with the fields of the record around them; "" where records are the rows. The
	// column From.# is the element's place in its list, from 1.
	From string
	// Columns are fields that need not be there at all.
	Columns []string
}

// MaxColumns bounds how many fields the records of a file may have between them.
const MaxColumns = 10_000

// A File reads rows; it is a record.Table.
type File struct {
	stream  *delivered.Stream
	records source
	options Options
	// columns by path, in order of their first appearance.
	paths  []string
	places map[string]int
	names  []string
	// rows made of a record, not yet handed out.
	rows  []row
	line  int64
	value []byte
	flat  flattener
}

// A source gives the records of a file one after the other: their text, and the
// line on which each begins.
type source interface {
	next() (value []byte, line int64, err error)
}

// Open reads a delivery once for its columns, and opens it at its first record.
// Its errors are those of a file that is no JSON, or is cut off, and name the line.
func Open(f delivered.File, o Options) (*File, error) {
	first, err := open(f, o)
	if err != nil {
		return nil, err
	}
	err = first.collect()
	first.stream.Close()
	if err != nil {
		return nil, err
	}
	r, err := open(f, o)
	if err != nil {
		return nil, err
	}
	for _, path := range o.Columns {
		first.place(path)
	}
	r.paths, r.places = first.paths, first.places
	r.names = record.UniqueNames(first.paths)
	return r, nil
}

func open(f delivered.File, o Options) (*File, error) {
	stream, err := delivered.OpenText(f)
	if err != nil {
		return nil, err
	}
	records, err := newSource(stream, o.Records)
	if err != nil {
		stream.Close()
		return nil, err
	}
	r := &File{stream: stream, records: records, options: o, places: map[string]int{}}
	if o.From != "" {
		r.place(o.From + position)
	}
	return r, nil
}

// position ends the name of the column that holds an element's place in its list.
const position = ".#"

// Columns are the paths of all fields that some record has.
func (f *File) Columns() []string { return f.names }

// Close lets go of the file.
func (f *File) Close() error { f.stream.Close(); return nil }

// collect reads all records for their fields.
func (f *File) collect() error {
	for {
		_, reason, err := f.read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case reason != "":
			continue
		}
		f.placeAll()
		if len(f.paths) > MaxColumns {
			return f.tooWide()
		}
	}
}

func (f *File) tooWide() error {
	return fmt.Errorf("reading %s: its records have more than %d fields between them: is a field's name data, such as a key? Have it delivered as a list", f.stream.Name(), MaxColumns)
}

// placeAll places the cells of the rows of a record: what is around several rows,
// with the first of them.
func (f *File) placeAll() {
	var before *row
	for i := range f.rows {
		if r := &f.rows[i]; r.around != before {
			before = r.around
			f.placeCells(r.around)
		}
		for _, cell := range f.rows[i].cells {
			f.place(cell.path)
		}
	}
}

// placeCells places the cells of what is around rows, from without.
func (f *File) placeCells(r *row) {
	if r == nil {
		return
	}
	f.placeCells(r.around)
	for _, cell := range r.cells {
		f.place(cell.path)
	}
}

func (f *File) place(path string) {
	if _, known := f.places[path]; !known {
		f.places[path], f.paths = len(f.paths), append(f.paths, path)
	}
}

// read makes rows of the next record; reason says why it has none.
func (f *File) read() (rule, reason string, err error) {
	if f.value, f.line, err = f.records.next(); err != nil {
		return "", "", err
	}
	if f.rows, rule, reason, err = f.flat.rows(f.value, f.options.From); err != nil {
		return "", "", f.tooWide()
	}
	return rule, reason, nil
}

// Next reads the next row.
func (f *File) Next(r *record.Record) error {
	for len(f.rows) == 0 {
		rule, reason, err := f.read()
		if err != nil {
			return err
		}
		if reason != "" {
			r.Line, r.Rule, r.Reason, r.Raw, r.Fields = f.line, rule, reason, f.value, nil
			return nil
		}
	}
	first := f.rows[0]
	f.rows = f.rows[1:]
	r.Line, r.Raw = f.line, first.text
	r.Fields = slices.Grow(r.Fields[:0], len(f.paths))[:len(f.paths)]
	clear(r.Fields)
	for part := &first; part != nil; part = part.around {
		for _, cell := range part.cells {
			r.Fields[f.places[cell.path]] = cell.value
		}
	}
	return nil
}

// newSource finds out how a file holds its records.
func newSource(stream *delivered.Stream, path string) (source, error) {
	lines := newLineReader(stream)
	first, err := lines.peek()
	if err != nil {
		return nil, err
	}
	if path == "" && len(bytes.TrimSpace(first)) > 0 && first[0] == '{' && isValue(first) {
		return lines, nil
	}
	return newDocument(lines.text, stream.Name(), path)
}
