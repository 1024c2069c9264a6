package csvfile

import (
	"time"

	"nightjar/extract/record"
)

// The kinds of irregularity. Records of the first five are unreadable: no row can
// be made of them. Those of the last seven are readable, but DuckDB would read them
// otherwise, or not at all.
const (
	Ragged      = record.Ragged      // more or fewer fields than columns
	BadQuote    = record.BadQuote    // text after a closing quote
	BadEncoding = record.BadEncoding // not UTF-8
	NulByte     = "nul_byte"         // a zero byte
	TooLong     = record.TooLong     // a record of more than record.Max bytes

	StrayQuote  = "stray_quote"  // a quote inside a field that does not begin with one
	StrayEscape = "stray_escape" // an escape before neither the quote nor itself
	LineEnd     = "line_end"     // line ends of several kinds, or a lone \r
	BlankLine   = "blank_line"   // blank lines before the header, or in a file of one column
	MarkWithin  = "mark_within"  // a byte order mark that is not the file's first
	OtherLines  = "other_lines"  // the dialect knows lines that are no records
	Packed      = "packed"       // another encoding than UTF-8, or a member of an archive
)

// irregularLimit is how many irregularities a Result describes one by one.
const irregularLimit = 1000

// Result is what one pass over a file found.
type Result struct {
	SHA256         [32]byte // of the bytes as delivered (compressed, if compressed)
	Size           int64    // bytes as delivered
	Compression    string   // none, gzip or zstd, as read_csv's option compression wants it
	Records        int64    // data records; header and blank lines excluded
	Header         []string // one name per column, unique ignoring case; see UniqueNames
	Columns        []ColumnFacts
	Footer         []string         // raw text of the records at the end that are no data
	KeyTold        bool             // records of equal keys have equal fingerprints; false if none were asked for
	MultiLine      bool             // some record spans lines: DuckDB must read with parallel=false
	LongestRecord  int              // bytes, line end excluded, header included
	Irregular      []Irregularity   // the first 1000, in file order
	IrregularCount map[string]int64 // every one, by kind; never nil
}

// ColumnFacts says what the readable records hold in one column.
type ColumnFacts struct {
	Name           string
	MaxLen         int   // bytes of the longest value, unquoted and unescaped
	Empty          int64 // values of no bytes, quoted or not
	Padded         bool  // some value begins or ends with space, tab, NBSP or U+3000
	Misshapen      int64 // values, not empty, that do not fit the shape asked for
	FirstMisshapen int64 // record number of the first of them; 0 if none
	// FirstMonth and LastMonth are the first days of the months (UTC) of the earliest
	// and latest value that fits a Date or Timestamp; zero if there is none.
	FirstMonth, LastMonth time.Time
}

// Irregularity is one place where a file is not as the dialect promises.
type Irregularity struct {
	Record int64  // from 1; 0 if it is no data record (the header, blank lines)
	Line   int64  // physical line on which the record begins, from 1
	Kind   string // one of the kinds above
	Detail string // for a person; quotes nothing from the file
}

// Regular reports that DuckDB reads exactly these records and fields.
func (r Result) Regular() bool { return len(r.IrregularCount) == 0 }

// MaxLineSize is the max_line_size that DuckDB needs to read the longest record.
func (r Result) MaxLineSize() int { return max(r.LongestRecord+64, 2<<20) }
