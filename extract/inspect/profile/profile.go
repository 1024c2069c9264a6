// Package profile shows what the values of columns are like: how many there are, how
// often, between which bounds, of which shapes and lengths.
package profile

import (
	"context"
	"fmt"

	"nightjar/extract/inspect/sample"
	"nightjar/extract/record"
	"nightjar/internal/duck"
)

// A Column is the profile of one, over the rows that were looked at.
type Column struct {
	Name     string  `json:"column"`
	Rows     int64   `json:"rows"`
	Nulls    int64   `json:"nulls"`
	NullPart float64 `json:"null_share"`
	// Distinct is how many different values there are; Approximate says that they were
	// estimated (HyperLogLog), to within some percent.
	Distinct    int64 `json:"distinct"`
	Approximate bool  `json:"approximate,omitempty"`
	// Min and Max are the least and greatest value: as numbers where all are, else as
	// text.
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"`
	// Shortest, Mean and Longest are lengths in characters.
	Shortest int64   `json:"shortest"`
	Mean     float64 `json:"mean_length"`
	Longest  int64   `json:"longest"`
	// Top are the commonest values, Shapes the commonest of what they look like.
	Top    []Frequency `json:"top,omitempty"`
	Shapes []Frequency `json:"shapes,omitempty"`
}

// A Frequency is a text and how many rows have it.
type Frequency struct {
	Text string `json:"text"`
	Rows int64  `json:"rows"`
}

// How many values and shapes are listed, how many characters of a value are shown,
// and how many rows have their distinct values counted exactly.
const (
	listed     = 5
	shown      = 60
	exactBelow = 2_000_000
)

// shape is the name of record.Shape in SQL.
const shape = "nightjar_shape"

// Columns profiles every column of the rows.
func Columns(ctx context.Context, r *sample.Rows) ([]*Column, error) {
	err := duck.AddFunction(ctx, r.DB, shape, 1, func(texts []string) (string, bool) { return record.Shape(texts[0]), true })
	if err != nil {
		return nil, err
	}
	columns := make([]*Column, len(r.Columns))
	for i, name := range r.Columns {
		c := &Column{Name: name, Rows: r.Looked}
		if err := c.look(ctx, r, sample.Name(i)); err != nil {
			return nil, fmt.Errorf("profiling the column %s: %w", name, duck.Scrub(err))
		}
		columns[i] = c
	}
	return columns, nil
}

func (c *Column) look(ctx context.Context, r *sample.Rows, name string) error {
	distinct := "count(distinct " + name + ")"
	if c.Approximate = r.Looked > exactBelow; c.Approximate {
		distinct = "approx_count_distinct(" + name + ")"
	}
	const number = "try_cast(v as decimal(38, 9))"
	err := r.DB.QueryRowContext(ctx, fmt.Sprintf(`with looked as (select %[1]s as v from %[2]s)
		select count(*) filter (where v is null), (select %[3]s from %[2]s),
			coalesce(case when count(v) = count(%[4]s) then arg_min(v, %[4]s) else min(v) end, ''),
			coalesce(case when count(v) = count(%[4]s) then arg_max(v, %[4]s) else max(v) end, ''),
			coalesce(min(length(v)), 0), coalesce(avg(length(v)), 0), coalesce(max(length(v)), 0)
		from looked`, name, r.Table, distinct, number)).Scan(&c.Nulls, &c.Distinct, &c.Min, &c.Max, &c.Shortest, &c.Mean, &c.Longest)
	if err != nil {
		return err
	}
	c.Min, c.Max = short(c.Min), short(c.Max)
	if c.Rows > 0 {
		c.NullPart = float64(c.Nulls) / float64(c.Rows)
	}
	if c.Top, err = frequencies(ctx, r, name, name); err != nil {
		return err
	}
	c.Shapes, err = frequencies(ctx, r, shape+"("+name+")", name)
	return err
}

func frequencies(ctx context.Context, r *sample.Rows, expression, name string) ([]Frequency, error) {
	rows, err := r.DB.QueryContext(ctx, fmt.Sprintf("select %s as text, count(*) as n from %s where %s is not null group by 1 order by n desc, text limit %d", expression, r.Table, name, listed))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Frequency
	for rows.Next() {
		var f Frequency
		if err := rows.Scan(&f.Text, &f.Rows); err != nil {
			return nil, err
		}
		f.Text = short(f.Text)
		list = append(list, f)
	}
	return list, rows.Err()
}

// short cuts a text that is long.
func short(text string) string {
	if runes := []rune(text); len(runes) > shown {
		return string(runes[:shown]) + "…"
	}
	return text
}

// Hide takes the values away, and leaves their shapes.
func (c *Column) Hide() {
	c.Min, c.Max, c.Top = record.Shape(c.Min), record.Shape(c.Max), nil
}
