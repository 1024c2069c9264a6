package xlsxfile

import (
	"errors"
	"fmt"
	"io"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// row is one row of a sheet. Its bytes are valid until the next is read.
type row struct {
	number     int      // from 1
	fields     [][]byte // up to the last column with a value
	nextColumn int      // of a cell that does not say where it is
	text       []byte   // of the values that are not shared texts
	size       int      // bytes of all values
	full       bool     // it has too many, and takes no more
	rule       string   // the first that it breaks
	reason     string
}

func (r *row) reset(number int) {
	clear(r.fields)
	*r = row{number: number, fields: r.fields[:0], text: r.text[:0]}
}

// breaks notes that the row breaks a rule.
func (r *row) breaks(rule, reason string) {
	if r.rule == "" {
		r.rule, r.reason = rule, reason
	}
}

// set sets the value of a column, which must not have one yet.
func (r *row) set(column int, value []byte) {
	if len(value) == 0 {
		return
	}
	if r.size += len(value); r.size > record.Max {
		r.full = true
		r.breaks(record.TooLong, fmt.Sprintf("the row has more than %d MiB", record.Max>>20))
		return
	}
	if column >= maxColumn {
		r.breaks(record.BadRecord, "a cell has a place that no sheet has")
		return
	}
	for len(r.fields) <= column {
		r.fields = append(r.fields, nil)
	}
	if r.fields[column] != nil {
		r.breaks(record.BadRecord, "two values stand in one place")
	}
	r.fields[column] = value
}

// blank reports a row without a value, which is no record.
func (r *row) blank() bool { return len(r.fields) == 0 && r.rule == "" }

// nextRow reads the next row with a value; its error at the end is io.EOF.
func (s *Sheet) nextRow() error {
	if s.held {
		s.held = false
		return nil
	}
	for {
		if err := s.findRow(); err != nil {
			return err
		}
		if err := s.readRow(); err != nil {
			return err
		}
		if !s.row.blank() {
			return nil
		}
	}
}

// findRow reads on to the start tag of the next row.
func (s *Sheet) findRow() error {
	for {
		kind, err := s.x.Next()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return err
		}
		switch name := string(s.x.Name()); {
		case kind == xmltoken.Start && name == "row" && s.inData:
			return s.startRow()
		case kind == xmltoken.Start && name == "sheetData":
			s.inData = true
		case kind == xmltoken.Start && s.inData, kind == xmltoken.Start && s.x.Depth() > 1:
			if err := s.x.Skip(); err != nil {
				return err
			}
		case kind == xmltoken.End && name == "sheetData":
			s.inData = false
		}
	}
}

// startRow reads the number of a row. One without a number follows the one before.
func (s *Sheet) startRow() error {
	number := s.row.number + 1
	if r, given := s.x.Attr("r"); given {
		n, ok := naturalNumber(r)
		if !ok || n < 1 || n > maxRow {
			return s.fault(fmt.Sprintf("behind row %d comes a row with a number that no sheet has", s.row.number), askAgain)
		}
		number = n
	}
	if number <= s.row.number {
		return s.fault(fmt.Sprintf("row %d comes behind row %d", number, s.row.number), resave)
	}
	s.row.reset(number)
	return nil
}

// readRow reads the cells of a row, whose start tag x is at.
func (s *Sheet) readRow() error {
	for {
		kind, err := s.x.Next()
		switch {
		case err != nil:
			return err
		case kind == xmltoken.End:
			return nil
		case kind == xmltoken.Text:
			continue
		case string(s.x.Name()) == "c":
			err = s.readCell(s.x)
		default:
			err = s.x.Skip()
		}
		if err != nil {
			return err
		}
	}
}

// fault is an error of the sheet as a whole.
func (s *Sheet) fault(what, do string) error {
	return fault(s.book.name, fmt.Sprintf("sheet %q: %s", s.name, what), do)
}
