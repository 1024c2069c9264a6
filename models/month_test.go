package models_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"nightjar/models"
)

func TestAMonthLooksAtThoseThatItReachesByDays(t *testing.T) {
	for name, c := range map[string]struct {
		reaches []string
		want    []models.Month
	}{
		"its own alone":       {nil, []models.Month{"2024-03-01"}},
		"a week ahead":        {[]string{"7d"}, []models.Month{"2024-03-01", "2024-04-01"}},
		"a week either way":   {[]string{"as_of", "-7d", "7d"}, []models.Month{"2024-02-01", "2024-03-01", "2024-04-01"}},
		"more than one month": {[]string{"31d"}, []models.Month{"2024-03-01", "2024-04-01", "2024-05-01"}},
		"no days at all":      {[]string{"0d", "sale.returned_on"}, []models.Month{"2024-03-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := &models.Model{Reaches: c.reaches}
			if diff := cmp.Diff(c.want, m.Months("2024-03-01")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
