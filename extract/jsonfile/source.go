package jsonfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"nightjar/extract/record"
)

// A lineReader gives each line as a record.
type lineReader struct {
	text  *bufio.Reader
	line  int64
	value []byte
}

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{text: bufio.NewReaderSize(from, 1<<20)}
}

// peek returns the first line, cut at a MiB, passing a byte order mark and blanks.
func (l *lineReader) peek() ([]byte, error) {
	if ahead, _ := l.text.Peek(3); bytes.Equal(ahead, []byte("\xef\xbb\xbf")) {
		_, _ = l.text.Discard(3)
	}
	for {
		ahead, err := l.text.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, err
		case !bytes.ContainsAny(ahead, " \t\r\n"):
			return l.firstLine()
		}
		if ahead[0] == '\n' {
			l.line++
		}
		_, _ = l.text.Discard(1)
	}
}

func (l *lineReader) firstLine() ([]byte, error) {
	ahead, err := l.text.Peek(l.text.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line, _, _ := bytes.Cut(ahead, []byte("\n"))
	return bytes.TrimSpace(line), nil
}

// next gives the next line that is not blank; one that is too long, its start.
func (l *lineReader) next() ([]byte, int64, error) {
	for {
		l.value = l.value[:0]
		for {
			part, err := l.text.ReadSlice('\n')
			l.value = append(l.value, part[:min(len(part), max(0, record.Max+2-len(l.value)))]...)
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if errors.Is(err, io.EOF) && len(l.value) == 0 {
				return nil, 0, io.EOF
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, 0, err
			}
			break
		}
		l.line++
		if value := bytes.TrimSpace(l.value); len(value) > 0 {
			return value, l.line, nil
		}
	}
}

// isValue says whether a text is one JSON value.
func isValue(text []byte) bool { return jsontext.Value(text).IsValid(lenient...) }

// lenient takes what the flattener finds fault with later, record by record.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// A document gives the elements of a list in one JSON value, or the values of a
// text one after the other.
type document struct {
	name    string
	counter *lineCounter
	decoder *jsontext.Decoder
	inList  bool
	done    bool
}

// newDocument goes to the list at a path.
func newDocument(from io.Reader, name, path string) (*document, error) {
	counter := &lineCounter{from: from, line: 1}
	d := &document{name: name, counter: counter, decoder: jsontext.NewDecoder(counter, lenient...)}
	if path != "" {
		for field := range strings.SplitSeq(path, ".") {
			if err := d.enter(field, path); err != nil {
				return nil, err
			}
		}
	}
	switch kind := d.decoder.PeekKind(); {
	case kind == '[':
		d.inList = true
		_, err := d.decoder.ReadToken()
		return d, d.broken(err)
	case path != "":
		return nil, fmt.Errorf("reading %s: what is at %s is no list of records", name, path)
	}
	return d, nil
}

// enter goes into an object up to the value of a field.
func (d *document) enter(field, path string) error {
	token, err := d.decoder.ReadToken()
	if err != nil {
		return d.broken(err)
	}
	if token.Kind() != '{' {
		return fmt.Errorf("reading %s: there is no list at %s: json.records names a field %q, and what should hold it is no object", d.name, path, field)
	}
	for d.decoder.PeekKind() != '}' {
		name, err := d.decoder.ReadToken()
		if err != nil {
			return d.broken(err)
		}
		if name.String() == field {
			return nil
		}
		if err := d.decoder.SkipValue(); err != nil {
			return d.broken(err)
		}
	}
	return fmt.Errorf("reading %s: there is no list at %s: the field %q is missing; correct json.records", d.name, path, field)
}

func (d *document) next() ([]byte, int64, error) {
	if d.done {
		return nil, 0, io.EOF
	}
	if d.inList && d.decoder.PeekKind() == ']' {
		return nil, 0, d.finish()
	}
	value, err := d.decoder.ReadValue()
	if errors.Is(err, io.EOF) && !d.inList {
		d.done = true
		return nil, 0, io.EOF
	}
	if err != nil {
		return nil, 0, d.broken(err)
	}
	return value, d.counter.lineAt(d.decoder.InputOffset() - int64(len(value))), nil
}

// finish reads what is behind the list: a file that is cut off there must not
// pass for a whole one.
func (d *document) finish() error {
	d.done = true
	for {
		_, err := d.decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return d.broken(err)
		}
	}
}

// broken says where a text stops being JSON. The decoder's own words quote values.
func (d *document) broken(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: the JSON ends too early, at line %d: the file is cut off, ask for it again", d.name, d.counter.lineAt(d.counter.read))
	}
	line := d.counter.lineAt(d.decoder.InputOffset())
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("reading %s: at line %d, byte %d, it is no JSON any more: have it written anew, or deliver one record a line, so that one bad record does not take the others with it", d.name, line, syntax.ByteOffset+1)
	}
	return err
}

// A lineCounter tells on which line an offset is, of offsets that ascend.
type lineCounter struct {
	from io.Reader
	read int64
	ends []int64 // offsets of line ends read and not yet passed
	line int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	for at := 0; ; {
		i := bytes.IndexByte(p[at:n], '\n')
		if i < 0 {
			break
		}
		c.ends = append(c.ends, c.read+int64(at+i))
		at += i + 1
	}
	c.read += int64(n)
	return n, err
}

func (c *lineCounter) lineAt(offset int64) int64 {
	passed := 0
	for passed < len(c.ends) && c.ends[passed] < offset {
		passed++
	}
	c.line += int64(passed)
	c.ends = append(c.ends[:0], c.ends[passed:]...)
	return c.line
}
