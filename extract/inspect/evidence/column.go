package evidence

import (
	"fmt"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// A Kind is what the values of a column are.
type Kind string

// The kinds of values.
const (
	Text      Kind = "text"
	Code      Kind = "code" // digits with leading zeros: text
	Integer   Kind = "int"
	Decimal   Kind = "decimal"
	Double    Kind = "double" // with an exponent
	Date      Kind = "date"
	Timestamp Kind = "timestamp"
	Clock     Kind = "time" // of day
	Boolean   Kind = "boolean"
	Serial    Kind = "excel serial" // days since 1899-12-30
	Epoch     Kind = "epoch"        // seconds or milliseconds since 1970
)

// A Column is what is known of the values of one column, as far as they were looked
// at.
type Column struct {
	Name  string `json:"column"`
	Place int    `json:"place"` // from 0
	Rows  int64  `json:"rows"`
	// Empty rows have no value; Distinct is how many different values there are.
	Empty    int64 `json:"empty"`
	Distinct int64 `json:"distinct"`
	// Shortest and Longest are lengths in characters.
	Shortest int64 `json:"shortest"`
	Longest  int64 `json:"longest"`
	// Zeros is how many values are digits that begin with a zero.
	Zeros int64 `json:"leading_zeros"`
	// Scale is the most digits behind the mark of a decimal; Digits the most before it.
	Scale  int64 `json:"scale"`
	Digits int64 `json:"digits"`
	// Least and Most are bounds of the values that are plain numbers.
	Least *float64 `json:"-"`
	Most  *float64 `json:"-"`
	// Candidates are the kinds that some values fit, the best first.
	Candidates []*Candidate `json:"candidates,omitempty"`
	// Verdict is what the values are, nil where a question is open.
	Verdict *Candidate `json:"-"`
	// Ambiguous are candidates between which only a person decides.
	Ambiguous []*Candidate `json:"-"`
	// Phones, Emails, IDs count values that look like a person's.
	Phones int64 `json:"-"`
	Emails int64 `json:"-"`
	IDs    int64 `json:"-"`
	// Words are the different values of a column with few, the commonest first.
	Words []Word `json:"-"`
	// Declared is DuckDB's type in the file, of Parquet.
	Declared string `json:"declared,omitempty"`

	// Midnight says that all its points in time are at 00:00: they are days.
	Midnight bool `json:"midnight,omitempty"`

	nameHint bool // the name says that it is a date
}

// A Word is a value, and how many rows have it.
type Word struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
}

// Filled is how many rows have a value.
func (c *Column) Filled() int64 { return c.Rows - c.Empty }

// Kind is the verdict's, or that of what is still open.
func (c *Column) Kind() Kind {
	switch {
	case c.Verdict != nil:
		return c.Verdict.Kind
	case len(c.Ambiguous) > 0:
		return c.Ambiguous[0].Kind
	}
	return Text
}

// Open says whether a person must still decide what the values are.
func (c *Column) Open() bool { return c.Verdict == nil }

// Unique says whether every row has a value and no two the same.
func (c *Column) Unique() bool { return c.Rows > 0 && c.Empty == 0 && c.Distinct == c.Rows }

// Fits says whether the values can be taken for the type of a contract.
func (c *Column) Fits(t models.Type) bool {
	_, _, isDecimal := t.Decimal()
	switch kind := c.Kind(); {
	case t == "string":
		return true
	case isDecimal || t == "double":
		return kind == Integer || kind == Decimal || kind == Double
	case t == "int" || t == "bigint":
		return kind == Integer || kind == Code && c.allDigits()
	case t == "date":
		return kind == Date || kind == Timestamp || kind == Serial || kind == Epoch
	case t == "timestamptz":
		return kind == Timestamp || kind == Epoch
	default:
		return kind == Boolean || kind == Integer && c.isBit()
	}
}

func (c *Column) allDigits() bool {
	for _, k := range c.Candidates {
		if k.Kind == Integer {
			return k.Against == 0
		}
	}
	return false
}

// isBit says whether the values are 0 and 1.
func (c *Column) isBit() bool {
	return c.Distinct <= 2 && c.Least != nil && *c.Least >= 0 && *c.Most <= 1
}

// A Candidate is one thing that values may be, and what speaks against it.
type Candidate struct {
	Kind Kind `json:"kind"`
	// Format of a date or point in time, as strptime writes it.
	Format string `json:"format,omitempty"`
	// Mark before decimals, and between thousands, of numbers.
	Mark      string `json:"decimal,omitempty"`
	Thousands string `json:"thousands,omitempty"`
	// Per is what an Epoch counts: seconds or milliseconds.
	Per string `json:"per,omitempty"`
	// Nulls are words that stand for no value, such as NULL.
	Nulls []string `json:"nulls,omitempty"`
	// Fits and Against are rows.
	Fits    int64 `json:"fits"`
	Against int64 `json:"against"`
	// Examples of the latter, the first few.
	Examples []Example `json:"examples,omitempty"`

	condition string // in SQL, over v
	marked    string // which values show the marks, where the condition does not ask for them
	shown     int64  // rows that do
}

// An Example is a value that does not fit.
type Example struct {
	File  int    `json:"-"`
	Path  string `json:"file,omitempty"`
	Row   int64  `json:"row"`
	Line  int64  `json:"line,omitempty"`
	Shape string `json:"shape"`
	// Value is the text itself.
	Value string `json:"value,omitempty"`
}

// String names the candidate for a person.
func (k *Candidate) String() string {
	switch {
	case k.Format != "":
		return string(k.Kind) + " " + k.Format
	case k.Kind == Epoch:
		return k.Per + " since 1970"
	case k.Thousands != "" && k.Kind != Text:
		return fmt.Sprintf("%s, %s between thousands", k.withMark(), markName(k.Thousands))
	case k.Kind == Decimal:
		return k.withMark()
	}
	return string(k.Kind)
}

func (k *Candidate) withMark() string {
	if k.Kind != Decimal || k.Mark == "" {
		return string(k.Kind)
	}
	return "decimal with " + markName(k.Mark)
}

func markName(mark string) string {
	switch mark {
	case ".":
		return "point"
	case ",":
		return "comma"
	case " ", "\u00a0", "\u202f":
		return "blank"
	}
	return mark
}

// UTC says whether the stamps end with Z.
func (k *Candidate) UTC() bool { return strings.HasSuffix(k.Format, "Z") }

// numbers are the candidates that are always tried.
func numbers() []*Candidate {
	list := []*Candidate{
		{Kind: Boolean, condition: "lower(v) in ('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', '是', '否')"},
		{Kind: Integer, condition: matches(`[+-]?[0-9]{1,18}`)},
		{Kind: Decimal, Mark: ".", condition: matches(`[+-]?[0-9]+(\.[0-9]+)?`), marked: "contains(v, '.')"},
		{Kind: Decimal, Mark: ",", condition: matches(`[+-]?[0-9]+(,[0-9]+)?`), marked: "contains(v, ',')"},
		{Kind: Double, Mark: ".", condition: matches(`[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?`), marked: matches(`.*[eE].*`)},
		{Kind: Clock, condition: matches(`([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?`)},
		{Kind: Serial, condition: matches(`[2-7][0-9]{4}(\.[0-9]+)?`)},
		{Kind: Epoch, Per: "seconds", condition: matches(`1[0-9]{9}`)},
		{Kind: Epoch, Per: "milliseconds", condition: matches(`1[0-9]{12}`)},
	}
	for _, m := range []struct{ mark, thousands string }{{".", ","}, {".", "'"}, {".", " "}, {",", "."}, {",", " "}, {",", "\u00a0"}, {",", "\u202f"}} {
		mark, between := `\`+m.mark, m.thousands
		if strings.ContainsAny(between, ".,") {
			between = `\` + between
		}
		list = append(list, &Candidate{
			Kind: Decimal, Mark: m.mark, Thousands: m.thousands,
			condition: matches(`[+-]?([0-9]{1,3}(` + between + `[0-9]{3})+|[0-9]+)(` + mark + `[0-9]+)?`),
			marked:    "contains(v, " + duck.Text(m.thousands) + ")",
		})
	}
	return list
}

// dated is the candidate of a format. Years are those that a night takes.
func dated(format string) *Candidate {
	kind := Date
	if hasTime(format) {
		kind = Timestamp
	}
	condition := fmt.Sprintf("coalesce(year(try_strptime(v, %s)) between 1900 and 2199, false)", duck.Text(format))
	if strings.HasPrefix(format, "%Y%m%d") {
		condition = "length(v) >= 8 and " + condition
	}
	return &Candidate{Kind: kind, Format: format, condition: condition}
}

func matches(pattern string) string {
	return "regexp_full_match(v, " + duck.Text(pattern) + ")"
}

// nullWords stand for no value where everything else is a number or a date.
var nullWords = []string{"null", "none", "nan", "na", "n/a", "nil", `\n`, "-", "--", "—", "无", "空", "未知", "#n/a", "(null)", "?"}
