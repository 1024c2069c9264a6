package xlsxfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// Options say which sheet of a workbook is read, and where its columns' names
// stand. The zero value reads the only sheet, under its first row with a value.
type Options struct {
	// Name is what errors call the workbook; "" is its path.
	Name string
	// Sheet is its name; case does not count. "" is the only visible sheet that holds
	// a value.
	Sheet string
	// Header is the row of the header, from 1; rows above it are not read. 0 is the
	// first row that holds a value.
	Header int
	// HeaderRows is how many rows the header has; 0 is 1. Where they are several, a
	// merged cell's text stands in each of its columns, and the texts of a column are
	// joined from top to bottom with " / ".
	HeaderRows int
	// NoHeader says that there is no header: the columns are Columns, and every row
	// from Header on is a record.
	NoHeader bool
	Columns  []string
}

// maxHeaderRows is more rows than any header has.
const maxHeaderRows = 100

func (o Options) validate(name string) error {
	switch {
	case o.Header < 0 || o.Header > maxRow:
		return fault(name, fmt.Sprintf("no sheet has a row %d", o.Header), "correct the source's header row")
	case o.HeaderRows < 0 || o.HeaderRows > maxHeaderRows:
		return fault(name, fmt.Sprintf("a header has no %d rows", o.HeaderRows), "set the source's header rows to 1 to 100")
	case o.NoHeader && (len(o.Columns) == 0 || len(o.Columns) > maxColumn):
		return fault(name, "a sheet without header needs names for its columns", "list the source's columns")
	}
	return nil
}

// Sheet is one sheet of a workbook, read row by row; it is a [record.Table]. Its
// Line is a row's number in the sheet.
type Sheet struct {
	book    *book
	name    string
	part    io.ReadCloser
	x       *xmltoken.Reader
	inData  bool // between <sheetData> and its end
	row     row
	held    bool // the row was read and not handed out
	raw     []byte
	columns []string
}

var _ record.Table = (*Sheet)(nil)

// Open opens a sheet at its first record. Its errors say which file and sheet, what
// is wrong, and what to do: no workbook, encrypted, damaged, no such sheet (a
// *SheetError), no header.
func Open(path string, o Options) (*Sheet, error) {
	name := cmp.Or(o.Name, path)
	if err := o.validate(name); err != nil {
		return nil, err
	}
	b, err := openBook(path, name)
	if err != nil {
		return nil, err
	}
	s, err := b.openSheet(o)
	if err != nil {
		_ = b.close()
		return nil, err
	}
	return s, nil
}

func (b *book) openSheet(o Options) (*Sheet, error) {
	if err := b.load(); err != nil {
		return nil, err
	}
	chosen, err := b.choose(o.Sheet)
	if err != nil {
		return nil, err
	}
	s, err := b.start(chosen)
	if err != nil {
		return nil, err
	}
	if err := s.readHeader(o); err != nil {
		_ = s.part.Close()
		return nil, err
	}
	return s, nil
}

// start opens a sheet in front of its first row.
func (b *book) start(p sheetPart) (*Sheet, error) {
	part, err := b.open(p.part, maxSheet)
	if err != nil {
		return nil, err
	}
	return &Sheet{book: b, name: p.Name, part: part, x: xmltoken.NewReader(part, b.name+"/"+p.Name)}, nil
}

// choose finds the sheet of a name or, without one, the only visible sheet that
// holds a value.
func (b *book) choose(name string) (sheetPart, error) {
	if name != "" {
		for _, s := range b.sheets {
			if strings.EqualFold(s.Name, name) {
				return s, nil
			}
		}
		return sheetPart{}, &SheetError{Path: b.name, What: fmt.Sprintf("it has no sheet %q", name), Sheets: b.infos()}
	}
	var visible []sheetPart
	for _, s := range b.sheets {
		if !s.Hidden {
			visible = append(visible, s)
		}
	}
	if len(visible) == 1 {
		return visible[0], nil
	}
	var filled []sheetPart
	for _, s := range visible {
		holds, err := b.holdsValue(s)
		if err != nil {
			return sheetPart{}, err
		}
		if holds {
			filled = append(filled, s)
		}
	}
	switch len(filled) {
	case 0:
		return sheetPart{}, &SheetError{Path: b.name, What: "no visible sheet of it holds a value", Sheets: b.infos()}
	case 1:
		return filled[0], nil
	}
	return sheetPart{}, &SheetError{Path: b.name, What: fmt.Sprintf("%d visible sheets of it hold values", len(filled)), Sheets: b.infos()}
}

func (b *book) holdsValue(p sheetPart) (bool, error) {
	s, err := b.start(p)
	if err != nil {
		return false, err
	}
	defer s.part.Close()
	err = s.nextRow()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// Columns are the names of the columns.
func (s *Sheet) Columns() []string { return s.columns }

// Next reads the next row that holds a value. Its errors are io.EOF behind the last
// one, and those of a file that is damaged.
func (s *Sheet) Next(r *record.Record) error {
	if err := s.nextRow(); err != nil {
		return err
	}
	if beyond := len(s.row.fields); beyond > len(s.columns) {
		s.row.breaks(record.Ragged, fmt.Sprintf("a value stands in column %s; the header ends in column %s",
			letters(beyond), letters(len(s.columns))))
	}
	for len(s.row.fields) < len(s.columns) {
		s.row.fields = append(s.row.fields, nil)
	}
	r.Line, r.Fields = int64(s.row.number), s.row.fields
	r.Rule, r.Reason, r.Raw = s.row.rule, s.row.reason, nil
	return nil
}

// letters is the name of a column, counted from 1: A, B, …, Z, AA, …
func letters(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// Close lets go of the file.
func (s *Sheet) Close() error { return errors.Join(s.part.Close(), s.book.close()) }
