package jsonfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
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

// mark is a byte order mark.
var mark = []byte("\xef\xbb\xbf")

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{text: bufio.NewReaderSize(from, 1<<20)}
}

// peek returns the first line, cut at a MiB, passing a byte order mark and blanks.
func (l *lineReader) peek() ([]byte, error) {
	if ahead, _ := l.text.Peek(len(mark)); bytes.Equal(ahead, mark) {
		_, _ = l.text.Discard(len(mark))
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
		// Where files were joined, a mark of the second's stands before its first line.
		if value := bytes.TrimSpace(bytes.TrimPrefix(l.value, mark)); len(value) > 0 {
			return value, l.line, nil
		}
	}
}

// isValue says whether a text is one JSON value.
func isValue(text []byte) bool { return jsontext.Value(text).IsValid(lenient...) }

// lenient takes what the flattener finds fault with later, record by record.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// A document gives the elements of a list in one JSON value, or the values of a
// text one after the other. Of several values, each may be or hold a list: what was
// put behind a file is not passed over.
type document struct {
	name    string
	path    string   // of the list
	fields  []string // the parts of path
	counter *lineCounter
	decoder *jsontext.Decoder
	inList  bool
}

// newDocument goes to the list at a path.
func newDocument(from io.Reader, name, path string) (*document, error) {
	d := &document{name: name, path: path, counter: &lineCounter{from: from, line: 1}}
	d.decoder = jsontext.NewDecoder(d.counter, lenient...)
	d.counter.passed = d.decoder.InputOffset
	if path != "" {
		d.fields = strings.Split(path, ".")
	}
	return d, d.begin()
}

// begin goes into the list of the next value, if there is to be one.
func (d *document) begin() error {
	for _, field := range d.fields {
		if err := d.enter(field); err != nil {
			return err
		}
	}
	switch kind := d.decoder.PeekKind(); {
	case kind == '[':
		d.inList = true
		_, err := d.decoder.ReadToken()
		return d.broken(err)
	case d.path != "":
		return fmt.Errorf("reading %s: what is at %s is no list of records: correct json.records, or ask for the file again", d.name, d.path)
	}
	return nil
}

// enter goes into an object up to the value of a field.
func (d *document) enter(field string) error {
	token, err := d.decoder.ReadToken()
	if err != nil {
		return d.broken(err)
	}
	if token.Kind() != '{' {
		return fmt.Errorf("reading %s: there is no list at %s: json.records names a field %q, and what should hold it is no object", d.name, d.path, field)
	}
	found, err := d.find(field)
	if err != nil || found {
		return err
	}
	return fmt.Errorf("reading %s: there is no list at %s: the field %q is missing; correct json.records", d.name, d.path, field)
}

// find goes on in an object up to the value of a field, or to its last one.
func (d *document) find(field string) (bool, error) {
	for d.decoder.PeekKind() != '}' {
		name, err := d.decoder.ReadToken()
		if err != nil {
			return false, d.broken(err)
		}
		if name.String() == field {
			return true, nil
		}
		if err := d.decoder.SkipValue(); err != nil {
			return false, d.broken(err)
		}
	}
	return false, nil
}

func (d *document) next() ([]byte, int64, error) {
	for d.inList && d.decoder.PeekKind() == ']' {
		if err := d.leave(); err != nil {
			return nil, 0, err
		}
	}
	value, err := d.decoder.ReadValue()
	if errors.Is(err, io.EOF) && !d.inList {
		return nil, 0, io.EOF
	}
	if err != nil {
		return nil, 0, d.broken(err)
	}
	return value, d.counter.lineAt(d.decoder.InputOffset() - int64(len(value))), nil
}

// leave reads what is behind a list up to the next value, which it begins: a file
// that is cut off there must not pass for a whole one.
func (d *document) leave() error {
	d.inList = false
	if _, err := d.decoder.ReadToken(); err != nil {
		return d.broken(err)
	}
	for _, field := range slices.Backward(d.fields) {
		again, err := d.find(field)
		if err != nil {
			return err
		}
		if again {
			return fmt.Errorf("reading %s: at line %d, the field %q stands twice in one object, and one of them would be lost: ask for the file again", d.name, d.counter.lineAt(d.decoder.InputOffset()), field)
		}
		if _, err := d.decoder.ReadToken(); err != nil {
			return d.broken(err)
		}
	}
	if d.decoder.PeekKind() == 0 {
		return nil // the end, or what is no JSON: next tells which
	}
	return d.begin()
}

// broken says where a text stops being JSON. The decoder's own words quote values.
func (d *document) broken(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooLong):
		return fmt.Errorf("reading %s: a value on line %d or behind it has more than %d MiB: have it delivered one record a line, so that it can be rejected alone", d.name, d.counter.lineAt(d.decoder.InputOffset()), longest>>20)
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

// A lineCounter tells on which line an offset is, of offsets that ascend. It reads
// no value that is so long that memory would fill.
type lineCounter struct {
	from   io.Reader
	passed func() int64 // the offset up to which what was read is done with
	read   int64
	ends   []int64 // offsets of line ends read and not yet passed
	line   int64
}

// longest is the length in bytes of a value in a list above which the file is not
// read; from record.Max on, the value alone is rejected.
const longest = 2 * record.Max

var errTooLong = errors.New("a value is too long")

func (c *lineCounter) Read(p []byte) (int, error) {
	passed := c.passed()
	if c.read-passed > longest {
		return 0, errTooLong
	}
	c.lineAt(passed)
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
