package transform_test

import (
	"context"
	"testing"

	"nightjar/internal/duck"
	"nightjar/models"
	"nightjar/transform"
)

func TestEveryColumnOfTheStandardModelsIsResolved(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	order, err := catalog.Order()
	if err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := transform.Lineage(context.Background(), db, catalog, order)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range order {
		l := found[m.Name]
		for _, problem := range l.Unresolved {
			t.Errorf("%s: %s", m.Path, problem)
		}
		for _, c := range l.Columns {
			for _, problem := range c.Unresolved {
				t.Errorf("%s: column %s: %s", m.Path, c.Name, problem)
			}
		}
	}
}
