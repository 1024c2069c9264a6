package duck

import (
	"fmt"

	"nightjar/models"
)

// Content fingerprints the rows of a model, whatever their order: the name of
// the algorithm, how many they are, and what ContentSum gave.
func Content(rows int64, sum string) string {
	return fmt.Sprintf("duckdb-hash-1:%d:%s", rows, sum)
}

// ContentSum is the aggregate that sums the hashes of a model's rows, as text:
// over all columns but where a row came from (delivery_id, source_row).
func ContentSum(m *models.Model) string {
	var names []string
	for _, c := range m.Columns {
		if c.Name != "delivery_id" && c.Name != "source_row" {
			names = append(names, c.Name)
		}
	}
	return "coalesce(sum(hash(" + Names(names) + ")), 0)::varchar"
}
