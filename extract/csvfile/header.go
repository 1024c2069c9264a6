package csvfile

import (
	"fmt"
	"strings"

	"nightjar/extract/record"
)

// readHeader reads the column names, and reports how many blank lines came before.
// Without a header the names are the dialect's, and nothing is read.
func (r *recordReader) readHeader(d Dialect) (names []string, blank int, err error) {
	if !d.Header {
		return record.UniqueNames(d.Columns), 0, nil
	}
	for {
		more, err := r.readOne()
		if err != nil {
			return nil, blank, err
		}
		if !more {
			return nil, blank, &EmptyFileError{Path: r.source.Name()}
		}
		if !r.rec.blank() {
			break
		}
		blank++
		r.passBlank()
	}
	if r.rec.tooLong || r.rec.fields > maxSpans {
		return nil, blank, fmt.Errorf("reading %s: its header has %d bytes and %d columns, too many for one: "+
			"correct the source's delimiter and quote", r.source.Name(), r.rec.length, r.rec.fields)
	}
	r.longest = r.rec.length
	return record.UniqueNames(r.headerFields()), blank, nil
}

// headerFields are the names as written, with U+FFFD for what is no text; those of
// a header with a bad quote, roughly.
func (r *recordReader) headerFields() []string {
	names := r.rec.strings(r.machine.escape)
	if r.rec.badQuote {
		names = strings.Split(record.Text(r.rec.raw), string(rune(r.machine.delimiter)))
	}
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, "\x00", "\uFFFD")
	}
	return names
}

// strings are the record's values, with U+FFFD for what is not UTF-8.
func (r *row) strings(escape byte) []string {
	var scratch []byte
	values := make([]string, len(r.spans))
	for i, s := range r.spans {
		values[i] = record.Text(r.value(s, escape, &scratch))
	}
	return values
}

// nearest is the name most similar to one that is missing.
func nearest(missing string, names []string) string {
	best, least := "", -1
	for _, name := range names {
		d := distance(strings.ToLower(missing), strings.ToLower(name))
		if least < 0 || d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the characters to change, insert or leave out (Levenshtein 1966).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
