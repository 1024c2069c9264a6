package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/duckdb/duckdb-go/v2"
)

// Append adds rows to a table (also a temporary one) of the connection's
// default schema, a value for each of its columns, in Go's plain types. It is
// for rows that Go made: what DuckDB can read itself goes ten times faster.
func Append(ctx context.Context, conn *sql.Conn, table string, rows iter.Seq[[]driver.Value]) error {
	err := conn.Raw(func(raw any) (err error) {
		driverConn, ok := raw.(driver.Conn)
		if !ok {
			return errors.New("the connection is not DuckDB's")
		}
		appender, err := duckdb.NewAppenderFromConn(driverConn, "", table)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, appender.Close()) }()
		for row := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := appender.AppendRow(row...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("appending to %s: %w", table, Scrub(err))
	}
	return nil
}
