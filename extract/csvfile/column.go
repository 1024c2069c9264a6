package csvfile

import (
	"bytes"
	"fmt"
)

// column gathers the facts of one column.
type column struct {
	ColumnFacts
	shapeCheck
	scratch []byte // a value with slack behind it
}

// longestShaped is more bytes than any value has that fits a shape.
const longestShaped = 128

func newColumns(path string, header []string, shapes []Shape) ([]column, error) {
	columns := make([]column, len(header))
	place := make(map[string]int, len(header))
	for i, name := range header {
		columns[i] = column{ColumnFacts: ColumnFacts{Name: name}}
		place[name] = i
	}
	for _, s := range shapes {
		i, ok := place[s.Column]
		if !ok {
			return nil, &UnknownColumnError{Path: path, Column: s.Column, Nearest: nearest(s.Column, header)}
		}
		check, err := s.prepare()
		if err != nil {
			return nil, fmt.Errorf("scanning %s: %w", path, err)
		}
		columns[i].shapeCheck = check
	}
	return columns, nil
}

// observe takes one value, of the record of that number.
func (c *column) observe(value []byte, record int64) {
	c.MaxLen = max(c.MaxLen, len(value))
	if len(value) == 0 {
		c.Empty++
		return
	}
	if blankEdge[value[0]]|blankEdge[value[len(value)-1]] != 0 {
		c.Padded = c.Padded || isPadded(value)
	}
	if c.fits == nil {
		return
	}
	if c.scratch == nil {
		c.scratch = make([]byte, longestShaped+slack)
	}
	if len(value) > longestShaped || !c.fits(c.scratch, 0, copy(c.scratch, value)) {
		c.misshapen(record)
	}
}

func (c *column) misshapen(record int64) {
	if c.Misshapen == 0 {
		c.FirstMisshapen = record
	}
	c.Misshapen++
}

// run is the fields of a number of records in a row, in file order: the i-th is
// data[starts[i]:stops[i]]. At least slack bytes follow them.
type run struct {
	data          []byte
	starts, stops []int32
	fields        int   // of each record
	before        int64 // records before the first
}

// observeRun takes the values of the column at a place in a run of records.
func (c *column) observeRun(r run, place int) {
	if c.fits == nil {
		c.measure(r, place)
	} else {
		c.examine(r, place)
	}
}

func (c *column) measure(r run, place int) {
	longest, empty, padded := c.MaxLen, 0, c.Padded
	for i := place; i < len(r.starts) && i < len(r.stops); i += r.fields {
		from, to := int(r.starts[i]), int(r.stops[i])
		longest = max(longest, to-from)
		if from == to {
			empty++
			continue
		}
		if blankEdge[r.data[from]]|blankEdge[r.data[to-1]] != 0 {
			padded = padded || isPadded(r.data[from:to])
		}
	}
	c.MaxLen, c.Padded = longest, padded
	c.Empty += int64(empty)
}

// examine measures the values of a shaped column. What fits begins and ends with
// no blank, or the format says so.
func (c *column) examine(r run, place int) {
	fits, longest, empty := c.fits, c.MaxLen, 0
	for i := place; i < len(r.starts) && i < len(r.stops); i += r.fields {
		from, to := int(r.starts[i]), int(r.stops[i])
		longest = max(longest, to-from)
		if from == to {
			empty++
			continue
		}
		if !fits(r.data, from, to) {
			c.misshapen(r.before + int64(i/r.fields) + 1)
			c.Padded = c.Padded || isPadded(r.data[from:to])
		}
	}
	c.MaxLen = longest
	c.Empty += int64(empty)
}

var blanks = [][]byte{[]byte(" "), []byte("\t"), []byte("\u00a0"), []byte("\u3000")}

// blankEdge marks the bytes with which a blank begins or ends.
var blankEdge = func() (edge [256]uint8) {
	for _, b := range blanks {
		edge[b[0]], edge[b[len(b)-1]] = 1, 1
	}
	return edge
}()

func isPadded(value []byte) bool {
	for _, b := range blanks {
		if bytes.HasPrefix(value, b) || bytes.HasSuffix(value, b) {
			return true
		}
	}
	return false
}
