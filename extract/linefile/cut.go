package linefile

import (
	"bytes"
	"fmt"
	"iter"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// A Cut makes fields of a line; exactly one of its ways is set.
type Cut struct {
	// Blanks: runs of spaces and tabs stand between fields.
	Blanks bool
	// Separator stands between fields, however often.
	Separator string
	// Widths: each field has its place.
	Widths []Width
	// Trimmed says that blanks at a line's end may have been left out.
	Trimmed bool
	// Bytes counts places in bytes rather than in characters; fields are then
	// decoded one by one, nil meaning that they are UTF-8.
	Bytes   bool
	Decoder *encoding.Decoder
}

// A Width is the place of a field in a line.
type Width struct {
	From int // from 0
	To   int // behind its end; 0: to the line's end
}

// endsLines says whether a line of the file's bytes is one of its text.
func (c Cut) endsLines() bool {
	if c.Decoder == nil {
		return true
	}
	end, err := c.Decoder.Bytes([]byte("\n"))
	return err == nil && string(end) == "\n"
}

// maxFields bounds the memory that a line of nothing but separators takes.
const maxFields = 1 << 16

// fields appends the line's fields, at most maxFields of them, and says how many
// there are; reason says why it has none.
func (c Cut) fields(line []byte, to [][]byte) (fields [][]byte, count int, reason string) {
	switch {
	case c.Blanks:
		fields, count = split(to, bytes.FieldsFuncSeq(line, func(r rune) bool { return r == ' ' || r == '\t' }))
	case c.Separator != "":
		fields, count = split(to, bytes.SplitSeq(line, []byte(c.Separator)))
	default:
		fields, reason = c.places(line, to)
		count = len(fields)
	}
	return fields, count, reason
}

func split(to [][]byte, parts iter.Seq[[]byte]) (fields [][]byte, count int) {
	for part := range parts {
		if count++; count <= maxFields {
			to = append(to, part)
		}
	}
	return to, count
}

// places appends the fields of a line of fixed width.
func (c Cut) places(line []byte, to [][]byte) (fields [][]byte, reason string) {
	if c.Bytes {
		return c.byBytes(line, to)
	}
	return c.byCharacters(line, to)
}

func (c Cut) byBytes(line []byte, to [][]byte) ([][]byte, string) {
	for i, w := range c.Widths {
		field := between(line, w)
		if c.Decoder != nil {
			decoded, err := c.Decoder.Bytes(field)
			if err != nil || bytes.Contains(decoded, []byte("\uFFFD")) {
				return to, fmt.Sprintf("field %d holds bytes that the file's encoding does not have, or half a character: are its places right?", i+1)
			}
			field = decoded
		}
		to = append(to, bytes.TrimRight(field, " "))
	}
	return to, c.outside(line, len(line))
}

func (c Cut) byCharacters(line []byte, to [][]byte) ([][]byte, string) {
	ascii := len(line) == utf8.RuneCount(line)
	length := utf8.RuneCount(line)
	for _, w := range c.Widths {
		field := w
		if !ascii {
			field = Width{From: offset(line, w.From)}
			if w.To > 0 {
				field.To = offset(line, w.To)
			}
		}
		to = append(to, bytes.TrimRight(between(line, field), " "))
	}
	return to, c.outside(line, length)
}

// outside refuses a line that ends too early, so that a value may be cut, and text
// behind the last field, which would be lost.
func (c Cut) outside(line []byte, length int) string {
	last, open := 0, false
	for _, w := range c.Widths {
		open = open || w.To == 0
		last = max(last, w.From, w.To)
	}
	switch {
	case length < last && !c.Trimmed:
		return fmt.Sprintf("the line ends after %d places, the last column at %d: it may be cut off; say `trimmed: true` if its writer leaves blanks at the end out", length, last)
	case length <= last || open:
		return ""
	}
	at := last
	if !c.Bytes {
		at = offset(line, last)
	}
	if len(bytes.Trim(line[at:], " \t")) == 0 {
		return ""
	}
	return fmt.Sprintf("the line has %d places, the last column ends at %d: what is behind it would be lost", length, last)
}

func between(line []byte, w Width) []byte {
	to := len(line)
	if w.To > 0 {
		to = min(to, w.To)
	}
	return line[min(w.From, to):to]
}

// offset is the byte at which the n-th character begins.
func offset(line []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(line); n-- {
		_, size := utf8.DecodeRune(line[at:])
		at += size
	}
	return at
}
