package csvfile

import "fmt"

// Kind is the kind of value that a column should hold.
type Kind int

// The kinds of values, and what fits each.
const (
	Text      Kind = iota // anything
	Integer               // [+-]?, then 1 to 18 digits
	Decimal               // [+-]?digits(.digits)?, within precision and scale
	Date                  // a real date of 1900 to 2199 in a format
	Timestamp             // the same, with a time of day
)

// Shape is what is expected of the values of a column. What fits one, DuckDB casts
// without loss: Integer to bigint, Decimal to decimal(Precision, Scale), and the
// others by strptime(value, Format).
type Shape struct {
	Column           string
	Kind             Kind
	Precision, Scale int // Decimal: at most 18 digits, Precision-Scale of them before the point
	// Format of a Date or Timestamp, of %Y %m %d %H %M %S %f (six digits) %g (three
	// digits) %% and plain text; every part as wide as it can be, with zeros in front.
	Format string
}

// shapeCheck is a prepared shape.
type shapeCheck struct {
	// fits decides whether the value data[from:to], which is not empty, has the shape;
	// nil for Text. At least slack bytes must follow the value.
	fits   func(data []byte, from, to int) bool
	moment *moment // of a Date or Timestamp, what fits consults
}

// prepare makes the check of a shape.
func (s Shape) prepare() (shapeCheck, error) {
	switch s.Kind {
	case Text:
		return shapeCheck{}, nil
	case Integer:
		return shapeCheck{fits: isInteger}, nil
	case Decimal:
		if s.Precision < 1 || s.Precision > maxDigits || s.Scale < 0 || s.Scale > s.Precision {
			return shapeCheck{}, fmt.Errorf("column %q: decimal(%d,%d) is not within decimal(18,18)", s.Column, s.Precision, s.Scale)
		}
		return shapeCheck{fits: decimal{before: s.Precision - s.Scale, behind: s.Scale}.fits}, nil
	case Date, Timestamp:
		m, err := newMoment(s.Format)
		if err != nil {
			return shapeCheck{}, fmt.Errorf("column %q: %w", s.Column, err)
		}
		return shapeCheck{fits: m.fits, moment: m}, nil
	}
	return shapeCheck{}, fmt.Errorf("column %q: no kind of value has number %d", s.Column, s.Kind)
}
