package duck

import (
	"context"
	"database/sql"

	"nightjar/models"
)

// Content fingerprints the rows of a model's Parquet file, whatever their
// order: the number of rows and the sum of their hashes, over all columns but
// where a row came from (delivery_id, source_row).
func Content(ctx context.Context, db *sql.DB, m *models.Model, path string) (string, error) {
	var names []string
	for _, c := range m.Columns {
		if c.Name != "delivery_id" && c.Name != "source_row" {
			names = append(names, c.Name)
		}
	}
	var content string
	err := db.QueryRowContext(ctx, "select 'duckdb-hash-1:' || count(*) || ':' || coalesce(sum(hash("+Names(names)+")), 0) from "+Parquet([]string{path})).Scan(&content)
	return content, Scrub(err)
}
