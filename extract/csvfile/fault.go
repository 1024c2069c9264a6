package csvfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"nightjar/extract/record"
)

// fault says why no row can be made of a record; kind is "" if one can.
func (r *row) fault(columns int) (kind, detail string) {
	switch {
	case r.tooLong:
		return TooLong, fmt.Sprintf("the record has %d bytes, more than %d", r.length, record.Max)
	case r.badQuote:
		return BadQuote, "text follows a closing quote"
	case !utf8.Valid(r.raw):
		return BadEncoding, fmt.Sprintf("byte %d of the record is not UTF-8", validPrefix(r.raw)+1)
	case r.decoded && bytes.Contains(r.raw, replacement):
		return BadEncoding, "the record holds bytes that the file's encoding does not have"
	case bytes.IndexByte(r.raw, 0) >= 0:
		return NulByte, fmt.Sprintf("byte %d of the record is zero", bytes.IndexByte(r.raw, 0)+1)
	case r.fields != columns:
		return Ragged, fmt.Sprintf("%d fields, %d columns", r.fields, columns)
	}
	return "", ""
}

// replacement is U+FFFD, which a decoder writes for bytes that it does not know.
var replacement = []byte("\uFFFD")

func validPrefix(text []byte) int {
	n := 0
	for n < len(text) {
		c, size := utf8.DecodeRune(text[n:])
		if c == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}

// oddity is what DuckDB reads otherwise than this package in a readable record.
type oddity struct{ kind, detail string }

func (r *row) oddities() []oddity {
	var found []oddity
	if r.strayQuote {
		found = append(found, oddity{StrayQuote, "a quote inside a field that does not begin with one"})
	}
	if r.strayEscape {
		found = append(found, oddity{StrayEscape, "an escape before neither the quote nor itself"})
	}
	if r.oddEnd || r.strayReturn || r.misleading {
		found = append(found, oddity{LineEnd, "a line end of another kind than the file's, or a carriage return alone"})
	}
	return found
}
