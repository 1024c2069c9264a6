package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// Columns that the tables of a trace have beside those of the model.
const (
	rowNumber = `"trace row"`    // tells rows apart
	above     = `"trace above"`  // the row that it is a part of
	amount    = `"trace amount"` // what it adds to the value, or its own value
	itself    = `"trace it"`     // the row above, as SQL of headers calls it
)

// A level is the rows of one model that the value is made of.
type level struct {
	model *models.Model
	table string
	// value is the aggregate over one of its rows that gives its amount; column
	// is the column that it is of, "" for no single one.
	value, column string
	// said is the SQL that chose the rows and their amounts.
	said     string
	additive bool
}

// A giver is a trace of a model and what it says of one column.
type giver struct {
	models.Trace
	sql string
}

// giving lists the traces of a model that give a column, as far as the night
// has their rows.
func (t *Tracer) giving(m *models.Model, column string) []giver {
	var all []giver
	for _, e := range m.Trace {
		if sql := e.Columns.SQL(column); sql != "" && e.From != "" && t.present(e.From) {
			all = append(all, giver{e, sql})
		}
	}
	return all
}

// sourced says whether rows of the model come from delivered rows one by one.
func (t *Tracer) sourced(m *models.Model) bool {
	_, hasDelivery := m.Column("delivery_id")
	_, hasRow := m.Column("source_row")
	return hasDelivery && hasRow && m.Carries != ""
}

// down goes on from a level, by what the header of its model says of the column.
func (t *tracing) down(ctx context.Context, lv level) error {
	givers := t.giving(lv.model, lv.column)
	if len(givers) > 0 && (t.fromModels(givers) || !t.sourced(lv.model)) {
		for _, g := range givers {
			if err := t.step(ctx, lv, g, len(givers) == 1); err != nil {
				return err
			}
		}
		return nil
	}
	if t.sourced(lv.model) {
		return t.source(ctx, lv)
	}
	t.reached = false
	note := fmt.Sprintf("It ends here: %s does not say what %s is made of.", lv.model.Name, lv.column)
	if lv.column == "" {
		note = fmt.Sprintf("It ends here: what counts are rows of %s. Trace a column of one of them to go on.", lv.model.Name)
	}
	t.out.Notes = append(t.out.Notes, note)
	return nil
}

// fromModels says whether any of them is from another model.
func (t *Tracer) fromModels(givers []giver) bool {
	return slices.ContainsFunc(givers, func(g giver) bool { return t.catalog.Models[g.From] != nil })
}

// step goes from the rows of a level to those that one trace makes them of. If
// there are none, it is shown only as the sole one.
func (t *tracing) step(ctx context.Context, lv level, g giver, sole bool) error {
	next := level{model: t.catalog.Models[g.From], value: g.sql, said: g.sql + " " + g.Query(), additive: lv.additive && adds(g.sql)}
	t.decided = t.decided || !next.additive
	grain := []string{"delivery_id", "source_row"}
	if next.model != nil {
		grain = next.model.Grain
	}
	if err := t.relate(ctx, g.Query()); err != nil {
		return err
	}
	value, keep := t.valued(next)
	var err error
	next.table, err = t.make(ctx, fmt.Sprintf(`
		select * exclude (it), it as %s
		from (select *, %s as %s from (%s) as matched)
		where %s`, itself, value, amount, matched(lv.table, g.Query(), "it."+rowNumber+" as "+above+", r.*, row_number() over (order by it."+rowNumber+", "+qualified("r", grain)+") as "+rowNumber), keep))
	if err != nil {
		return err
	}
	if next.model == nil {
		return t.exec(ctx, "tracing "+lv.model.Name, fmt.Sprintf("insert into delivered select %s, delivery_id, source_row, %s, %s, %s from %s",
			duck.Text(g.From), t.amountIf(next.additive, amount), t.inputKey(g.From), pairs("", t.public(g.Trace)), next.table))
	}
	next.column, err = t.columnOf(ctx, next)
	if err != nil {
		return err
	}
	if some, err := t.show(ctx, next, g.Show, sole); err != nil || !some {
		return err
	}
	return t.down(ctx, next)
}

// valued is what each row of a level adds, and the condition that it adds anything;
// of rows that do not add up, its value, and that it decides.
func (t *tracing) valued(lv level) (value, keep string) {
	over := " over (partition by " + above + " order by " + rowNumber + " rows between %s)"
	alone := lv.value + fmt.Sprintf(over, "current row and current row")
	if !lv.additive {
		return alone, amount + " = it." + amount
	}
	if overlaps(lv.value) {
		alone = fmt.Sprintf("coalesce(%s, 0) - coalesce(%s, 0)", lv.value+fmt.Sprintf(over, "unbounded preceding and current row"), lv.value+fmt.Sprintf(over, "unbounded preceding and 1 preceding"))
	}
	keep = amount + " <> 0"
	if strings.HasPrefix(lv.value, "sum(") { // what adds 0 may be made of more than nothing
		keep = amount + " is not null"
	}
	return "cast(" + alone + " as " + t.sums + ")", keep
}

// matched joins the rows of a table, as `it`, with those that belong to them, as r.
func matched(table, query, selected string) string {
	return fmt.Sprintf("select it, %s from (select * exclude (%s) from %s) as it, lateral (%s) as r", selected, itself, table, query)
}

// columnOf is the column of the level's model that its value is of: of rows that
// decide, one that has the value.
func (t *tracing) columnOf(ctx context.Context, lv level) (string, error) {
	if of := single.FindStringSubmatch(lv.value); of != nil {
		if _, ok := lv.model.Column(of[1]); ok {
			return of[1], nil
		}
	}
	if lv.additive {
		return "", nil
	}
	mentioned := words(lv.value)
	for _, c := range lv.model.Columns {
		if !mentioned[c.Name] {
			continue
		}
		same, err := t.query(ctx, "tracing "+lv.model.Name, fmt.Sprintf("select coalesce(bool_and(cast(%s as varchar) = cast(%s as varchar)), false)::varchar from %s", duck.Name(c.Name), amount, lv.table))
		if err != nil {
			return "", err
		}
		if *same[0][0] == "true" {
			return c.Name, nil
		}
	}
	return "", nil
}

func qualified(table string, columns []string) string {
	all := make([]string, len(columns))
	for i, name := range columns {
		all[i] = table + "." + duck.Name(name)
	}
	return strings.Join(all, ", ")
}
