package csvfile

import (
	"bytes"
	"unicode/utf8"
)

// skimmer is the fast road through ordinary records: it indexes a block of them at
// once and looks at it column by column. Wherever anything is out of the ordinary
// it stops, and the record reader, who knows all rules, goes on.
type skimmer struct {
	reader  *recordReader
	columns []column
	keyer   *keyer
	index   *index

	carefulUntil int64 // offset up to which the record reader must read
}

func newSkimmer(r *recordReader, columns []column, k *keyer) skimmer {
	return skimmer{reader: r, columns: columns, keyer: k, index: newIndex()}
}

// skim passes as many ordinary records as the window holds in a row, perhaps none.
func (s *skimmer) skim() {
	for s.able() {
		ahead := s.reader.window.unread()
		block := ahead[:min(len(ahead), blockSize)]
		if s.take(block) == 0 {
			s.carefulUntil = s.reader.window.offset() + int64(len(block))
		}
	}
}

// able reports whether the file is of the kind that can be skimmed. In one of a
// single column, a blank line looks like a field.
func (s *skimmer) able() bool {
	w, ends := s.reader.window, s.reader.machine.ends
	return (ends == unix || ends == windows) && len(s.columns) > 1 &&
		s.reader.comment == 0 && s.reader.footer == 0 && !s.reader.decoded &&
		w.offset() >= s.carefulUntil && len(w.unread()) > 0
}

// take observes and passes the records at the block's start up to the first that
// is not ordinary, and returns how many those were.
func (s *skimmer) take(block []byte) int {
	r := s.reader
	m := r.machine
	quotes := m.quotes && bytes.IndexByte(block, m.quote) >= 0
	if quotes && m.escape != m.quote && bytes.IndexByte(block, m.escape) >= 0 {
		return 0
	}
	s.index.build(block[:len(block)+slack], len(block), m.delimiter, m.quote, quotes)
	rows := s.wholeRows(block)
	if rows == 0 {
		return 0
	}
	fields := rows * len(s.columns)
	text := block[:s.index.starts[fields]]
	if !s.ordinary(text, rows) || !s.trimReturns(text, rows) || quotes && !s.unquote(text, fields) {
		return 0
	}
	s.observe(block, rows)
	r.window.pass(len(text))
	r.number += int64(rows)
	lines := bytes.Count(text, []byte{'\n'})
	r.line += int64(lines)
	r.multiLine = r.multiLine || lines > rows
	return rows
}

// wholeRows counts the records with as many fields as the file has columns.
func (s *skimmer) wholeRows(block []byte) int {
	fields, delimiter := len(s.columns), s.reader.machine.delimiter
	rows := len(s.index.stops) / fields
	for row := range rows {
		stops := s.index.stops[row*fields : (row+1)*fields]
		for _, stop := range stops[:fields-1] {
			if block[stop] != delimiter {
				return row
			}
		}
		if block[stops[fields-1]] != '\n' {
			return row
		}
	}
	return rows
}

// ordinary reports that a text of so many records is UTF-8 without zero bytes, has
// no \r but those of its line ends, and no byte order mark where a line begins.
func (s *skimmer) ordinary(text []byte, rows int) bool {
	returns := 0
	if s.reader.machine.ends == windows {
		returns = rows
	}
	return bytes.Count(text, []byte{'\r'}) == returns && bytes.IndexByte(text, 0) < 0 &&
		(!s.index.high || utf8.Valid(text) && !bytes.HasPrefix(text, mark) && !bytes.Contains(text, markedLine))
}

var markedLine = append([]byte{'\n'}, mark...)

// trimReturns leaves the \r of each line end out of the last field, and takes down
// the longest record. It reports false if a \r is missing.
func (s *skimmer) trimReturns(text []byte, rows int) bool {
	fields, longest := len(s.columns), s.reader.longest
	for row := range rows {
		last := (row+1)*fields - 1
		stop := s.index.stops[last]
		if s.reader.machine.ends == windows {
			if stop--; stop < 0 || text[stop] != '\r' {
				return false
			}
			s.index.stops[last] = stop
		}
		longest = max(longest, int(stop-s.index.starts[row*fields]))
	}
	s.reader.longest = longest
	return true
}

// unquote leaves the quotes out of the fields. It reports false if there are others
// than one at the start and one at the end of a field.
func (s *skimmer) unquote(text []byte, fields int) bool {
	quote, around := s.reader.machine.quote, 0
	starts, stops := s.index.starts[:fields], s.index.stops[:fields]
	for i, start := range starts {
		if stop := stops[i]; stop-start >= 2 && text[start] == quote && text[stop-1] == quote {
			starts[i], stops[i] = start+1, stop-1
			around += 2
		}
	}
	return around == bytes.Count(text, []byte{quote})
}

func (s *skimmer) observe(block []byte, rows int) {
	n := len(s.columns)
	found := run{
		data: block[:len(block)+slack], starts: s.index.starts[:rows*n], stops: s.index.stops[:rows*n],
		fields: n, before: s.reader.number,
	}
	for i := range s.columns {
		s.columns[i].observeRun(found, i)
	}
	s.keyer.observeRun(found)
}
