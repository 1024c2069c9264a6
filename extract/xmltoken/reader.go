package xmltoken

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens. An element without content is a Start and an End. Comments
// and processing instructions are passed.
const (
	Start Kind = iota + 1 // a start tag
	End                   // an end tag
	Text                  // text between tags, or a part of it: the parts belong together
)

// An Attr is one attribute of a start tag.
type Attr struct {
	Prefix, Name []byte // the name before and behind the colon
	Value        []byte // with its references replaced
	marked       bool   // it holds a reference or a \r, until they are replaced
}

// Bounds of what is read.
const (
	MaxDepth = 1000    // elements within each other
	MaxTag   = 1 << 20 // bytes of one tag
)

// Sizes of the window onto the file.
const (
	windowSize = 256 << 10
	textPart   = 64 << 10 // text longer than this comes in parts
)

// A Reader reads the tokens of one file in order. What its methods return is valid
// until the next call of Next or Skip.
type Reader struct {
	name    string
	from    io.Reader
	opened  bool
	decoded bool

	buf      []byte // the window; unread from pos to end
	pos, end int
	base     int64 // place of buf[0] in the file
	eof      bool
	err      error

	start    int   // of the token in buf
	line     int64 // line of buf[counted]
	counted  int
	tokenOn  int64 // line of the token, once counted is behind its start
	kind     Kind
	prefix   []byte
	local    []byte
	text     []byte
	attrs    []Attr
	empty    bool // the Start was an element without content: its End follows
	cdata    bool // within a CDATA section
	skipping bool // nobody looks at names, attributes and text

	full   []byte  // name of the tag with its prefix
	names  []byte  // names of the open elements, one behind the other
	opens  []int32 // where each begins
	rooted bool    // the root element has begun

	kept    []byte // see Keep
	keeping int
	keptTo  int // what is before it in buf is in kept
}

// NewReader returns a Reader of a file whose name errors give. It reads nothing
// yet.
func NewReader(from io.Reader, name string) *Reader {
	return &Reader{name: name, from: from, buf: make([]byte, windowSize), line: 1}
}

// Reset makes r read another file, in the memory that it has.
func (r *Reader) Reset(from io.Reader, name string) {
	*r = Reader{name: name, from: from, buf: r.buf, line: 1, attrs: r.attrs[:0], names: r.names[:0], opens: r.opens[:0], kept: r.kept[:0]}
}

// Next reads the next token. Its errors are io.EOF behind the root element, a
// *SyntaxError, and those of the file; after one, it returns that one again.
func (r *Reader) Next() (Kind, error) {
	if r.err != nil {
		return 0, r.err
	}
	kind, err := r.next()
	if err != nil {
		r.err = err
		return 0, err
	}
	r.kind = kind
	return kind, nil
}

// Skip reads on to the end tag of the element whose start tag was the last token;
// End is the last token then.
func (r *Reader) Skip() error { return r.Leave(len(r.opens) - 1) }

// Leave reads on until only so many elements are open (see Depth); End is the last
// token then.
func (r *Reader) Leave(depth int) error {
	r.skipping = true
	defer func() { r.skipping = false }()
	for len(r.opens) > depth {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
	r.prefix, r.local = split(r.full)
	return nil
}

// Name is the name of the element of a Start or End, without prefix.
func (r *Reader) Name() []byte { return r.local }

// Prefix is the prefix of that name, empty if it has none.
func (r *Reader) Prefix() []byte { return r.prefix }

// Text is the text of a Text, never empty; references are replaced, and line ends
// are \n.
func (r *Reader) Text() []byte { return r.text }

// Attrs are the attributes of a Start, in order.
func (r *Reader) Attrs() []Attr { return r.attrs }

// Attr is the value of the first attribute without prefix of that name, and
// whether there is one.
func (r *Reader) Attr(name string) ([]byte, bool) {
	for i := range r.attrs {
		if a := &r.attrs[i]; string(a.Name) == name && len(a.Prefix) == 0 {
			return a.Value, true
		}
	}
	return nil, false
}

// Depth is how many elements are open: after a Start that one is counted, after
// an End no more.
func (r *Reader) Depth() int { return len(r.opens) }

// Line is the line on which the token begins, from 1.
func (r *Reader) Line() int64 {
	if r.counted > r.start {
		return r.tokenOn
	}
	r.countTo(r.start)
	return r.line
}

// Offset is the place at which the token begins, in bytes of UTF-8 from 0, and a
// byte order mark not counted.
func (r *Reader) Offset() int64 { return r.base + int64(r.start) }

// Decoded says whether the file is in another encoding than UTF-8, so that U+FFFD
// in a text may stand for bytes that the encoding does not have.
func (r *Reader) Decoded() bool { return r.decoded }

// Keep begins to keep the file's text as it stands there, from the last token on,
// at most limit bytes. 0 ends it.
func (r *Reader) Keep(limit int) {
	r.kept, r.keeping, r.keptTo = r.kept[:0], limit, r.start
}

// Kept is the text kept since Keep, up to the end of the last token. It is valid
// until the next token.
func (r *Reader) Kept() []byte {
	r.keep(r.pos)
	return r.kept
}

// keep keeps what is before a place in the window.
func (r *Reader) keep(to int) {
	if room := r.keeping - len(r.kept); room > 0 && to > r.keptTo {
		r.kept = append(r.kept, r.buf[r.keptTo:min(to, r.keptTo+room)]...)
	}
	r.keptTo = to
}

// countTo counts the lines up to a place in the window.
func (r *Reader) countTo(place int) {
	if place > r.counted {
		r.line += int64(bytes.Count(r.buf[r.counted:place], newline))
		r.counted = place
	}
}

var newline = []byte{'\n'}

// beforeChange counts and keeps the token, whose bytes are about to change.
func (r *Reader) beforeChange(end int) {
	r.tokenOn = r.Line()
	r.countTo(end)
	if r.keeping > 0 {
		r.keep(end)
	}
}

// fill reads more of the file into the window. It lets go of what is before the
// token, and makes room for longer ones up to limit bytes. It reports false if
// there is no more, or no more room.
func (r *Reader) fill(limit int) bool {
	if r.eof || r.err != nil {
		return false
	}
	if r.start > 0 {
		r.letGo()
	}
	if r.end == len(r.buf) {
		if r.end >= limit {
			return false
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for range 100 {
		n, err := r.from.Read(r.buf[r.end:])
		r.end += n
		if errors.Is(err, io.EOF) {
			r.eof = true
			return n > 0
		}
		if err != nil {
			r.err = r.readError(err)
			return false
		}
		if n > 0 {
			return true
		}
	}
	r.err = r.readError(io.ErrNoProgress)
	return false
}

// letGo moves the window to where the token begins.
func (r *Reader) letGo() {
	r.countTo(r.start)
	if r.keeping > 0 {
		r.keep(max(r.start, r.keptTo))
	}
	copy(r.buf, r.buf[r.start:r.end])
	r.base += int64(r.start)
	r.pos, r.end, r.counted, r.keptTo = r.pos-r.start, r.end-r.start, r.counted-r.start, r.keptTo-r.start
	r.start = 0
}

func (r *Reader) readError(err error) error {
	return fmt.Errorf("reading %s: %w", r.name, err)
}
