package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// A tracing is one value on its way down.
type tracing struct {
	*Tracer
	Options
	out *Trace
	// kind is the SQL type of the value, sums that under which amounts are added.
	kind, sums string
	tables     []string
	// reached says that every way down ended at delivered rows, decided that on
	// some way rows decide, and do not add up.
	reached, decided bool
}

// Trace traces a value. Errors carry exit code 2 for what cannot be traced, and
// say what to do.
func (t *Tracer) Trace(ctx context.Context, c Cell, o Options) (*Trace, error) {
	m, column, condition, err := t.resolve(c)
	if err != nil {
		return nil, err
	}
	if err := t.one(ctx, m, condition); err != nil {
		return nil, err
	}
	return t.column(ctx, m, column, condition, o)
}

// column traces one column of the row.
func (t *Tracer) column(ctx context.Context, m *models.Model, c models.Column, condition string, o Options) (*Trace, error) {
	tr := &tracing{Tracer: t, Options: o, kind: duck.SQLType(c.Type), sums: "decimal(38, 12)", reached: true}
	if c.Type == "double" {
		tr.sums = "double"
	}
	defer tr.drop(context.WithoutCancel(ctx))
	tr.out = &Trace{Model: m.Name, Column: c.Name, Unit: c.Unit, Description: c.Description, numeric: numeric(c.Type)}
	row, err := t.query(ctx, "reading the row", fmt.Sprintf("select %s from %s where %s", asTexts(append(slices.Clip(m.Grain), c.Name)), duck.Name(m.Name), condition))
	if err != nil {
		return nil, err
	}
	tr.out.Key, tr.out.Value = named(m.Grain, row[0]), row[0][len(m.Grain)]
	tr.out.Formula = m.Own().SQL(c.Name)
	if tr.out.Formula != "" && !t.sourced(m) {
		return tr.out, tr.parts(ctx, m, c, condition)
	}
	if len(t.giving(m, c.Name)) == 0 && !t.sourced(m) {
		absent := absent(m, c.Name)
		if absent == "" {
			return nil, undeclared(m, c)
		}
		tr.out.Notes = append(tr.out.Notes, "It ends here: the night has no "+absent+", of whose rows it is made.")
		return tr.out, nil
	}
	lv := level{model: m, value: "max(" + duck.Name(c.Name) + ")", column: c.Name, said: c.Name, additive: numeric(c.Type)}
	lv.table, err = tr.make(ctx, fmt.Sprintf("select *, 1 as %s, %s as %s, null as %s from %s where %s", rowNumber, duck.Name(c.Name), amount, itself, duck.Name(m.Name), condition))
	if err != nil {
		return nil, err
	}
	if err := tr.exec(ctx, "tracing "+m.Name, "create or replace temp table delivered (input varchar, delivery_id bigint, source_row bigint, amount "+tr.sums+", key varchar[], shown varchar[])"); err != nil {
		return nil, err
	}
	if err := tr.down(ctx, lv); err != nil {
		return nil, err
	}
	return tr.out, tr.deliver(ctx, lv)
}

// parts traces each of the columns that the formula makes the value of.
func (t *tracing) parts(ctx context.Context, m *models.Model, c models.Column, condition string) error {
	mentioned := words(t.out.Formula)
	for _, part := range m.Columns {
		if part.Name == c.Name || !mentioned[part.Name] {
			continue
		}
		if len(t.giving(m, part.Name)) == 0 && m.Own().SQL(part.Name) == "" {
			value, err := t.query(ctx, "reading the row", fmt.Sprintf("select %s from %s where %s", asTexts([]string{part.Name}), duck.Name(m.Name), condition))
			if err != nil {
				return err
			}
			t.out.Notes = append(t.out.Notes, fmt.Sprintf("%s is %s; %s does not say what it is made of.", part.Name, spelled(value[0])[0], m.Name))
			continue
		}
		traced, err := t.column(ctx, m, part, condition, t.Options)
		if err != nil {
			return err
		}
		t.out.Parts = append(t.out.Parts, traced)
	}
	return nil
}

// undeclared says how a header says what a column is made of.
func undeclared(m *models.Model, c models.Column) error {
	from, aggregate := "fact_sale", "sum(…)"
	if len(m.Refs) > 0 {
		from = m.Refs[0]
	}
	if !numeric(c.Type) {
		aggregate = "max(…)"
	}
	var same []string
	for _, name := range m.Grain {
		same = append(same, name+" = it."+name)
	}
	return usage(`tracing a value: %s does not say what %s is made of. If rows of another table make it, say so in the header (%s), such as
  trace:
    - from: %s
      where: %s
      columns:
        %s: %s
where "it" is the row that is traced. nightjar trace --check %s then compares it with every row`,
		m.Name, c.Name, m.Path, from, strings.Join(same, " and "), c.Name, aggregate, m.Name)
}

func numeric(t models.Type) bool {
	_, _, isDecimal := t.Decimal()
	return isDecimal || t == "int" || t == "bigint" || t == "double"
}

// absent is what the header makes a column of, if it says.
func absent(m *models.Model, column string) string {
	for _, e := range m.Trace {
		if e.Columns.SQL(column) != "" {
			return e.From
		}
	}
	return ""
}

// make makes a table of the trace, and returns its name.
func (t *tracing) make(ctx context.Context, query string) (string, error) {
	name := fmt.Sprintf(`"trace %d"`, len(t.tables))
	t.tables = append(t.tables, name)
	return name, t.exec(ctx, "tracing "+t.out.Model, "create or replace temp table "+name+" as "+query)
}

func (t *tracing) drop(ctx context.Context) {
	for _, name := range t.tables {
		_, _ = t.conn.ExecContext(ctx, "drop table if exists temp."+name)
	}
}
