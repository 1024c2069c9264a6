package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// source goes from rows of a model to the delivered rows that they came from.
// Each has a row of its own, and others may have a say in it. An amount is told
// apart by building the row up from them in the order of the header: each has
// what the value gains when its part is added, so that their parts are the whole
// also after a conversion and its rounding.
func (t *tracing) source(ctx context.Context, lv level) error {
	entries := t.having(lv)
	doing := "tracing " + lv.model.Name
	if !slices.ContainsFunc(entries, func(e entry) bool { return e.From == lv.model.Carries }) {
		entries = slices.Insert(entries, 0, itsOwn(lv.model))
	}
	for i, e := range entries {
		if err := t.relate(ctx, e.Query()); err != nil {
			return err
		}
		var err error
		if entries[i].table, err = t.make(ctx, belonging(lv, e)); err != nil {
			return err
		}
	}
	b := building{lv, entries, t.sums}
	amounts := ""
	if lv.additive {
		var err error
		if amounts, err = t.make(ctx, b.amounts()); err != nil {
			return err
		}
	}
	for i, e := range b.entries {
		amount, from := "null", e.table
		if lv.additive {
			amount, from = fmt.Sprintf("case when place = 1 then amount_%d else 0 end", i+1), e.table+" join "+amounts+" using ("+rowNumber+")"
		}
		if err := t.exec(ctx, doing, fmt.Sprintf("insert into delivered select %s, delivery_id, source_row, %s, key, shown from %s", duck.Text(e.From), amount, from)); err != nil {
			return err
		}
	}
	return nil
}

// An entry is a trace from an input, SQL lists of how a person tells its rows
// apart and of what is shown beside, and the table of those that belong to each
// row of the level.
type entry struct {
	models.Trace
	key, shown, table string
}

// having lists the traces from inputs that have a say in the value.
func (t *tracing) having(lv level) []entry {
	mentioned := meant(lv.said, lv.model)
	var all []entry
	for _, e := range lv.model.Trace {
		if e.From == "" || t.catalog.Models[e.From] != nil || !t.present(e.From) {
			continue
		}
		say := slices.Clone(e.Decides)
		for _, f := range slices.Concat(e.Columns, e.Spread) {
			say = append(say, f.Column)
		}
		if slices.ContainsFunc(say, func(name string) bool { return mentioned[name] }) {
			all = append(all, entry{Trace: e, key: t.inputKey(e.From), shown: pairs("", t.public(e))})
		}
	}
	return all
}

// public are the columns to show, less a project's own that are personal.
func (t *tracing) public(e models.Trace) []string {
	return slices.DeleteFunc(slices.Clone(e.Show), func(name string) bool {
		return slices.ContainsFunc(t.catalog.Inputs[e.From].Own, func(c models.Column) bool { return c.Name == name && c.Personal })
	})
}

// itsOwn is the delivered row that a row of the model carries the number of.
func itsOwn(m *models.Model) entry {
	return entry{Trace: models.Trace{From: m.Carries, Rows: "select it.delivery_id, it.source_row"}, key: pairs("it.", m.Grain), shown: pairs("", nil)}
}

// inputKey tells a row of an input to a person.
func (t *tracing) inputKey(input string) string {
	return pairs("", append([]string{"system"}, t.catalog.Inputs[input].Key...))
}

// pairs is an SQL list of names and values, in turn.
func pairs(of string, columns []string) string {
	parts := make([]string, len(columns))
	for i, name := range columns {
		parts[i] = duck.Text(name) + ", cast(" + of + duck.Name(name) + " as varchar)"
	}
	return "cast([" + strings.Join(parts, ", ") + "] as varchar[])"
}

// belonging are the delivered rows that belong to each row of the level, with
// what they give of the columns.
func belonging(lv level, e entry) string {
	columns := ""
	for _, f := range e.Columns {
		columns += fmt.Sprintf(", %s over (partition by %s) as %s", f.SQL, rowNumber, duck.Name("given "+f.Column))
	}
	return fmt.Sprintf("select %[1]s, delivery_id, source_row, %[2]s as key, %[3]s as shown, row_number() over (partition by %[1]s order by delivery_id, source_row) as place%[4]s from (%[5]s)",
		rowNumber, e.key, e.shown, columns, matched(lv.table, e.Query(), "it."+rowNumber+", r.*"))
}

// A building builds the rows of a level up from delivered rows.
type building struct {
	lv      level
	entries []entry
	sums    string
}

// amounts is, for each row of the level, what each entry adds to its amount.
func (b building) amounts() string {
	if overlaps(b.lv.value) { // what it adds to rows before it is its own row's
		zeros := ""
		for i := range b.entries[1:] {
			zeros += fmt.Sprintf(", 0 as amount_%d", i+2)
		}
		return fmt.Sprintf("select %s, %s as amount_1%s from %s", rowNumber, amount, zeros, b.lv.table)
	}
	var columns, joins strings.Builder
	for i := range b.entries {
		n := i + 1
		before := "0"
		if i > 0 {
			before = fmt.Sprintf("coalesce(s%d.value, 0)", i)
		}
		fmt.Fprintf(&columns, ", coalesce(s%d.value, 0) - %s as amount_%d", n, before, n)
		fmt.Fprintf(&joins, " left join (%s) as s%d on s%d.%s = s.%s", b.value(n), n, n, rowNumber, rowNumber)
	}
	return fmt.Sprintf("select s.%s%s from %s as s%s", rowNumber, columns.String(), b.lv.table, joins.String())
}

// value is the amount of each row, built up from its first n entries.
func (b building) value(n int) string {
	return fmt.Sprintf("select %s, cast(%s as %s) as value from (%s) group by %s", rowNumber, b.lv.value, b.sums, b.built(n), rowNumber)
}

// built are the level's rows as the first n entries give them: columns that none
// of the entries gives are as they are.
func (b building) built(n int) string {
	given := map[string]bool{}
	var replaced []string
	for _, e := range b.entries {
		for _, f := range slices.Concat(e.Columns, e.Spread) {
			if !given[f.Column] {
				given[f.Column] = true
				replaced = append(replaced, b.as(f.Column, b.given(f.Column, n)))
			}
		}
	}
	joins := ""
	for i, e := range b.entries {
		joins += fmt.Sprintf(" left join (from %s where place = 1) as e%d on e%d.%s = s.%s", e.table, i+1, i+1, rowNumber, rowNumber)
	}
	query := fmt.Sprintf("select s.* exclude (%[1]s)%[2]s, s.%[1]s as it from %[3]s as s%[4]s", itself, replace(replaced), b.lv.table, joins)
	for _, f := range b.lv.model.Own() {
		if dependsOn(f.SQL, given) {
			given[f.Column] = true
			query = fmt.Sprintf("select *%s from (%s)", replace([]string{b.as(f.Column, f.SQL)}), query)
		}
	}
	return query
}

func (b building) as(column, sql string) string {
	c, _ := b.lv.model.Column(column)
	return fmt.Sprintf("cast(%s as %s) as %s", sql, duck.SQLType(c.Type), duck.Name(column))
}

// given is a column's value by the first n entries: the sum of what they give, 0
// where they give nothing; with its share of what is spread, all of it.
func (b building) given(column string, n int) string {
	var parts []string
	whole := "false"
	for i, e := range b.entries[:n] {
		if e.Columns.SQL(column) != "" {
			parts = append(parts, fmt.Sprintf("e%d.%s", i+1, duck.Name("given "+column)))
		}
		if e.Spread.SQL(column) != "" {
			whole = fmt.Sprintf("e%d.%s is not null", i+1, rowNumber)
		}
	}
	of := "s." + duck.Name(column)
	return fmt.Sprintf("case when %s then %s else coalesce(%s, case when %s is not null then 0 end) end", whole, of, total(parts), of)
}

// total is the sum of SQL expressions, null where all are.
func total(parts []string) string {
	if len(parts) == 0 {
		return "null"
	}
	return fmt.Sprintf("case when coalesce(%s) is not null then coalesce(%s, 0) end", strings.Join(parts, ", "), strings.Join(parts, ", 0) + coalesce("))
}

func replace(columns []string) string {
	if len(columns) == 0 {
		return ""
	}
	return " replace (" + strings.Join(columns, ", ") + ")"
}

func dependsOn(sql string, columns map[string]bool) bool {
	for name := range words(sql) {
		if columns[name] {
			return true
		}
	}
	return false
}
