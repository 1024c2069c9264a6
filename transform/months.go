package transform

import (
	"context"
	"database/sql"
	"fmt"

	"nightjar/internal/duck"
)

// writeMonths runs the query once for all months that are built, and copies each month's
// rows to its file. The files appear once they have been read back and settled.
//
// A statement over Parquet files takes 10 to 30 ms to plan, whatever it reads: where months
// are small, that is most of what they cost.
func (e *Duck) writeMonths(ctx context.Context, conn *sql.Conn, b Build, query string) (Files, error) {
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "drop table if exists temp.built")
	}()
	if _, err := conn.ExecContext(ctx, "create or replace temp table built as "+query); err != nil {
		return nil, err
	}
	files := make(Files, len(b.Months))
	var written int64
	for i, month := range b.Months {
		file, err := e.copy(ctx, conn, b.Outs[i], "from temp.built where month = "+monthLiteral(month), b.Model.Columns, b.Model.Grain)
		if err != nil {
			return nil, err
		}
		files[i], written = file, written+file.Rows
	}
	var rows int64
	if err := conn.QueryRowContext(ctx, "select count(*) from temp.built").Scan(&rows); err != nil {
		return nil, err
	}
	if rows != written {
		return nil, strayed(b.Model, rows-written)
	}
	if err := readBackMonths(ctx, conn, b, files); err != nil {
		return nil, err
	}
	return files, e.settleAll(files)
}

// readBackMonths reads the rows of all months' files as they were written, counts them and
// fingerprints them.
func readBackMonths(ctx context.Context, conn *sql.Conn, b Build, files Files) error {
	place, paths := map[string]int{}, make([]string, len(files))
	for i := range files {
		files[i].Content = duck.Content(0, "0")
		paths[i] = unfinished(files[i].Path)
		place[paths[i]] = i
	}
	rows, err := conn.QueryContext(ctx, "select filename, count(*), "+duck.ContentSum(b.Model)+
		" from read_parquet("+duck.TextList(paths)+", hive_partitioning=false, filename=true) group by filename")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var path, sum string
		var count int64
		if err := rows.Scan(&path, &count, &sum); err != nil {
			return err
		}
		i, written := place[path]
		if !written {
			return fmt.Errorf("%s was read back, and not written", path)
		}
		f := &files[i]
		if f.Rows != count {
			return fmt.Errorf("%d rows were written, and %d read back", f.Rows, count)
		}
		f.Counting, f.Content = count, duck.Content(count, sum)
	}
	return rows.Err()
}
