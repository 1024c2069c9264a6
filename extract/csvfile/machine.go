package csvfile

import "bytes"

// state is what the machine expects of the next byte.
type state int

const (
	atField     state = iota // the first byte of a field
	inPlain                  // a field that does not begin with the quote
	inQuotes                 // a field that does
	afterEscape              // the byte that an escape makes text
	afterQuote               // after a quote that closes the field, or escapes the next
	afterReturn              // after a \r that may be the file's first line end
	inRuins                  // after text behind a closing quote: on to the line's end
)

// lineEnds is how a file ends its records; the first record decides.
type lineEnds int

const (
	undecided lineEnds = iota
	unix               // \n
	windows            // \r\n
	macintosh          // \r
)

// machine reads one record byte by byte, and can stop after any byte to go on
// when more of the file is there. Offsets count from the record's start.
type machine struct {
	delimiter, quote, escape byte
	quotes                   bool // the dialect has a quote

	ends    lineEnds
	special [256]bool // bytes that end, or do not belong in, a plain field

	state   state
	at      int  // the next byte to look at
	begin   int  // where the field's text begins
	closed  int  // where its closing quote was
	opened  bool // the field begins with the quote
	escapes int
	returns int // \r seen since the closing quote
}

func newMachine(d Dialect) *machine {
	m := &machine{delimiter: d.Delimiter, quote: d.Quote, escape: d.escape(), quotes: d.Quote != 0}
	m.special[d.Delimiter], m.special['\n'], m.special['\r'] = true, true, true
	if m.quotes {
		m.special[d.Quote] = true
	}
	return m
}

// settle records how the file ends its lines.
func (m *machine) settle(e lineEnds) {
	m.ends = e
	m.special['\r'] = e == macintosh
}

func (m *machine) restart() {
	m.state, m.at, m.begin, m.opened = atField, 0, 0, false
}

// run reads on in data, which begins at the record's start, and reports whether
// the record's end was found: m.at is then at its line end.
func (m *machine) run(data []byte, r *row) bool {
	for m.at < len(data) {
		var ended bool
		switch m.state {
		case atField:
			m.openField(data[m.at])
		case inPlain:
			ended = m.plain(data, r)
		case inQuotes:
			m.quoted(data)
		case afterEscape:
			m.unescape(data[m.at], r)
		case afterQuote:
			ended = m.closedQuote(data[m.at], r)
		case afterReturn:
			ended = m.firstReturn(data[m.at])
		case inRuins:
			ended = m.ruins(data)
		}
		if ended {
			return true
		}
	}
	return false
}

func (m *machine) openField(b byte) {
	m.begin, m.opened, m.escapes, m.returns, m.state = m.at, false, 0, 0, inPlain
	if m.quotes && b == m.quote {
		m.at++
		m.begin, m.opened, m.state = m.at, true, inQuotes
	}
}

func (m *machine) plain(data []byte, r *row) (ended bool) {
	i := m.at
	for i < len(data) && !m.special[data[i]] {
		i++
	}
	m.at = i
	if i == len(data) {
		return false
	}
	switch data[i] {
	case m.delimiter:
		r.add(span{from: int32(m.begin), to: int32(i)})
		m.at, m.begin, m.state = i+1, i+1, atField
	case '\n':
		return true
	case '\r':
		return m.lineReturn()
	default:
		r.strayQuote = true
		m.at++
	}
	return false
}

// lineReturn meets a \r that may end the record.
func (m *machine) lineReturn() (ended bool) {
	if m.ends == macintosh {
		return true
	}
	m.at++
	m.state = afterReturn
	return false
}

// firstReturn looks at what follows the \r in a file's first record.
func (m *machine) firstReturn(b byte) (ended bool) {
	switch b {
	case '\n':
		return true
	case '\r':
		m.at++
		return false
	}
	m.settle(macintosh)
	m.at--
	return true
}

func (m *machine) quoted(data []byte) {
	i := m.at
	if m.escape == m.quote {
		if i = bytes.IndexByte(data[m.at:], m.quote); i < 0 {
			m.at = len(data)
			return
		}
		i += m.at
	} else {
		for i < len(data) && data[i] != m.quote && data[i] != m.escape {
			i++
		}
	}
	m.at = i + 1
	switch {
	case i == len(data):
		m.at = i
	case data[i] == m.quote:
		m.closed, m.state = i, afterQuote
	default:
		m.state = afterEscape
	}
}

func (m *machine) unescape(b byte, r *row) {
	if b != m.quote && b != m.escape {
		r.strayEscape = true
	}
	m.escapes++
	m.at++
	m.state = inQuotes
}

func (m *machine) closedQuote(b byte, r *row) (ended bool) {
	switch {
	case b == '\n':
		return true
	case b == '\r' && m.ends == macintosh:
		return true
	case b == '\r' && m.ends == undecided:
		return m.lineReturn()
	case b == '\r':
		m.returns++
		m.at++
	case b == m.quote && m.escape == m.quote && m.returns == 0:
		m.escapes++
		m.at++
		m.state = inQuotes
	case b == m.delimiter && m.returns == 0:
		r.add(m.lastSpan(0))
		m.at++
		m.begin, m.opened, m.state = m.at, false, atField
	default:
		r.badQuote = true
		m.state = inRuins
	}
	return false
}

// lastSpan is the field at which the machine stopped. A plain one ends at to.
func (m *machine) lastSpan(to int) span {
	if m.opened {
		return span{from: int32(m.begin), to: int32(m.closed), quoted: true, escapes: int32(m.escapes)}
	}
	return span{from: int32(m.begin), to: int32(max(m.begin, to))}
}

// unclosed reports that the machine stopped inside quotes.
func (m *machine) unclosed() bool { return m.state == inQuotes || m.state == afterEscape }

func (m *machine) ruins(data []byte) (ended bool) {
	end := byte('\n')
	if m.ends == macintosh {
		end = '\r'
	}
	i := bytes.IndexByte(data[m.at:], end)
	if i < 0 {
		m.at = len(data)
		return false
	}
	m.at += i
	return true
}
