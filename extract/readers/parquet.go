package readers

import (
	"context"
	"database/sql"

	"nightjar/internal/duck"
)

// Parquet is the relation of the rows of one Parquet file, each with its number from
// 0 as file_row_number.
func Parquet(path string) string {
	return "read_parquet(" + duck.Path(path) + ", hive_partitioning=false, file_row_number=true)"
}

// ParquetColumns are the columns of a Parquet file, in its order, and DuckDB's types
// of them. Its errors are DuckDB's, scrubbed.
func ParquetColumns(ctx context.Context, db *sql.DB, path string) (names, types []string, err error) {
	rows, err := db.QueryContext(ctx, "select column_name, column_type from (describe select * from read_parquet("+duck.Path(path)+", hive_partitioning=false))")
	if err != nil {
		return nil, nil, duck.Scrub(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, nil, err
		}
		names, types = append(names, name), append(types, kind)
	}
	return names, types, duck.Scrub(rows.Err())
}
