package jsonfile

import (
	"bytes"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"nightjar/extract/record"
)

// A row is one row of the table: its cells, and the JSON that it is made of.
type row struct {
	cells []cell
	text  []byte
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
	errTwice    = errors.New("two of its fields have one path")
)

// rows makes rows of a record; rule and reason say why there are none.
func (x *flattener) rows(value []byte, from string) (rows []row, rule, reason string) {
	if len(value) > record.Max {
		return nil, record.TooLong, "the record has more than " + strconv.Itoa(record.Max>>20) + " MiB"
	}
	x.from = from
	rows, err := x.explode(nil, row{}, value, "")
	switch {
	case err == nil:
		return rows, "", ""
	case errors.Is(err, errNoObject), errors.Is(err, errTwice):
		return nil, record.BadRecord, err.Error()
	case !jsontext.Value(value).IsValid(jsontext.AllowDuplicateNames(true)) && isValue(value):
		return nil, record.BadEncoding, "a text in it is no UTF-8"
	default:
		return nil, record.BadRecord, "it is no JSON"
	}
}

// explode appends the rows of an object at a path, around which base is known.
func (x *flattener) explode(rows []row, base row, value []byte, path string) ([]row, error) {
	x.list, x.listPath = nil, ""
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true))
	if path != "" && decoder.PeekKind() != '{' {
		text, err := scalar(decoder)
		if err != nil {
			return nil, err
		}
		return append(rows, row{append(slices.Clip(base.cells), cell{path, text}), value}), nil
	}
	own := row{cells: slices.Clip(base.cells), text: value}
	if err := x.object(decoder, path, &own); err != nil {
		return nil, err
	}
	if err := ends(decoder); err != nil {
		return nil, err
	}
	if twice(own.cells) {
		return nil, errTwice
	}
	if x.from == "" || path == x.from {
		return append(rows, own), nil
	}
	return x.elements(rows, own, x.list, x.listPath)
}

// elements appends the rows of a list's elements.
func (x *flattener) elements(rows []row, base row, list []byte, path string) ([]row, error) {
	if list == nil {
		return rows, nil
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(list), jsontext.AllowDuplicateNames(true))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	for n := 1; decoder.PeekKind() != ']'; n++ {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		around := base
		if path == x.from {
			around.cells = append(slices.Clip(base.cells), cell{path + position, strconv.AppendInt(nil, int64(n), 10)})
		}
		if rows, err = x.explode(rows, around, bytes.Clone(value), path); err != nil {
			return nil, err
		}
	}
	return rows, nil
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
	switch kind := decoder.PeekKind(); {
	case kind == '{':
		return x.object(decoder, path, to)
	case kind == '[' && x.from != "" && (path == x.from || strings.HasPrefix(x.from, path+".")):
		list, err := decoder.ReadValue()
		if x.list != nil {
			return errTwice
		}
		x.list, x.listPath = bytes.Clone(list), path
		return err
	}
	value, err := scalar(decoder)
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

func ends(decoder *jsontext.Decoder) error {
	if decoder.PeekKind() != 0 {
		return errNoObject
	}
	return nil
}

// twice says whether two cells have one path.
func twice(cells []cell) bool {
	seen := make(map[string]bool, len(cells))
	for _, c := range cells {
		if seen[c.path] {
			return true
		}
		seen[c.path] = true
	}
	return false
}
