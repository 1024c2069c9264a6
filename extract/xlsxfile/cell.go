package xlsxfile

import (
	"bytes"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// cell is what is read of one cell before its value is made.
type cell struct {
	column  int // from 0
	kind    byte
	format  format
	formula bool
	stored  bool // it has a value
	inline  bool // raw is its text, decoded
}

// The kinds of cells, by a letter of the attribute t.
const (
	number    = 'n'
	shared    = 's' // the number of a shared text
	formulary = 'r' // text that a formula made ("str")
	inline    = 'i'
	truth     = 'b'
	failure   = 'e'
	isoDate   = 'd'
	unknown   = '?'
)

func kindOf(t []byte) byte {
	switch string(t) {
	case "str":
		return formulary
	case "inlineStr":
		return inline
	}
	if len(t) == 1 && bytes.IndexByte([]byte("nsbed"), t[0]) >= 0 {
		return t[0]
	}
	return unknown
}

// readCell reads the cell whose start tag x is at into the row.
func (s *Sheet) readCell(x *xmltoken.Reader) error {
	c := s.cellOf(x)
	s.raw = s.raw[:0]
	for {
		kind, err := x.Next()
		switch {
		case err != nil:
			return err
		case kind == xmltoken.End:
			s.setCell(c)
			return nil
		case kind == xmltoken.Text:
			continue
		}
		switch string(x.Name()) {
		case "v":
			c.stored = true
			s.raw, err = appendText(s.raw, x, record.Max)
		case "is":
			c.stored, c.inline = true, true
			s.raw, err = appendRich(s.raw, x, record.Max)
		case "f":
			c.formula = true
			err = x.Skip()
		default:
			err = x.Skip()
		}
		if err != nil {
			return err
		}
	}
}

// cellOf reads the attributes of a cell.
func (s *Sheet) cellOf(x *xmltoken.Reader) cell {
	c := cell{column: s.row.nextColumn, kind: number}
	for _, a := range x.Attrs() {
		if len(a.Name) != 1 || len(a.Prefix) > 0 {
			continue
		}
		switch a.Name[0] {
		case 'r':
			column, row, ok := place(a.Value)
			switch {
			case !ok:
				s.row.breaks(record.BadRecord, "a cell has a place that no sheet has")
			case row != s.row.number:
				s.row.breaks(record.BadRecord, "a cell says that it is in another row")
			default:
				c.column = column
			}
		case 's':
			if n, ok := naturalNumber(a.Value); ok && n < len(s.book.formats) {
				c.format = s.book.formats[n]
			}
		case 't':
			c.kind = kindOf(a.Value)
		}
	}
	s.row.nextColumn = c.column + 1
	return c
}

// setCell makes the value of a cell that was read and sets it in the row.
func (s *Sheet) setCell(c cell) {
	switch {
	case s.row.full:
	case c.formula && !c.stored:
		s.row.breaks(record.BadRecord, "a formula has no stored result: open the file in Excel and save it again")
	case c.kind == shared && c.stored && !c.inline:
		n, ok := naturalNumber(bytes.TrimSpace(s.raw))
		text, found := s.book.shared.at(n)
		if !ok || !found {
			s.row.breaks(record.BadRecord, "a cell points at a text that the file does not hold")
			return
		}
		s.row.set(c.column, text)
	case len(s.raw) > 0:
		from := len(s.row.text)
		s.row.text = s.appendValue(s.row.text, c)
		s.row.set(c.column, s.row.text[from:len(s.row.text):len(s.row.text)])
	}
}

// appendValue appends the text of a value that the cell itself holds.
func (s *Sheet) appendValue(to []byte, c cell) []byte {
	if c.inline {
		return append(to, s.raw...)
	}
	switch c.kind {
	case formulary, inline:
		from := len(to)
		return unescape(append(to, s.raw...), from)
	case unknown, failure:
		return append(to, s.raw...)
	}
	raw := bytes.TrimSpace(s.raw)
	switch {
	case c.kind == truth && string(raw) == "1":
		return append(to, "true"...)
	case c.kind == truth && string(raw) == "0":
		return append(to, "false"...)
	case c.kind == truth:
		return append(to, raw...)
	case c.kind == isoDate:
		return appendISO(to, raw)
	case c.format == moment:
		return appendMoment(to, raw, s.book.since)
	case c.format == duration:
		return appendDuration(to, raw)
	}
	return appendNumber(to, raw)
}

// The size of a sheet.
const (
	maxRow    = 1 << 20
	maxColumn = 1 << 14
)

// place reads a place such as B7: its column from 0, its row from 1.
func place(text []byte) (column, row int, ok bool) {
	i := 0
	for ; i < len(text) && i < 4 && text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z'; i++ {
		column = column*26 + int(text[i]|0x20-'a') + 1
	}
	row, ok = naturalNumber(text[i:])
	return column - 1, row, ok && column >= 1 && column <= maxColumn && row >= 1 && row <= maxRow
}

// naturalNumber reads digits, at most nine of them.
func naturalNumber(text []byte) (n int, ok bool) {
	if len(text) == 0 || len(text) > 9 {
		return 0, false
	}
	for _, b := range text {
		if b-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(b-'0')
	}
	return n, true
}
