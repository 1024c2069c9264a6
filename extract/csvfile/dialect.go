package csvfile

import "fmt"

// Dialect says how a delimited file is written. It is never guessed.
type Dialect struct {
	Delimiter byte     // an ASCII byte; required
	Quote     byte     // 0: the file has no quotes, every byte is text
	Escape    byte     // makes the next byte inside quotes text; 0 means Quote (doubled quotes)
	Header    bool     // the first record holds the column names
	Columns   []string // the names when Header is false
	Skip      int      // lines before the header, or before the first record, that are none
	Comment   byte     // lines that begin with it are no records; 0: there are none
	Footer    int      // records at the end that are no data, such as totals
}

// Validate says what is wrong with a dialect, if anything.
func (d Dialect) Validate() error {
	switch {
	case d.Delimiter == 0:
		return fmt.Errorf("dialect: delimiter is missing")
	case d.Delimiter >= 0x80 || d.Quote >= 0x80 || d.Escape >= 0x80:
		return fmt.Errorf("dialect: delimiter, quote and escape must be ASCII characters")
	case isLineEnd(d.Delimiter) || isLineEnd(d.Quote) || isLineEnd(d.Escape):
		return fmt.Errorf("dialect: a line end can be neither delimiter, quote nor escape")
	case d.Delimiter == d.Quote || d.Delimiter == d.Escape:
		return fmt.Errorf("dialect: %q cannot be both the delimiter and the quote or escape", d.Delimiter)
	case d.Quote == 0 && d.Escape != 0:
		return fmt.Errorf("dialect: an escape means something only inside quotes, and quote is missing")
	case d.Comment >= 0x80 || isLineEnd(d.Comment) || d.Comment != 0 && (d.Comment == d.Delimiter || d.Comment == d.Quote):
		return fmt.Errorf("dialect: a comment begins with an ASCII character that is neither delimiter nor quote")
	case d.Skip < 0 || d.Footer < 0:
		return fmt.Errorf("dialect: lines to skip and records of the footer are counted from 0")
	case !d.Header && len(d.Columns) == 0:
		return fmt.Errorf("dialect: a file without a header needs its column names in columns")
	}
	return nil
}

// escape is the byte that makes the next one text inside quotes.
func (d Dialect) escape() byte {
	if d.Escape == 0 {
		return d.Quote
	}
	return d.Escape
}

// plain says that every line is a header or a record.
func (d Dialect) plain() bool { return d.Skip == 0 && d.Comment == 0 && d.Footer == 0 }

func isLineEnd(b byte) bool { return b == '\n' || b == '\r' }
