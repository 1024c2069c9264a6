package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/internal/reference"
	"nightjar/models"
	"nightjar/transform"
)

// Reference tells of the project in dir: its models and inputs, with the lineage of
// each column, which of them it builds, and the current night where there is one. It
// makes no state folder. Outside a project it tells of all that ships.
func Reference(ctx context.Context, dir, state string) (*reference.Reference, error) {
	told, err := toTell(dir, state)
	if err != nil {
		return nil, err
	}
	order, err := told.Catalog.Order()
	if err != nil {
		return nil, err
	}
	// DuckDB parses the models, in a small instance of its own.
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	told.Lineage, err = transform.Lineage(ctx, db, told.Catalog, order)
	if err != nil {
		return nil, err
	}
	return reference.New(told), nil
}

func toTell(dir, state string) (reference.Project, error) {
	p, err := project.Read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		catalog, err := models.Load(models.Standard)
		return reference.Project{Catalog: catalog}, err
	}
	if err != nil {
		return reference.Project{}, err
	}
	told := reference.Project{Catalog: p.Catalog}
	if _, err := os.Stat(p.StateDir(state)); err == nil {
		l, err := lake.Open(p.StateDir(state))
		if err != nil {
			return told, err
		}
		if told.Night, err = l.Current(); err != nil {
			return told, err
		}
	}
	_, told.LeftOut = transform.Available(p.Catalog, fed(p.Config, told.Night))
	return told, nil
}
