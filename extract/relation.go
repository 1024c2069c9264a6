package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

var hasLetter = regexp.MustCompile(`\pL`)

// bareColumn returns the header's column that an expression consists of: its
// name, in quotes or as it stands there, whatever is in it. What SQL has a meaning
// of its own for is none.
func bareColumn(expression string, header []string) (string, bool) {
	name := strings.TrimSpace(expression)
	if quoted, ok := unquoted(name); ok {
		name = quoted
	} else if !hasLetter.MatchString(name) || slices.Contains([]string{"null", "true", "false"}, strings.ToLower(name)) {
		return "", false
	}
	for _, column := range header {
		if strings.EqualFold(column, name) {
			return column, true
		}
	}
	return "", false
}

// unquoted is the name that an expression quotes, if it is one quoted name.
func unquoted(expression string) (string, bool) {
	if len(expression) < 3 || expression[0] != '"' || expression[len(expression)-1] != '"' {
		return "", false
	}
	inner := expression[1 : len(expression)-1]
	if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return "", false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// shapesOf asks the scan for the shapes that the source's mappings need. A
// column that two mappings need in two shapes is asked for the first.
func shapesOf(source *config.Source, header []string) map[string]csvfile.Shape {
	shapes := map[string]csvfile.Shape{}
	for _, m := range source.Maps {
		for _, e := range m.Columns {
			column, isBare := bareColumn(e.SQL, header)
			if _, taken := shapes[column]; !isBare || taken {
				continue
			}
			if shape, ok := shapeOf(source, e, typeOf(m, e)); ok {
				shape.Column = column
				shapes[column] = shape
			}
		}
	}
	return shapes
}

func shapeOf(source *config.Source, e config.Expr, t models.Type) (csvfile.Shape, bool) {
	plain := source.Formats.Decimal != "," && source.Formats.Thousands == ""
	precision, scale, isDecimal := t.Decimal()
	switch {
	case isDecimal && plain:
		return csvfile.Shape{Kind: csvfile.Decimal, Precision: precision, Scale: scale}, true
	case (t == "int" || t == "bigint") && plain:
		return csvfile.Shape{Kind: csvfile.Integer}, true
	case t == "date":
		return fixedWidth(csvfile.Shape{Kind: csvfile.Date, Format: formatOf(source, e, t)})
	case t == "timestamptz":
		return fixedWidth(csvfile.Shape{Kind: csvfile.Timestamp, Format: formatOf(source, e, t)})
	default:
		return csvfile.Shape{}, false
	}
}

// fixedWidth says whether the scan knows the format at all.
func fixedWidth(shape csvfile.Shape) (csvfile.Shape, bool) {
	return shape, shape.Validate() == nil
}

func formatOf(source *config.Source, e config.Expr, t models.Type) string {
	switch {
	case e.Format != "":
		return e.Format
	case t == "date":
		return source.Formats.Date
	default:
		return source.Formats.Timestamp
	}
}

func typeOf(m *config.Mapping, e config.Expr) models.Type {
	if column, ok := m.Contract.Column(e.Column); ok {
		return column.Type
	}
	if e.Type != "" {
		return e.Type
	}
	return "string"
}

// fits says whether every value of a column was seen to have the shape that
// the mapping wants of it.
func (r *reading) fits(column string, want csvfile.Shape) bool {
	asked, ok := r.shapes[column]
	want.Column = column
	facts := r.facts(column)
	return ok && asked == want && facts != nil && facts.Misshapen == 0
}

func (r *reading) facts(column string) *csvfile.ColumnFacts {
	for i := range r.scan.Columns {
		if strings.EqualFold(r.scan.Columns[i].Name, column) {
			return &r.scan.Columns[i]
		}
	}
	return nil
}

// rowNumber is the relation's column of record numbers, from 1, of a name that the
// file has no column of. Expressions may call it source_row, unless the file has one.
func (r *reading) rowNumber() string {
	name := "nightjar source row"
	for slices.ContainsFunc(r.columnNames(), func(column string) bool { return strings.EqualFold(column, name) }) {
		name += "_"
	}
	return name
}

// relation is the delivery as a relation: the row's number, then its columns,
// typed where typed says so, else text with blanks around it trimmed and empty
// as null.
func (r *reading) relation(typed map[string]models.Type, formats [2]string) string {
	var columns, chosen []string
	if r.kinds != nil {
		return r.parquetRelation()
	}
	if r.made {
		columns = append(columns, duck.Text(r.rowNumber())+": 'BIGINT'")
		chosen = append(chosen, duck.Name(r.rowNumber()))
	} else {
		chosen = append(chosen, "row_number() over () as "+duck.Name(r.rowNumber()))
	}
	for _, facts := range r.scan.Columns {
		t := "VARCHAR"
		if want, ok := typed[facts.Name]; ok {
			t = readType(want)
		}
		columns = append(columns, duck.Text(facts.Name)+": "+duck.Text(t))
		name := duck.Name(facts.Name)
		if t == "VARCHAR" && facts.Padded {
			name = readers.Trimmed(name) + " as " + name
		}
		chosen = append(chosen, name)
	}
	return fmt.Sprintf("select %s from read_csv(%s, auto_detect=false, strict_mode=true, null_padding=false, hive_partitioning=false, delim=%s, quote=%s, escape=%s, header=%t, columns={%s}, compression=%s, max_line_size=%d, parallel=%t, dateformat=%s, timestampformat=%s)",
		strings.Join(chosen, ", "), duck.Path(r.path), duck.Text(string(r.dialect.Delimiter)), optional(r.dialect.Quote), optional(escapeOf(r.dialect)),
		r.dialect.Header, strings.Join(columns, ", "), duck.Text(r.scan.Compression), r.scan.MaxLineSize(), !r.scan.MultiLine, duck.Text(formats[0]), duck.Text(formats[1]))
}

// columnNames are the source's own, in order.
func (r *reading) columnNames() []string {
	names := make([]string, len(r.scan.Columns))
	for i, facts := range r.scan.Columns {
		names[i] = facts.Name
	}
	return names
}

// An extra is a column that expressions may name besides the file's own.
type extra struct{ name, kind, sql string }

// extras are the record's number and the delivery's name, less those of whose
// name the file has a column itself.
func (r *reading) extras() []extra {
	all := []extra{
		{record.SourceRow, "bigint", duck.Name(r.rowNumber())},
		{"delivery_name", "varchar", duck.Text(r.name)},
	}
	return slices.DeleteFunc(all, func(e extra) bool {
		return slices.ContainsFunc(r.columnNames(), func(name string) bool { return strings.EqualFold(name, e.name) })
	})
}

// readType is the type under which DuckDB's reader takes a column: stamps have
// no zone until the mapping gives them one.
func readType(t models.Type) string {
	if t == "timestamptz" {
		return "TIMESTAMP"
	}
	return duck.SQLType(t)
}

func escapeOf(d csvfile.Dialect) byte {
	if d.Escape == 0 {
		return d.Quote
	}
	return d.Escape
}

func optional(b byte) string {
	if b == 0 {
		return "''"
	}
	return duck.Text(string(b))
}
