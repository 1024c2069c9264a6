package extract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

// A compiled mapping is the SQL that turns a delivery into rows of an input.
type compiled struct {
	night    *Night
	source   *config.Source
	mapping  *config.Mapping
	reading  *reading
	delivery lakeDelivery
	columns  []compiledColumn
	checks   []check
}

// lakeDelivery is what expressions may ask of the delivery.
type lakeDelivery struct {
	id                      int64
	deliveredOn, receivedOn time.Time
}

// A compiledColumn is one column of the input, in three steps: its text (or
// typed value) over the source's columns, its value over that, and whether the
// value could not be made.
type compiledColumn struct {
	models.Column
	// raw is the expression over the source's columns; text says that it gives text.
	raw  string
	text bool
	// value is the expression over raw_<name>.
	value string
	// typed says that DuckDB's reader already gives the value.
	typed bool
	// format of a stamp or date.
	format string
}

// compile works out how each column of the input is made and checked. kinds
// says, by mapped column, whether its expression gives text.
func (n *Night) compile(source *config.Source, mapping *config.Mapping, r *reading, d lakeDelivery, kinds map[string]string) *compiled {
	c := &compiled{night: n, source: source, mapping: mapping, reading: r, delivery: d}
	for _, column := range mapping.Contract.Columns {
		c.columns = append(c.columns, c.column(column, kinds))
	}
	for _, e := range mapping.Columns {
		if _, known := mapping.Contract.Column(e.Column); !known {
			c.columns = append(c.columns, c.column(models.Column{Name: e.Column, Type: typeOf(mapping, e)}, kinds))
		}
	}
	c.checks = c.allChecks()
	return c
}

func (c *compiled) column(column models.Column, kinds map[string]string) compiledColumn {
	out := compiledColumn{Column: column, raw: "null::varchar", text: true}
	e, mapped := c.mapping.Columns.Column(column.Name)
	if !mapped {
		if column.Name == "source_status" {
			out.raw = c.rawOf("status")
		}
		out.value = c.castNull(out)
		return out
	}
	out.raw = e.SQL
	out.format = formatOf(c.source, e, column.Type)
	out.text = kinds[column.Name] == "VARCHAR"
	name, isBare := bareColumn(e.SQL, c.reading.scan.Header)
	want, shaped := shapeOf(c.source, e, column.Type)
	if isBare {
		out.raw = duck.Name(name)
	}
	switch fits := isBare && shaped && c.reading.fits(name, want) && c.narrow(name, column.Type); {
	case fits && c.onlyBare(name, column):
		out.typed, out.text = true, false
		out.value = c.zoned(rawName(column.Name), column.Type)
	case fits:
		out.value = c.sureCast(out)
	default:
		out.value = c.safeCast(out)
	}
	return out
}

// rawOf is another column's expression, as the source's own word.
func (c *compiled) rawOf(column string) string {
	if e, mapped := c.mapping.Columns.Column(column); mapped {
		return e.SQL
	}
	return "null::varchar"
}

// narrow says whether integers seen as such also fit the type.
func (c *compiled) narrow(column string, t models.Type) bool {
	return t != "int" || c.reading.facts(column).MaxLen <= 9
}

// onlyBare says whether no other expression of the mapping needs the source's
// column as text, and none as another type.
func (c *compiled) onlyBare(name string, column models.Column) bool {
	if c.mapping.Unpivot != nil || c.reading.facts(name).Padded {
		return false
	}
	if c.mentions(c.mapping.Filter, name) || c.mentions(c.source.VersionBy, name) {
		return false
	}
	for _, e := range c.mapping.Columns {
		if e.Column == column.Name {
			continue
		}
		other, isBare := bareColumn(e.SQL, c.reading.scan.Header)
		switch {
		case isBare && other == name && typeOf(c.mapping, e) != column.Type:
			return false
		case isBare && other == name && formatOf(c.source, e, column.Type) != formatOf(c.source, c.expr(column.Name), column.Type):
			return false
		case !isBare && c.mentions(e.SQL, name):
			return false
		}
	}
	return c.soleFormat(column)
}

func (c *compiled) expr(column string) config.Expr {
	e, _ := c.mapping.Columns.Column(column)
	return e
}

// soleFormat says whether the column's format is the one that DuckDB's reader
// is told: that of the first date, and of the first stamp, of the mapping.
func (c *compiled) soleFormat(column models.Column) bool {
	if column.Type != "date" && column.Type != "timestamptz" {
		return true
	}
	if column.Type == "date" && strings.Contains(formatOf(c.source, c.expr(column.Name), column.Type), "%H") {
		return false
	}
	return formatOf(c.source, c.expr(column.Name), column.Type) == c.readerFormats()[place(column.Type)]
}

func place(t models.Type) int {
	if t == "date" {
		return 0
	}
	return 1
}

func (c *compiled) readerFormats() [2]string {
	formats := [2]string{c.source.Formats.Date, c.source.Formats.Timestamp}
	var set [2]bool
	for _, e := range c.mapping.Columns {
		t := typeOf(c.mapping, e)
		if i := place(t); (t == "date" || t == "timestamptz") && !set[i] {
			formats[i], set[i] = formatOf(c.source, e, t), true
		}
	}
	return formats
}

// mentions says whether an expression may name the column: a cheap look, that
// errs on the side of text.
func (c *compiled) mentions(expression, column string) bool {
	return strings.Contains(strings.ToLower(expression), strings.ToLower(column))
}

func rawName(column string) string { return duck.Name("raw_" + column) }

// zoned makes an instant of a stamp: in the source's zone unless its format
// carries one.
func (c *compiled) zoned(stamp string, t models.Type) string {
	if t != "timestamptz" {
		return stamp
	}
	if c.source.TimeZone == "UTC" {
		return stamp + "::timestamptz"
	}
	return fmt.Sprintf("timezone(%s, %s)", duck.Text(c.source.TimeZone), stamp)
}

func (c *compiled) castNull(column compiledColumn) string {
	return fmt.Sprintf("cast(%s as %s)", rawName(column.Name), duck.SQLType(column.Type))
}

// sureCast casts text that was seen to fit.
func (c *compiled) sureCast(column compiledColumn) string {
	raw := rawName(column.Name)
	switch column.Type {
	case "date":
		return fmt.Sprintf("strptime(%s, %s)::date", raw, duck.Text(column.format))
	case "timestamptz":
		return c.zoned(fmt.Sprintf("strptime(%s, %s)", raw, duck.Text(column.format)), column.Type)
	default:
		return fmt.Sprintf("cast(%s as %s)", raw, duck.SQLType(column.Type))
	}
}

// safeCast casts by explicit format, and gives null for what does not fit.
func (c *compiled) safeCast(column compiledColumn) string {
	raw := rawName(column.Name)
	if !column.text {
		return fmt.Sprintf("try_cast(%s as %s)", raw, duck.SQLType(column.Type))
	}
	number := c.number(raw)
	if precision, scale, ok := column.Type.Decimal(); ok {
		fraction := ""
		if scale > 0 {
			fraction = fmt.Sprintf(`(\.[0-9]{1,%d}0*)?`, scale)
		}
		return gated(number, fmt.Sprintf(`[+-]?0*[0-9]{1,%d}%s`, max(precision-scale, 1), fraction), duck.SQLType(column.Type))
	}
	switch column.Type {
	case "int", "bigint":
		return gated(number, `[+-]?[0-9]{1,18}`, duck.SQLType(column.Type))
	case "double":
		return gated(number, `[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?`, "DOUBLE")
	case "date":
		return between1900and2199(fmt.Sprintf("try_strptime(%s, %s)::date", raw, duck.Text(column.format)))
	case "timestamptz":
		stamp := fmt.Sprintf("try_strptime(%s, %s)", raw, duck.Text(column.format))
		if strings.Contains(column.format, "%z") || strings.Contains(column.format, "%Z") {
			return stamp + "::timestamptz"
		}
		return c.zoned(between1900and2199(stamp), column.Type)
	case "boolean":
		return fmt.Sprintf("case when lower(%[1]s) in ('true', 't', 'yes', 'y', '1', '是') then true when lower(%[1]s) in ('false', 'f', 'no', 'n', '0', '否') then false end", raw)
	default:
		return raw
	}
}

// number rewrites a number's marks to those of SQL.
func (c *compiled) number(raw string) string {
	f := c.source.Formats
	if f.Thousands != "" {
		raw = fmt.Sprintf("replace(%s, %s, '')", raw, duck.Text(f.Thousands))
	}
	if f.Decimal == "," {
		raw = fmt.Sprintf("translate(%s, ',.', '.x')", raw)
	}
	return raw
}

func gated(text, pattern, sqlType string) string {
	return fmt.Sprintf("case when regexp_full_match(%s, %s) then try_cast(%s as %s) end", text, duck.Text(pattern), text, sqlType)
}

func between1900and2199(value string) string {
	return fmt.Sprintf("case when year(%[1]s) between 1900 and 2199 then %[1]s end", value)
}

// settled is a column's value with its status translated, its date cut from
// its instant, and its default taken.
func (c *compiled) settled(column compiledColumn) string {
	value := "v_" + column.Name
	name := duck.Name(value)
	if column.StatusMap {
		name = c.translated(name)
	}
	if column.CutFrom != "" {
		if cut := c.cut(column.CutFrom); cut != "" {
			name = "coalesce(" + name + ", " + cut + ")"
		}
	}
	return name
}

// cut is the business date of an instant: the date in its zone, less the hours
// at which the day starts.
func (c *compiled) cut(instant string) string {
	i := slices.IndexFunc(c.columns, func(k compiledColumn) bool { return k.Name == instant })
	if _, mapped := c.mapping.Columns.Column(instant); i < 0 || !mapped {
		return ""
	}
	local := fmt.Sprintf("timezone(%s, %s)", duck.Text(c.source.TimeZone), duck.Name("v_"+instant))
	if c.columns[i].typed {
		local = rawName(instant)
	}
	if start := c.night.Config.DayStartsAt; start != "00:00" && start != "" {
		local = fmt.Sprintf("(%s - interval '%s hours %s minutes')", local, start[:2], start[3:])
	}
	return local + "::date"
}

// translated maps the source's status words; an unknown one is null.
func (c *compiled) translated(value string) string {
	words := map[string][]string{}
	for _, canonical := range canonicalStatuses {
		words[canonical] = []string{canonical}
	}
	for word, canonical := range c.source.Status {
		words[canonical] = append(words[canonical], word)
	}
	cases := ""
	for _, canonical := range canonicalStatuses {
		var quoted []string
		for _, word := range words[canonical] {
			quoted = append(quoted, duck.Text(word))
		}
		slices.Sort(quoted)
		cases += fmt.Sprintf(" when %s in (%s) then %s", value, strings.Join(slices.Compact(quoted), ", "), duck.Text(canonical))
	}
	return "case" + cases + " end"
}

var canonicalStatuses = []string{"placed", "paid", "shipped", "delivered", "cancelled", "returned"}

// typedColumns lists the source's columns that the reader takes typed.
func (c *compiled) typedColumns() map[string]models.Type {
	typed := map[string]models.Type{}
	for _, column := range c.columns {
		if column.typed {
			name, _ := bareColumn(column.raw, c.reading.scan.Header)
			typed[name] = column.Type
		}
	}
	return typed
}
