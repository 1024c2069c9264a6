package extract

import (
	"fmt"
	"regexp"
	"strings"

	"nightjar/extract/readers"
	"nightjar/internal/duck"
)

// sureCast casts text that was seen to fit.
func (c *compiled) sureCast(column compiledColumn) string {
	raw := rawName(column.Name)
	switch column.Type {
	case "date":
		return fmt.Sprintf("strptime(%s, %s)::date", raw, duck.Text(column.format))
	case "timestamptz":
		return c.zoned(fmt.Sprintf("strptime(%s, %s)", raw, duck.Text(column.format)), column)
	default:
		return fmt.Sprintf("cast(%s as %s)", raw, duck.SQLType(column.Type))
	}
}

// safeCast casts text by explicit format, and gives null for what does not fit.
// Expressions of another type than text are cast as they are.
func (c *compiled) safeCast(column compiledColumn) string {
	raw := rawName(column.Name)
	switch column.Type {
	case "date":
		return c.safeDate(column)
	case "timestamptz":
		return c.safeInstant(column)
	case "string":
		return "cast(" + raw + " as VARCHAR)"
	}
	if column.kind != "VARCHAR" {
		return safeCastOfKind(column)
	}
	if precision, scale, ok := column.Type.Decimal(); ok {
		fraction := ""
		if scale > 0 {
			fraction = fmt.Sprintf(`(\.[0-9]{1,%d}0*)?`, scale)
		}
		return c.gated(column, fmt.Sprintf(`[+-]?0*[0-9]{1,%d}%s`, max(precision-scale, 1), fraction))
	}
	switch column.Type {
	case "int", "bigint":
		return c.gated(column, `[+-]?[0-9]{1,18}`)
	case "double":
		return c.gated(column, `[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?`)
	default:
		return fmt.Sprintf("case when lower(%[1]s) in ('true', 't', 'yes', 'y', '1', '是') then true when lower(%[1]s) in ('false', 'f', 'no', 'n', '0', '否') then false end", raw)
	}
}

// safeCastOfKind casts what an expression made, or a typed column; a fraction is
// no whole number. A file's own decimals are never rounded; where it holds doubles,
// what their noise is worth is.
func safeCastOfKind(column compiledColumn) string {
	raw := rawName(column.Name)
	cast := fmt.Sprintf("try_cast(%s as %s)", raw, duck.SQLType(column.Type))
	_, _, toDecimal := column.Type.Decimal()
	switch fractional := strings.HasPrefix(column.kind, "DECIMAL") || column.kind == "DOUBLE" || column.kind == "FLOAT"; {
	case column.Type == "boolean" && (fractional || strings.HasSuffix(column.kind, "INT") || strings.HasSuffix(column.kind, "INTEGER")):
		return fmt.Sprintf("case %s when 1 then true when 0 then false end", raw)
	case fractional && (column.Type == "int" || column.Type == "bigint"):
		return fmt.Sprintf("case when %[1]s = trunc(%[1]s) then %[2]s end", raw, cast)
	case inexact[column.kind].digits > 0 && toDecimal:
		return castInexact(column, cast)
	case fractional && toDecimal && column.bare:
		return fmt.Sprintf("case when %[1]s = %[2]s::%[3]s then %[2]s end", raw, cast, column.kind)
	}
	return cast
}

// castInexact casts a double to a decimal; a column's own only if it means one. DuckDB
// multiplies before it rounds: of 99999999999999, beyond the digits that a double keeps
// behind the point, it makes 99999999999999.0016, and of its shortest text it does not.
func castInexact(column compiledColumn, cast string) string {
	kind, raw := inexact[column.kind], rawName(column.Name)
	_, scale, _ := column.Type.Decimal()
	exact := fmt.Sprintf("case when %[1]s between -1e%[2]d and 1e%[2]d then %[3]s else try_cast(%[1]s::varchar as %[4]s) end", raw, kind.digits-scale, cast, duck.SQLType(column.Type))
	if !column.bare {
		return exact
	}
	return fmt.Sprintf("case when abs(%[1]s - %[2]s::%[3]s) <= %[4]s * abs(%[1]s) then %[5]s end", raw, cast, column.kind, kind.noise, exact)
}

// inexact are the kinds of numbers that are no decimals: how many digits of one they
// keep, and how far from one they may be, as a share of it, and still mean it.
var inexact = map[string]struct {
	digits int
	noise  string
}{"DOUBLE": {15, "1e-12"}, "FLOAT": {6, "1e-6"}}

// gated casts the text of a number that has a form: other casts would take
// 1.7 as 2, or 0x1F as 31.
func (c *compiled) gated(column compiledColumn, pattern string) string {
	raw, formats := rawName(column.Name), c.source.Formats
	number, condition := readers.NumberSQL(raw, formats), ""
	if t := formats.Thousands; t != "" {
		condition = fmt.Sprintf("regexp_full_match(%s, %s) and ", raw, duck.Text(grouped(t)))
	}
	return fmt.Sprintf("case when %sregexp_full_match(%s, %s) then try_cast(%s as %s) end", condition, number, duck.Text(pattern), number, duck.SQLType(column.Type))
}

// grouped is the form of numbers whose thousands are marked: not at all, or the
// last three digits and, before them, groups of two (as in India) or three.
// With a point for the mark, 1.5 is no number, and never 15; nor is 0,123 with a comma.
func grouped(mark string) string {
	m := regexp.QuoteMeta(mark)
	rest := "[^" + m + "]*"
	return rest + `|[+-]?[1-9][0-9]{0,2}(` + m + `[0-9]{2,3})*` + m + `[0-9]{3}([^0-9` + m + `]` + rest + `)?`
}
