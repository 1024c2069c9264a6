package duck

import (
	"context"
	"database/sql"

	"nightjar/models"
)

// ContentPrefix names the algorithm of Content.
const ContentPrefix = "duckdb-hash-1:"

// Content fingerprints the rows of a model's Parquet file, whatever their
// order: ContentPrefix, the number of rows, and ContentSum.
func Content(ctx context.Context, db *sql.DB, m *models.Model, path string) (string, error) {
	var content string
	err := db.QueryRowContext(ctx, "select "+Text(ContentPrefix)+" || count(*) || ':' || "+ContentSum(m)+" from "+Parquet([]string{path})).Scan(&content)
	return content, Scrub(err)
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
