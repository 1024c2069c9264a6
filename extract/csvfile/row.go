package csvfile

import (
	"bytes"
	"slices"
)

// row is one record as the grammar takes it. Its bytes are valid until the
// next is read.
type row struct {
	number int64  // from 1; 0 for a header
	line   int64  // physical line on which it begins, from 1
	raw    []byte // without line end; the first record.RawLimit bytes if too long
	length int    // of the whole record in bytes, without line end
	spans  []span // the first maxSpans of its fields; none if too long
	fields int    // how many fields it has

	decoded     bool // the file has another encoding than UTF-8
	tooLong     bool
	badQuote    bool
	strayQuote  bool
	strayEscape bool
	strayReturn bool // a \r outside quotes that ends no record
	oddEnd      bool // another line end than the file's first
	misleading  bool // the file's first \r or \n is inside quotes, and not as its line ends
}

// span is where a field lies in its record.
type span struct {
	from, to int32 // without the quotes around it
	quoted   bool
	escapes  int32 // bytes inside that only make the next one text
}

// maxSpans bounds the memory that a record of nothing but delimiters takes.
const maxSpans = 1 << 16

// value is a field's value; it may lie in scratch, and is valid until the next.
func (r *row) value(s span, escape byte, scratch *[]byte) []byte {
	text := r.raw[s.from:s.to]
	if s.escapes == 0 {
		return text
	}
	out := (*scratch)[:0]
	for {
		i := bytes.IndexByte(text, escape)
		if i < 0 || i+1 == len(text) {
			break
		}
		out = append(append(out, text[:i]...), text[i+1])
		text = text[i+2:]
	}
	out = append(out, text...)
	*scratch = out
	return out
}

// clone is the record in memory of its own.
func (r *row) clone() row {
	own := *r
	own.raw, own.spans = bytes.Clone(r.raw), slices.Clone(r.spans)
	return own
}

func (r *row) reset(line int64) {
	*r = row{number: r.number, decoded: r.decoded, line: line, spans: r.spans[:0]}
}

// blank reports a line without a byte, which is no record.
func (r *row) blank() bool { return r.length == 0 }

func (r *row) add(s span) {
	r.fields++
	if len(r.spans) < maxSpans {
		r.spans = append(r.spans, s)
	}
}

// hasStrayReturn looks for a \r in the fields that are not quoted.
func (r *row) hasStrayReturn() bool {
	if bytes.IndexByte(r.raw, '\r') < 0 {
		return false
	}
	for _, s := range r.spans {
		if !s.quoted && bytes.IndexByte(r.raw[s.from:s.to], '\r') >= 0 {
			return true
		}
	}
	return false
}
