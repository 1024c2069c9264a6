package transform_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/models"
)

func TestEveryMeasureIsAnAggregateOverItsModelsColumns(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names := map[string]string{}
	for _, m := range catalog.Models {
		columns := make([]string, len(m.Columns))
		for i, c := range m.Columns {
			columns[i] = fmt.Sprintf("cast(null as %s) as %s", duck.SQLType(c.Type), duck.Name(c.Name))
		}
		for _, x := range m.Measures {
			// An aggregate gives a row where there is none.
			query := "select count(*) from (select " + x.Expression + " as measured from (select " + strings.Join(columns, ", ") + " where false))"
			var rows int
			if err := db.QueryRow(query).Scan(&rows); err != nil || rows != 1 {
				t.Errorf("%s: measure %s gives %d rows: %v", m.Path, x.Name, rows, err)
			}
			if x.Title["en"] == "" || x.Title["zh"] == "" || x.Unit == "" || x.Additivity == "" || x.Format == "" {
				t.Errorf("%s: measure %s lacks a title (en, zh), unit, additivity or format", m.Path, x.Name)
			}
			if other := names[m.Name+"."+x.Name]; other != "" {
				t.Errorf("%s: measure %s is defined twice", m.Path, x.Name)
			}
			names[m.Name+"."+x.Name] = m.Path
		}
	}
}
