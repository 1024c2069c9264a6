package propose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"nightjar/extract/inspect/evidence"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

func isLetter(r rune) bool { return unicode.IsLetter(r) }

// plainName needs no quotes within an expression.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$|^\p{Han}+$`)

// reserved words of DuckDB's SQL that files call columns.
var reserved = []string{
	"all", "and", "any", "array", "as", "asc", "both", "case", "cast", "check", "collate", "column", "constraint", "create", "default", "desc", "distinct",
	"do", "else", "end", "except", "false", "fetch", "for", "foreign", "from", "group", "having", "in", "initially", "intersect", "into", "lateral", "leading",
	"limit", "not", "null", "offset", "on", "only", "or", "order", "pivot", "placing", "primary", "qualify", "references", "returning", "select", "show", "some",
	"summarize", "symmetric", "table", "then", "to", "trailing", "true", "union", "unique", "unpivot", "using", "variadic", "when", "where", "window", "with",
}

func quoted(name string) string { return duck.Name(name) }

// within is a column's name within an expression.
func within(name string) string {
	if plainName.MatchString(name) && !slices.Contains(reserved, name) {
		return name
	}
	return quoted(name)
}

// express is the expression that makes a value of a type of a column of the file,
// and the format of dates in it.
func express(c *evidence.Column, t models.Type, formats config.Formats) (sql, format, note string) {
	k := c.Verdict
	if k == nil {
		k = c.Ambiguous[0]
	}
	text := within(c.Name)
	for _, word := range k.Nulls {
		text = fmt.Sprintf("nullif(%s, %s)", text, duck.Text(word))
	}
	sql = text
	if len(k.Nulls) == 0 {
		sql = bare(c.Name)
	} else {
		note = fmt.Sprintf("%s stands for no value", strings.Join(k.Nulls, ", "))
	}
	if c.Declared != "" && c.Declared != "VARCHAR" {
		return sql, "", note
	}
	_, scale, isDecimal := t.Decimal()
	switch {
	case t == "date" || t == "timestamptz":
		return moment(sql, text, k, t, note)
	case isDecimal || t == "double":
		return amount(c, sql, text, scale, isDecimal, formats, note)
	}
	return sql, "", note
}

func moment(sql, text string, k *evidence.Candidate, t models.Type, note string) (string, string, string) {
	switch {
	case k.Kind == evidence.Serial:
		return fmt.Sprintf("date '1899-12-30' + floor(try_cast(%s as double))::int", text), "", "days since 1899-12-30, as Excel counts them"
	case k.Kind == evidence.Epoch && k.Per == "seconds":
		return fmt.Sprintf("to_timestamp(try_cast(%s as bigint))", text), "", "seconds since 1970"
	case k.Kind == evidence.Epoch:
		return fmt.Sprintf("to_timestamp(try_cast(%s as bigint) / 1000)", text), "", "milliseconds since 1970"
	case k.UTC() && t == "timestamptz":
		return fmt.Sprintf("replace(%s, 'Z', '+00')", text), strings.TrimSuffix(k.Format, "Z") + "%z", "Z is UTC"
	}
	return sql, k.Format, note
}

// amount reads a number whose marks are not the source's by hand, and rounds one
// that has more digits than the contract.
func amount(c *evidence.Column, sql, text string, scale int, isDecimal bool, formats config.Formats, note string) (string, string, string) {
	number := Number(c, text)
	switch {
	case isDecimal && c.Kind() != evidence.Integer && c.Scale > int64(scale):
		return fmt.Sprintf("round(%s, %d)", decimal(number, 38, 12), scale), "", fmt.Sprintf("it has up to %d digits behind the mark, %d are kept", c.Scale, scale)
	case c.Kind() == evidence.Double:
		return fmt.Sprintf("round(try_cast(%s as double), %d)", text, scale), "", "numbers with an exponent"
	case number != text && !sameMarks(c, formats):
		return number, "", "its marks are not those of the other columns"
	}
	return sql, "", note
}

// Number is a text that SQL casts to a number, of a column's text in its own marks.
func Number(c *evidence.Column, text string) string {
	mark, thousands := marksOf(c)
	if thousands != "" {
		text = fmt.Sprintf("replace(%s, %s, '')", text, duck.Text(thousands))
	}
	if mark == "," {
		text = fmt.Sprintf("replace(%s, ',', '.')", text)
	}
	return text
}

func marksOf(c *evidence.Column) (mark, thousands string) {
	if c.Verdict == nil || c.Verdict.Kind != evidence.Decimal {
		return "", ""
	}
	return c.Verdict.Mark, c.Verdict.Thousands
}

func sameMarks(c *evidence.Column, formats config.Formats) bool {
	mark, thousands := marksOf(c)
	return mark == formats.Decimal && (thousands == "" || thousands == formats.Thousands)
}

func decimal(text string, precision, scale int) string {
	return fmt.Sprintf("try_cast(%s as decimal(%d, %d))", text, precision, scale)
}

// Formats are how the source's columns write numbers: as most of them do.
func Formats(columns []*evidence.Column) config.Formats {
	f := config.Formats{Date: "%Y-%m-%d", Timestamp: "%Y-%m-%d %H:%M:%S", Decimal: "."}
	marks, thousands := map[string]int{}, map[string]int{}
	for _, c := range columns {
		if c.Verdict != nil && c.Verdict.Kind == evidence.Decimal && c.Declared == "" {
			marks[c.Verdict.Mark]++
			thousands[c.Verdict.Mark+c.Verdict.Thousands]++
		}
	}
	if marks[","] > marks["."] {
		f.Decimal = ","
	}
	best := 0
	for _, mark := range []string{",", ".", "'", " ", "\u00a0", "\u202f"} {
		if n := thousands[f.Decimal+mark]; n > best {
			f.Thousands, best = mark, n
		}
	}
	return f
}
