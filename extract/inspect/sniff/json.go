package sniff

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A tree is where in a JSON text lists of objects are.
type tree struct {
	lines bool   // one object a line
	kind  string // of the first value: "[" or "{"
	lists []list // in order of appearance
}

// A list is one of objects, by the path of its fields from the outside.
type list struct {
	path     string
	within   string // path of the list in whose elements it stands; "" if in none
	inside   bool
	elements int
}

// readTree looks through the beginning of a JSON text; nil where it is none.
func readTree(head []byte, whole bool) *tree {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return nil
	}
	t := &tree{kind: string(head[:1])}
	first, rest, _ := bytes.Cut(head, []byte("\n"))
	if t.kind == "{" && isObject(first) && startsObject(rest) {
		t.lines = true
	}
	w := walker{decoder: jsontext.NewDecoder(bytes.NewReader(head), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), lists: map[string]*list{}}
	values := 0
	for {
		err := w.value("", "", false, 0)
		if errors.Is(err, io.EOF) && w.decoder.StackDepth() == 0 {
			break
		}
		if err != nil {
			cutOff := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
			if !cutOff || whole && values == 0 {
				if values == 0 {
					return nil
				}
			}
			break
		}
		values++
	}
	for _, path := range w.order {
		t.lists = append(t.lists, *w.lists[path])
	}
	return t
}

func isObject(line []byte) bool {
	return jsontext.Value(bytes.TrimSpace(line)).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func startsObject(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && text[0] == '{'
}

// depthLimit bounds how deep lists are looked for.
const depthLimit = 12

// walker passes over a JSON text and notes the lists of objects in it.
type walker struct {
	decoder *jsontext.Decoder
	lists   map[string]*list
	order   []string
}

// value passes one value at a path; within is the list in whose element it stands.
func (w *walker) value(path, within string, inside bool, depth int) error {
	kind := w.decoder.PeekKind()
	if depth > depthLimit || kind != '{' && kind != '[' {
		return w.decoder.SkipValue()
	}
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	if kind == '[' {
		return w.elements(path, within, inside, depth)
	}
	for w.decoder.PeekKind() != '}' {
		name, err := w.decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := w.value(joined(path, name.String()), within, inside, depth+1); err != nil {
			return err
		}
	}
	_, err := w.decoder.ReadToken()
	return err
}

func (w *walker) elements(path, within string, inside bool, depth int) error {
	for w.decoder.PeekKind() != ']' {
		if w.decoder.PeekKind() != '{' {
			if err := w.decoder.SkipValue(); err != nil {
				return err
			}
			continue
		}
		w.note(path, within, inside)
		if err := w.value(path, path, true, depth+1); err != nil {
			return err
		}
	}
	_, err := w.decoder.ReadToken()
	return err
}

func (w *walker) note(path, within string, inside bool) {
	l := w.lists[path]
	if l == nil {
		l = &list{path: path, within: within, inside: inside}
		w.lists[path] = l
		w.order = append(w.order, path)
	}
	l.elements++
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// records lists the paths at which the file's records may be, the likeliest first;
// "" where the file itself is the list, one record, or one a line.
func (t *tree) records() []string {
	if t.lines || t.kind == "[" {
		return []string{""}
	}
	var outer []list
	for _, l := range t.lists {
		if !l.inside {
			outer = append(outer, l)
		}
	}
	if len(outer) == 0 {
		return []string{""}
	}
	slices.SortStableFunc(outer, func(a, b list) int { return cmp.Compare(b.elements, a.elements) })
	paths := make([]string, len(outer))
	for i, l := range outer {
		paths[i] = l.path
	}
	return paths
}

// tables lists, for records at a path, the lists within each record.
func (t *tree) tables(records string) []string {
	tables := []string{""}
	for _, l := range t.lists {
		relative, below := strings.CutPrefix(l.path, records)
		if records != "" {
			relative, below = strings.CutPrefix(l.path, records+".")
		}
		if below && relative != "" && (l.inside || t.lines) {
			tables = append(tables, relative)
		}
	}
	return tables
}
