package extract

import (
	"slices"
	"strings"
	"time"

	"nightjar/extract/readers"
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
	// visible are the columns that expressions can name.
	visible []string
	columns []compiledColumn
	checks  []check
}

// lakeDelivery is what expressions may ask of the delivery.
type lakeDelivery struct {
	id                      int64
	receivedAt              time.Time
	deliveredOn, receivedOn time.Time
}

// A compiledColumn is one column of the input, in two steps: raw, its text (or
// typed value) over the source's columns, and value over that. Both are null
// where the source gives nothing; value also where it could not be made.
type compiledColumn struct {
	models.Column
	mapped bool
	raw    string
	// kind is DuckDB's type of raw.
	kind string
	// value is the expression over raw_<name>.
	value string
	// typed says that DuckDB's reader already gives the value; sure, that the
	// independent pass has seen every value fit.
	typed, sure bool
	// bare says that a column of the file stands there, not an expression.
	bare bool
	// format of a stamp or date.
	format string
}

// compile works out how each column of the input is made and checked. kinds
// says, by mapped column, of which type its expression is.
func (n *Night) compile(source *config.Source, mapping *config.Mapping, r *reading, d lakeDelivery, kinds map[string]string) (*compiled, error) {
	c := &compiled{night: n, source: source, mapping: mapping, reading: r, delivery: d}
	var err error
	if c.visible, err = visible(mapping, r); err != nil {
		return nil, err
	}
	for _, column := range slices.Concat(mapping.Contract.Columns, mapping.Own()) {
		if c.has(column) {
			c.columns = append(c.columns, c.column(column, kinds))
		}
	}
	c.checks = c.allChecks()
	return c, nil
}

// has says whether the mapping makes anything of a column. One that it leaves null
// throughout is no part of its files: a wide contract costs those who give it.
func (c *compiled) has(column models.Column) bool {
	contract := c.mapping.Contract
	if c.gives(column) || column.Required || slices.Contains(slices.Concat(contract.Key, contract.DatedBy), column.Name) {
		return true
	}
	if contract.Owner != nil && slices.Contains(contract.Owner.On, column.Name) {
		return true
	}
	return slices.ContainsFunc(contract.Columns, func(other models.Column) bool {
		return c.defaultOf(other) != "" && mentions(other.Default, column.Name)
	})
}

// gives says whether some row may have a value in a column.
func (c *compiled) gives(column models.Column) bool {
	_, mapped := c.mapping.Columns.Column(column.Name)
	_, cut := c.mapping.Columns.Column(column.CutFrom)
	_, status := c.mapping.Columns.Column("status")
	return mapped || cut || c.defaultOf(column) != "" || column.Name == "source_status" && status
}

// reaches says whether rows may count in other months than their own.
func (c *compiled) reaches() bool {
	return slices.ContainsFunc(c.mapping.Contract.Columns, func(column models.Column) bool {
		return slices.Contains(c.mapping.Contract.Reaches, column.Name) && c.gives(column)
	})
}

// defaultOf is a column's default, "" where the mapping does not give what it needs.
func (c *compiled) defaultOf(column models.Column) string {
	if column.DefaultNeeds != "" {
		if _, mapped := c.mapping.Columns.Column(column.DefaultNeeds); !mapped {
			return ""
		}
	}
	return column.Default
}

func (c *compiled) column(column models.Column, kinds map[string]string) compiledColumn {
	out := compiledColumn{Column: column, raw: "null::varchar", kind: "VARCHAR"}
	e, mapped := c.mapping.Columns.Column(column.Name)
	if !mapped {
		if status, given := c.mapping.Columns.Column("status"); column.Name == "source_status" && given {
			out.raw = c.rawOf(status, kinds["status"])
		}
		out.value = "cast(" + rawName(column.Name) + " as " + duck.SQLType(column.Type) + ")"
		return out
	}
	out.mapped, out.kind = true, kinds[column.Name]
	out.raw = c.rawOf(e, out.kind)
	out.format = formatOf(c.source, e, column.Type)
	name, isBare := bareColumn(e.SQL, c.reading.columnNames())
	want, shaped := shapeOf(c.source, e, column.Type)
	out.bare = isBare
	out.sure = isBare && shaped && c.mapping.Unpivot == nil && c.reading.fits(name, want) && c.narrow(name, column.Type)
	out.typed = out.sure && c.onlyBare(name, column)
	switch {
	case out.typed:
		out.value = c.zoned(rawName(column.Name), out)
	case out.sure:
		out.value = c.sureCast(out)
	default:
		out.value = c.safeCast(out)
	}
	return out
}

// rawOf is an expression over the source's columns. Text is trimmed, and null
// when empty: the reader has seen to that for columns as they stand.
func (c *compiled) rawOf(e config.Expr, kind string) string {
	raw := expressionOver(e.SQL, c.visible)
	if _, isBare := bareColumn(e.SQL, c.visible); !isBare && kind == "VARCHAR" {
		return readers.Trimmed(raw)
	}
	return raw
}

// narrow says whether integers seen as such also fit the type.
func (c *compiled) narrow(column string, t models.Type) bool {
	return t != "int" || c.reading.facts(column).MaxLen <= 9
}

// onlyBare says whether no other expression of the mapping needs the source's
// column as text, and none as another type or in another format.
func (c *compiled) onlyBare(name string, column models.Column) bool {
	if c.reading.facts(name).Padded || mentions(c.mapping.Filter, name) || mentions(c.source.VersionBy, name) || mentions(c.source.DeletedWhen, name) {
		return false
	}
	format := formatOf(c.source, c.expr(column.Name), column.Type)
	for _, e := range c.mapping.Columns {
		other, isBare := bareColumn(e.SQL, c.reading.columnNames())
		switch {
		case e.Column == column.Name:
		case isBare && other == name && (typeOf(c.mapping, e) != column.Type || formatOf(c.source, e, column.Type) != format):
			return false
		case !isBare && mentions(e.SQL, name):
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
	format := formatOf(c.source, c.expr(column.Name), column.Type)
	switch column.Type {
	case "date":
		return !strings.Contains(format, "%H") && format == c.readerFormats()[0]
	case "timestamptz":
		return format == c.readerFormats()[1]
	default:
		return true
	}
}

// readerFormats are those of dates and of stamps.
func (c *compiled) readerFormats() [2]string {
	formats := [2]string{c.source.Formats.Date, c.source.Formats.Timestamp}
	for place, kind := range []models.Type{"date", "timestamptz"} {
		i := slices.IndexFunc(c.mapping.Columns, func(e config.Expr) bool { return typeOf(c.mapping, e) == kind })
		if i >= 0 {
			formats[place] = formatOf(c.source, c.mapping.Columns[i], kind)
		}
	}
	return formats
}

// mentions says whether an expression may name the column: a cheap look, that
// errs on the side of text.
func mentions(expression, column string) bool {
	expression, column = strings.ToLower(expression), strings.ToLower(column)
	return strings.Contains(expression, column) || strings.Contains(strings.ReplaceAll(expression, `""`, `"`), column)
}

func rawName(column string) string { return duck.Name("raw_" + column) }

// typedColumns lists the source's columns that the reader takes typed.
func (c *compiled) typedColumns() map[string]models.Type {
	typed := map[string]models.Type{}
	for _, column := range c.columns {
		if column.typed {
			name, _ := bareColumn(c.expr(column.Name).SQL, c.reading.columnNames())
			typed[name] = column.Type
		}
	}
	return typed
}

// settled is a column's value with its status translated and its date cut from
// its instant.
func (c *compiled) settled(column compiledColumn) string {
	value := valueName(column.Name)
	if column.StatusMap {
		value = c.translated(value)
	}
	if cut := c.cut(column.CutFrom); cut != "" {
		value = "coalesce(" + value + ", " + cut + ")"
	}
	return value
}

func valueName(column string) string { return duck.Name("v_" + column) }

// translated maps the source's status words; a canonical one means itself
// unless the source says otherwise, an unknown one is null.
func (c *compiled) translated(value string) string {
	words := map[string][]string{}
	for _, canonical := range canonicalStatuses {
		if _, other := c.source.Status[canonical]; !other {
			words[canonical] = []string{canonical}
		}
	}
	for word, canonical := range c.source.Status {
		words[canonical] = append(words[canonical], word)
	}
	cases := ""
	for _, canonical := range canonicalStatuses {
		if slices.Sort(words[canonical]); len(words[canonical]) > 0 {
			cases += " when " + value + " in (" + quoteAll(words[canonical]) + ") then " + duck.Text(canonical)
		}
	}
	return "case" + cases + " end"
}

var canonicalStatuses = []string{"placed", "paid", "shipped", "delivered", "cancelled", "returned"}
