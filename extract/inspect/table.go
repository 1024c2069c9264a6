package inspect

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	"nightjar/extract/csvfile"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/profile"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/sample"
	"nightjar/internal/duck"
)

// A Table is one table of the files of a kind.
type Table struct {
	*sample.Rows
	Evidence []*evidence.Column
	Keys     []evidence.Key
	Choice   *propose.Choice
	Profile  []*profile.Column
	// Missed counts values that only the look through the whole of big files found not
	// to fit, by column.
	Missed map[string]sample.Misfit
}

// table gathers the evidence on one table of the files, and proposes what it feeds.
func (i *inspection) table(ctx context.Context, k *Kind, from string, desk *doubt.Desk) (*Table, error) {
	i.tables++
	rows, err := sample.Load(ctx, i.db, fmt.Sprintf("t%d", i.tables), k.Files, from, sample.Options{First: i.Rows, Temp: i.temp})
	if err != nil {
		return nil, err
	}
	t := &Table{Rows: rows}
	if t.Evidence, err = evidence.Columns(ctx, rows, propose.DateName); err != nil {
		return nil, err
	}
	if err := evidence.Decide(ctx, rows, t.Evidence, desk, propose.Personal); err != nil {
		return nil, err
	}
	if err := t.findLines(ctx); err != nil {
		return nil, err
	}
	if err := t.confirm(ctx); err != nil {
		return nil, err
	}
	if t.Keys, err = evidence.Keys(ctx, rows, t.Evidence, propose.KeyName); err != nil {
		return nil, err
	}
	if i.Profile {
		if t.Profile, err = profile.Columns(ctx, rows); err != nil {
			return nil, err
		}
	}
	if k.Files[0].Source.Format == "poslog" {
		t.Choice = &propose.Choice{}
		return t, nil
	}
	k.Source.Formats = propose.Formats(t.Evidence)
	t.Choice, err = propose.Propose(i.describe(ctx, k, t), i.Catalog, i.Inputs, desk)
	return t, err
}

// describe is what proposals are made from.
func (i *inspection) describe(ctx context.Context, k *Kind, t *Table) *propose.Table {
	p := &propose.Table{
		Source: k.Source.Name, From: t.From, Columns: t.Evidence, Keys: t.Keys, Formats: k.Source.Formats,
		Rows:    t.Looked,
		Repeats: func(key evidence.Key) (int64, error) { return key.Repeats(ctx, t.Rows) },
		Across:  func(key evidence.Key) (bool, error) { return key.Across(ctx, t.Rows) },
		Share:   func(condition string) (float64, error) { return t.share(ctx, condition) },
	}
	for _, f := range k.Files {
		p.Names = append(p.Names, filepath.Base(f.File.String()))
	}
	return p
}

// confirm holds the verdicts against every record of files of which only a part was
// looked at, where one pass over the bytes can do that.
func (t *Table) confirm(ctx context.Context) (err error) {
	if t.All() {
		return nil
	}
	var shapes []csvfile.Shape
	for _, c := range t.Evidence {
		if shape, ok := shapeOf(c); ok {
			shapes = append(shapes, shape)
		}
	}
	if len(shapes) > 0 {
		t.Missed, _, err = t.Misfits(ctx, shapes)
	}
	return err
}

// shapeOf is what one pass over the bytes can see of a verdict.
func shapeOf(c *evidence.Column) (csvfile.Shape, bool) {
	if c.Verdict == nil || len(c.Verdict.Nulls) > 0 {
		return csvfile.Shape{}, false
	}
	shape := csvfile.Shape{Column: c.Name, Format: c.Verdict.Format}
	switch kind := c.Verdict.Kind; {
	case kind == evidence.Integer:
		shape.Kind = csvfile.Integer
	case kind == evidence.Decimal && c.Verdict.Mark == "." && c.Verdict.Thousands == "":
		shape.Kind, shape.Precision, shape.Scale = csvfile.Decimal, 18, int(min(c.Scale, 9))
	case kind == evidence.Date:
		shape.Kind = csvfile.Date
	case kind == evidence.Timestamp:
		shape.Kind = csvfile.Timestamp
	default:
		return shape, false
	}
	return shape, shape.Validate() == nil
}

// share is the share of rows for which a condition holds, of those where it is known.
func (t *Table) share(ctx context.Context, condition string) (float64, error) {
	var share sql.NullFloat64
	err := t.DB.QueryRowContext(ctx, "select avg(("+condition+")::int) from "+t.Table).Scan(&share)
	return share.Float64, duck.Scrub(err)
}

// findLines says on which lines the values stand that speak against a candidate.
func (t *Table) findLines(ctx context.Context) error {
	byFile := map[int][]int64{}
	t.eachExample(func(e *evidence.Example) { byFile[e.File] = append(byFile[e.File], e.Row) })
	for file, numbers := range byFile {
		lines, err := t.Lines(ctx, file, numbers)
		if err != nil {
			return err
		}
		path := t.Files[file].File.String()
		t.eachExample(func(e *evidence.Example) {
			if e.File == file {
				e.Line, e.Path = lines[e.Row], filepath.Base(path)
			}
		})
	}
	return nil
}

func (t *Table) eachExample(do func(*evidence.Example)) {
	for _, c := range t.Evidence {
		for _, k := range c.Candidates {
			for i := range k.Examples {
				do(&k.Examples[i])
			}
		}
	}
}

// KeyNames are the names of a key's columns.
func (t *Table) KeyNames(key evidence.Key) []string {
	names := make([]string, len(key))
	for i, place := range key {
		names[i] = t.Evidence[place].Name
	}
	return names
}
