package sniff

import "strings"

// A dialect is a way in which fields may be set apart.
type dialect struct {
	delimiter     string // "" where runs of blanks stand between fields
	quote, escape byte   // 0: none
}

// A row is one record of the text, split by a dialect.
type row struct {
	line  int // on which it begins, from 1
	start int // and the byte
	cells []cell
	bad   bool // text follows a closing quote
}

type cell struct {
	text   string
	quoted bool
}

func (r row) blank() bool { return len(r.cells) == 1 && strings.TrimSpace(r.cells[0].text) == "" }

// rowLimit bounds how many records are looked at.
const rowLimit = 2000

// split cuts text into records as package csvfile does: a field that begins with the
// quote ends with the next one that is not escaped. Blank lines are left out.
// unclosed says that the text ended within quotes.
func split(text string, d dialect) (rows []row, unclosed bool) {
	s := splitter{dialect: d, text: text, line: 1}
	for s.at < len(s.text) && len(rows) < rowLimit {
		r := s.row()
		if !r.blank() {
			rows = append(rows, r)
		}
	}
	return rows, s.unclosed
}

type splitter struct {
	dialect
	text     string
	at, line int
	lineEnd  int // of the line that holds at; found anew when at has passed it
	unclosed bool
}

func (s *splitter) row() row {
	r := row{line: s.line, start: s.at}
	if s.delimiter == "" {
		for _, word := range strings.FieldsFunc(s.restOfLine(), isBlank) {
			r.cells = append(r.cells, cell{text: word})
		}
		s.endLine()
		if len(r.cells) == 0 {
			r.cells = []cell{{}}
		}
		return r
	}
	for {
		c, bad := s.field()
		r.cells = append(r.cells, c)
		r.bad = r.bad || bad
		if !strings.HasPrefix(s.text[s.at:], s.delimiter) {
			s.endLine()
			return r
		}
		s.at += len(s.delimiter)
	}
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// field reads up to the next delimiter or line end.
func (s *splitter) field() (c cell, bad bool) {
	if s.quote != 0 && s.at < len(s.text) && s.text[s.at] == s.quote {
		c.quoted = true
		c.text = s.quotedText()
	}
	rest := s.restOfLine()
	if end := strings.Index(rest, s.delimiter); end >= 0 {
		rest = rest[:end]
	}
	s.at += len(rest)
	if c.quoted {
		return c, rest != ""
	}
	c.text = rest
	return c, false
}

// quotedText reads what stands in quotes, and passes the closing one.
func (s *splitter) quotedText() string {
	var b strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		ch := s.text[s.at]
		switch {
		case ch == s.escape && s.escape != s.quote && s.at+1 < len(s.text):
			s.at++
			b.WriteByte(s.text[s.at])
		case ch == s.quote && s.escape == s.quote && s.at+1 < len(s.text) && s.text[s.at+1] == s.quote:
			s.at++
			b.WriteByte(ch)
		case ch == s.quote:
			s.at++
			return b.String()
		default:
			b.WriteByte(ch)
			if ch == '\n' {
				s.line++
			}
		}
	}
	s.unclosed = true
	return b.String()
}

func (s *splitter) restOfLine() string {
	return strings.TrimSuffix(s.text[s.at:s.end()], "\r")
}

// end is where the line ends that holds the place.
func (s *splitter) end() int {
	if s.lineEnd < s.at || s.lineEnd == 0 {
		s.lineEnd = len(s.text)
		if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
			s.lineEnd = s.at + i
		}
	}
	return s.lineEnd
}

// endLine passes what is left of the line.
func (s *splitter) endLine() {
	s.at = min(s.end()+1, len(s.text))
	s.lineEnd = 0
	s.line++
}
