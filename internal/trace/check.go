package trace

import (
	"context"
	"fmt"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// Broken is a column of which the header says otherwise than the model does.
type Broken struct {
	Model  string `json:"model"`
	Column string `json:"column"`
	// Rows whose value is not what the trace gives, and the key of the first.
	Rows    int64   `json:"rows"`
	Example []Named `json:"example"`
	// Spread says that it is the sum of shares that does not fit, by rows of what
	// is spread.
	Spread bool `json:"spread"`
}

func (b Broken) String() string {
	var example []string
	for _, n := range b.Example {
		example = append(example, n.Name+" "+spelled([]*string{n.Value})[0])
	}
	what := "is not what its trace gives"
	if b.Spread {
		what = "has shares that do not sum to what is spread"
	}
	return fmt.Sprintf("%s.%s %s in %s, such as %s", b.Model, b.Column, what, rowsOf(b.Rows), strings.Join(example, ", "))
}

// Check compares, for every row of a model, each column that its header traces
// with what the trace gives. It returns the columns that hold, and those that do
// not. A trace of rows that the night does not have is left out.
func (t *Tracer) Check(ctx context.Context, model string) (held []string, broken []Broken, err error) {
	m := t.catalog.Models[model]
	if m == nil || t.manifest.Models[model] == nil {
		return nil, nil, usage("checking the traces of %s: the current night has no such table", model)
	}
	c := checking{tracing: &tracing{Tracer: t, sums: "decimal(38, 12)", out: &Trace{Model: model}}, m: m, given: map[string][]string{}}
	defer c.drop(context.WithoutCancel(ctx))
	c.table, err = c.make(ctx, fmt.Sprintf("select *, row_number() over (order by %s) as %s, null as %s from %s", duck.Names(m.Grain), rowNumber, itself, duck.Name(m.Name)))
	if err != nil {
		return nil, nil, err
	}
	for _, e := range m.Trace {
		adds := len(e.Columns)+len(e.Spread) > 0 // else it decides, which nothing can be held against
		if e.From != "" && t.present(e.From) && adds {
			if err := c.give(ctx, e); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, column := range m.Columns {
		found, err := c.column(ctx, column)
		if err != nil {
			return nil, nil, err
		}
		if found != nil {
			broken = append(broken, found...)
		} else if len(c.given[column.Name]) > 0 || m.Own().SQL(column.Name) != "" {
			held = append(held, column.Name)
		}
	}
	return held, broken, nil
}

// checking is the check of one model.
type checking struct {
	*tracing
	m     *models.Model
	table string
	// given are, by column, what its traces give of each row; spread are the
	// traces that spread it.
	given  map[string][]string
	joins  string
	spread []spreading
}

type spreading struct {
	column, table string
}

// give makes the table of what a trace gives of each row of the model.
func (c *checking) give(ctx context.Context, e models.Trace) error {
	if err := c.relate(ctx, e.Query()); err != nil {
		return err
	}
	selected := rowNumber
	for _, f := range e.Columns {
		selected += ", " + f.SQL + " as " + duck.Name("given "+f.Column)
	}
	table, err := c.make(ctx, fmt.Sprintf("select %s from (%s) group by %s", selected, matched(c.table, e.Query(), "it."+rowNumber+", r.*"), rowNumber))
	if err != nil {
		return err
	}
	alias := fmt.Sprintf("g%d", len(c.tables))
	c.joins += fmt.Sprintf(" left join %s as %s on %s.%s = s.%s", table, alias, alias, rowNumber, rowNumber)
	for _, f := range e.Columns {
		c.given[f.Column] = append(c.given[f.Column], alias+"."+duck.Name("given "+f.Column))
	}
	for _, f := range e.Spread {
		shares, err := c.make(ctx, fmt.Sprintf("select %s, delivery_id, source_row, %s as whole from (%s)", rowNumber, f.SQL, matched(c.table, e.Query(), "it."+rowNumber+", r.*")))
		if err != nil {
			return err
		}
		c.spread = append(c.spread, spreading{f.Column, shares})
	}
	return nil
}

// column compares one column.
func (c *checking) column(ctx context.Context, column models.Column) ([]Broken, error) {
	value := "s." + duck.Name(column.Name)
	if formula := c.m.Own().SQL(column.Name); formula != "" {
		return c.compare(ctx, column, value, "("+formula+")", "true")
	}
	given := c.given[column.Name]
	if len(given) == 0 {
		return nil, nil
	}
	sum := "coalesce(" + strings.Join(given, ", ") + ")"
	if numeric(column.Type) { // where there are no rows, a table may say 0
		sum = fmt.Sprintf("coalesce(%s, case when %s = 0 then 0 end)", total(given), value)
	}
	unspread := "true"
	var all []Broken
	for _, s := range c.spread {
		if s.column != column.Name {
			continue
		}
		unspread = fmt.Sprintf("not exists (from %s as w where w.%s = s.%s)", s.table, rowNumber, rowNumber)
		found, err := c.shares(ctx, s, value+" - coalesce("+sum+", 0)")
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	found, err := c.compare(ctx, column, value, sum, unspread)
	return append(all, found...), err
}

func (c *checking) compare(ctx context.Context, column models.Column, value, given, where string) ([]Broken, error) {
	differs := fmt.Sprintf("cast(%s as %s) is distinct from %s", given, duck.SQLType(column.Type), value)
	if column.Type == "double" {
		differs = fmt.Sprintf("((%[1]s is null) <> (%[2]s is null) or abs(%[1]s - %[2]s) > 1e-9 * abs(%[2]s))", given, value)
	}
	rows, err := c.query(ctx, "checking "+c.m.Name+"."+column.Name, fmt.Sprintf("select (count(*) over ())::varchar, %s from (select s.* from %s as s%s where %s and %s) limit 1",
		asTexts(c.m.Grain), c.table, c.joins, where, differs))
	return c.broken(column.Name, c.m.Grain, false, rows), err
}

// shares compares what is left of a column, over all rows that a row is spread
// over, with its amount: of a row and its reversal, each for itself.
func (c *checking) shares(ctx context.Context, s spreading, left string) ([]Broken, error) {
	rows, err := c.query(ctx, "checking "+c.m.Name+"."+s.column, fmt.Sprintf(`
		select (count(*) over ())::varchar, delivery_id::varchar, source_row::varchar
		from (
			select w.delivery_id, w.source_row
			from %s as s%s join %s as w on w.%s = s.%s
			group by w.delivery_id, w.source_row, w.whole
			having coalesce(sum(%s), 0) <> coalesce(w.whole, 0)
		) limit 1`, c.table, c.joins, s.table, rowNumber, rowNumber, left))
	return c.broken(s.column, []string{"delivery_id", "source_row"}, true, rows), err
}

func (c *checking) broken(column string, key []string, spread bool, rows [][]*string) []Broken {
	if len(rows) == 0 {
		return nil
	}
	b := Broken{Model: c.m.Name, Column: column, Example: named(key, rows[0][1:]), Spread: spread}
	_, _ = fmt.Sscan(*rows[0][0], &b.Rows)
	return []Broken{b}
}
