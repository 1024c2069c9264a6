package jsonfile

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"nightjar/extract/record"
)

// A row is one row of the table: its cells, and the JSON that it is made of. What
// is around an element of a list is in a row of its own, which its elements share.
type row struct {
	around *row
	cells  []cell
	text   []byte
}

// A cell is a field's value by the field's path.
type cell struct {
	path  string
	value []byte
}

// A flattener makes rows of records.
type flattener struct {
	from string
	// list is the JSON of the list whose elements are rows, when it was met, and
	// its path.
	list     []byte
	listPath string
}

var (
	errNoObject = errors.New("it is no JSON object")
	errNoList   = errors.New("what stands in place of the list of its rows is no list")
	errMore     = errors.New("something stands behind it")
	errTwice    = errors.New("two of its fields have one path")
	errTooWide  = errors.New("it has too many fields")
)

// rows makes rows of a record; rule and reason say why there are none. Its error is
// errTooWide.
func (x *flattener) rows(value []byte, from string) (rows []row, rule, reason string, err error) {
	if len(value) > record.Max {
		return nil, record.TooLong, "the record has more than " + strconv.Itoa(record.Max>>20) + " MiB", nil
	}
	x.from = from
	rows, err = x.explode(nil, row{text: value}, "", nil)
	switch {
	case err == nil:
		return rows, "", "", nil
	case errors.Is(err, errTooWide):
		return nil, "", "", err
	case errors.Is(err, errNoObject), errors.Is(err, errNoList), errors.Is(err, errMore), errors.Is(err, errTwice):
		return nil, record.BadRecord, err.Error(), nil
	case !jsontext.Value(value).IsValid(jsontext.AllowDuplicateNames(true)) && isValue(value):
		return nil, record.BadEncoding, "a text in it is no UTF-8", nil
	default:
		return nil, record.BadRecord, "it is no JSON", nil
	}
}

// explode appends the rows of the value that own is to be made of, at a path.
// taken are the paths below it that are known around it.
func (x *flattener) explode(rows []row, own row, path string, taken map[string]bool) ([]row, error) {
	x.list, x.listPath = nil, ""
	decoder := jsontext.NewDecoder(bytes.NewBuffer(own.text), jsontext.AllowDuplicateNames(true))
	if path != "" && decoder.PeekKind() != '{' {
		text, err := scalar(decoder)
		if err != nil {
			return nil, err
		}
		own.cells = append(own.cells, cell{path, text})
	} else if err := x.object(decoder, path, &own); err != nil {
		return nil, err
	}
	if err := ends(decoder); err != nil {
		return nil, err
	}
	if twice(own.cells, taken) {
		return nil, errTwice
	}
	if x.from == "" || path == x.from {
		return append(rows, own), nil
	}
	return x.elements(rows, &own, x.list, x.listPath)
}

// elements appends the rows of a list's elements.
func (x *flattener) elements(rows []row, around *row, list []byte, path string) ([]row, error) {
	if list == nil {
		return rows, nil
	}
	taken := around.below(path)
	decoder := jsontext.NewDecoder(bytes.NewBuffer(list), jsontext.AllowDuplicateNames(true))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	for n := 1; decoder.PeekKind() != ']'; n++ {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		own := row{around: around, text: bytes.Clone(value)}
		if path == x.from {
			own.cells = append(own.cells, cell{path + position, strconv.AppendInt(nil, int64(n), 10)})
		}
		if rows, err = x.explode(rows, own, path, taken); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// below lists the paths of a row's cells, and of those around it, that an element of
// the list at a path could have too: hardly ever any.
func (r *row) below(path string) map[string]bool {
	var taken map[string]bool
	for ; r != nil; r = r.around {
		for _, c := range r.cells {
			if rest, below := strings.CutPrefix(c.path, path); !below || rest != "" && rest[0] != '.' {
				continue
			}
			if taken == nil {
				taken = map[string]bool{}
			}
			taken[c.path] = true
		}
	}
	return taken
}

// object reads the fields of an object into a row.
func (x *flattener) object(decoder *jsontext.Decoder, path string, to *row) error {
	if decoder.PeekKind() != '{' {
		if _, err := decoder.ReadValue(); err != nil {
			return err
		}
		return errNoObject
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := x.field(decoder, join(path, name.String()), to); err != nil {
			return err
		}
	}
	_, err := decoder.ReadToken()
	return err
}

func (x *flattener) field(decoder *jsontext.Decoder, path string, to *row) error {
	leads := x.from != "" && (path == x.from || strings.HasPrefix(x.from, path+"."))
	switch kind := decoder.PeekKind(); {
	case kind == '{' && path != x.from:
		return x.object(decoder, path, to)
	case kind != '[' && kind != '{' && kind != 'n' && leads, kind == '{':
		return errNoList
	case kind == '[' && leads:
		list, err := decoder.ReadValue()
		if x.list != nil {
			return errTwice
		}
		x.list, x.listPath = bytes.Clone(list), path
		return err
	}
	value, err := scalar(decoder)
	if err == nil && len(to.cells) == MaxColumns {
		return errTooWide
	}
	if err == nil {
		to.cells = append(to.cells, cell{path, value})
	}
	return err
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// scalar is a value as text: a list as JSON, null as nothing.
func scalar(decoder *jsontext.Decoder) ([]byte, error) {
	value, err := decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	switch value.Kind() {
	case 'n':
		return nil, nil
	case '"':
		return jsontext.AppendUnquote(nil, value)
	case '0':
		return plain(value), nil
	case '[':
		list := value.Clone()
		return list, list.Compact()
	}
	return bytes.Clone(value), nil
}

// widest bounds the exponents that are written out.
const widest = 100

// plain is a number without an exponent; one beyond all sense stays as it is.
func plain(number []byte) []byte {
	at := bytes.IndexAny(number, "eE")
	if at < 0 {
		return bytes.Clone(number)
	}
	exponent, err := strconv.Atoi(string(number[at+1:]))
	value, ok := new(big.Rat), false
	if err == nil && exponent >= -widest && exponent <= widest {
		value, ok = value.SetString(string(number))
	}
	if !ok {
		return bytes.Clone(number)
	}
	text := value.FloatString(at + widest)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

// ends sees that nothing follows.
func ends(decoder *jsontext.Decoder) error {
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errMore
	}
	return nil
}

// twice says whether two cells have one path, or one a path that is taken.
func twice(cells []cell, taken map[string]bool) bool {
	seen := make(map[string]bool, len(cells))
	for _, c := range cells {
		if seen[c.path] || taken[c.path] {
			return true
		}
		seen[c.path] = true
	}
	return false
}
