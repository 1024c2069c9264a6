package transform

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"nightjar/internal/duck"
	"nightjar/models"
)

// DuckDB is the dialect of the embedded engine.
type DuckDB struct{}

// Files reads all columns of all files by name.
func (DuckDB) Files(paths []string) string { return duck.Parquet(paths) }

// Name quotes an identifier.
func (DuckDB) Name(name string) string { return duck.Name(name) }

// Type is DuckDB's word for a portable type.
func (DuckDB) Type(t models.Type) string { return duck.SQLType(t) }

// Functions are those of docs/architecture.md, as DuckDB spells them.
func (DuckDB) Functions() template.FuncMap {
	return template.FuncMap{
		// Dates.
		"month_start":  form(1, "cast(date_trunc('month', %s) as date)"),
		"add_months":   form(2, "cast(cast(%s as date) + to_months(cast(%s as integer)) as date)"),
		"add_days":     form(2, "(cast(%s as date) + cast(%s as integer))"),
		"days_between": form(2, "cast(cast(%[2]s as date) - cast(%[1]s as date) as integer)"),
		// Whole seconds, each instant cut to its second.
		"seconds_between": form(2, "date_diff('second', cast(%s as timestamptz), cast(%s as timestamptz))"),
		// Calendar months from a to b: the 31st to the 1st after it is one.
		"months_between": form(2, "cast(date_diff('month', cast(%s as date), cast(%s as date)) as integer)"),
		"iso_dow":        form(1, "cast(isodow(%s) as integer)"), // Monday is 1
		"day_of_month":   form(1, "cast(day(%s) as integer)"),
		"local_date":     form(2, "cast((cast(%s as timestamptz) at time zone (%s)) as date)"),
		"local_hour":     form(2, "cast(hour(cast(%s as timestamptz) at time zone (%s)) as integer)"),
		// Numbers. Both divisions give null for ÷ 0; int_div truncates towards 0.
		"ratio":    form(2, "(cast(%s as double) / nullif(cast(%s as double), 0))"),
		"int_div":  form(2, "((%s) // nullif((%s), 0))"),
		"quantile": form(2, "quantile_cont(cast(%s as double), %s)"),
		"bit_or":   form(1, "bit_or(cast(%s as bigint))"),
		// Whether the row is its key's version of a day: the latest that is valid by then, of one
		// day's the latest to come; else the first that will be.
		"is_version": form(2, "row_number() over (partition by %[1]s order by valid_from > %[2]s, case when valid_from <= %[2]s then valid_from end desc, valid_from, delivery_id desc, source_row desc) = 1"),
		// Text.
		"regex_replace_all":  form(3, "regexp_replace(%s, %s, %s, 'g')"),
		"string_agg_ordered": form(3, "string_agg(%[1]s, %[3]s order by %[2]s)"),
		"hash_text":          form(1, "md5(%s)"),
		"key":                key,
		// Contact data in one form, null where they name nobody: see package contact.
		// What is of that form already, as nearly all is, need not leave the engine.
		"code":  form(1, "case when regexp_full_match(%[1]s, '[!-~]*[1-9A-Za-z][!-~]*') then %[1]s else contact_code(%[1]s) end"),
		"email": form(1, `case when regexp_full_match(%[1]s, '[!-?A-~]+@[!-\-/-?A-~]+([.][!-\-/-?A-~]+)+') then lower(%[1]s) else contact_email(%[1]s) end`),
		"phone": form(2, "contact_phone(%s, %s)"),
		// Text to values, null where the text is not of the form.
		"safe_int":        form(1, "case when regexp_full_match(%[1]s, '[+-]?[0-9]+') then try_cast(%[1]s as integer) end"),
		"safe_decimal":    safeDecimal,
		"parse_date":      parsed("cast(try_strptime(%s, %s) as date)"),
		"parse_timestamp": parsed("(try_strptime(%s, %s) at time zone 'UTC')"),
	}
}

// form is a function of so many SQL texts, put into the pattern.
func form(places int, pattern string) func(arguments ...string) (string, error) {
	return func(arguments ...string) (string, error) {
		if len(arguments) != places {
			return "", fmt.Errorf("it takes %d arguments, not %d", places, len(arguments))
		}
		texts := make([]any, places)
		for i, argument := range arguments {
			texts[i] = argument
		}
		return fmt.Sprintf(pattern, texts...), nil
	}
}

// key joins values by ':'; null when any of them is.
func key(parts ...string) (string, error) {
	if len(parts) == 0 {
		return "", fmt.Errorf("a key needs at least one part")
	}
	return "(cast(" + strings.Join(parts, " as varchar) || ':' || cast(") + " as varchar))", nil
}

// safeDecimal takes no more digits after the point than the scale, but for zeros.
func safeDecimal(text, precision, scale string) (string, error) {
	decimal := models.Type("decimal(" + precision + "," + scale + ")")
	if !decimal.Valid() {
		return "", fmt.Errorf("%s is no decimal of at most 18 digits", decimal)
	}
	gate := `[+-]?[0-9]+(\.[0-9]{0,` + scale + `}0*)?`
	return fmt.Sprintf("case when regexp_full_match(%[1]s, '%[2]s') then try_cast(%[1]s as %[3]s) end", text, gate, decimal), nil
}

// shapes are the parts of a date's format, and the text that each stands for.
var shapes = map[string]string{
	"%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%H": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}",
	"%f": "[0-9]{1,6}", "%%": "%",
}

// parsed is a function of a text and a format: a quoted literal out of %Y %m %d
// %H %M %S %f, in which every number has all its digits.
func parsed(pattern string) func(text, format string) (string, error) {
	return func(text, format string) (string, error) {
		inner, open := strings.CutPrefix(format, "'")
		inner, closed := strings.CutSuffix(inner, "'")
		if !open || !closed || strings.Contains(inner, "'") {
			return "", fmt.Errorf("the format is a quoted text such as '%%Y-%%m-%%d', not %s", format)
		}
		var unknown string
		gate := regexp.MustCompile(`%.?|[^%]+`).ReplaceAllStringFunc(inner, func(part string) string {
			if !strings.HasPrefix(part, "%") {
				return regexp.QuoteMeta(part)
			}
			if shapes[part] == "" {
				unknown = part
			}
			return shapes[part]
		})
		if unknown != "" {
			return "", fmt.Errorf("the format %s has a part %q: use %%Y %%m %%d %%H %%M %%S %%f", format, unknown)
		}
		return fmt.Sprintf("case when regexp_full_match(%s, '%s') then %s end", text, gate, fmt.Sprintf(pattern, text, format)), nil
	}
}
