package transform

import (
	"context"
	"database/sql"

	"nightjar/internal/lineage"
	"nightjar/models"
)

// Lineage finds what each column of the models is made of, by model; columns are
// the header's, in its order. What a fitted model makes of its rows, its SQL does
// not tell: each of its columns is made of all that the SQL gives. Of a model whose
// SQL cannot be parsed every column is unresolved, with the reason.
func Lineage(ctx context.Context, db *sql.DB, catalog *models.Catalog, of []*models.Model) (map[string]*lineage.Lineage, error) {
	all := map[string]*lineage.Lineage{}
	for _, m := range of {
		found, err := lineageOf(ctx, db, catalog, m)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			found = &lineage.Lineage{Unresolved: []string{err.Error()}}
		}
		all[m.Name] = byHeader(m, found)
	}
	return all, nil
}

func lineageOf(ctx context.Context, db *sql.DB, catalog *models.Catalog, m *models.Model) (*lineage.Lineage, error) {
	text, err := RenderNames(m)
	if err != nil {
		return nil, err
	}
	return lineage.Of(ctx, db, text, func(kind, name string) ([]string, bool) {
		switch input, model := catalog.Inputs[name], catalog.Models[name]; {
		case kind == lineage.Input && input != nil:
			return models.Names(input.LiveColumns()), true
		case (kind == lineage.Model || kind == lineage.Previous) && model != nil:
			return models.Names(model.Columns), true
		}
		return nil, false
	})
}

// byHeader gives each column of the header its lineage.
func byHeader(m *models.Model, found *lineage.Lineage) *lineage.Lineage {
	l := &lineage.Lineage{Decides: found.Decides, Unresolved: found.Unresolved}
	for _, c := range m.Columns {
		made, ok := found.Column(c.Name)
		switch {
		case m.Fit != "" && len(found.Columns) > 0:
			made = lineage.Merge(found.Columns)
		case !ok && len(found.Unresolved) > 0:
			made.Unresolved = found.Unresolved
		case !ok:
			made.Unresolved = []string{"the last select gives no such column"}
		}
		made.Name = c.Name
		l.Columns = append(l.Columns, made)
	}
	return l
}
