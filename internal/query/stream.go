package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	"nightjar/internal/duck"
)

// A writeError is one of whoever takes the answer, not of the query.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// stream lets DuckDB write the rows into a named pipe and passes them on.
// Through database/sql the driver would collect the whole answer first. A query
// that asks for no order gets none: to keep that of the tables, DuckDB holds
// back whatever comes too early, without bound when a join multiplies rows.
func (a *answer) stream(ctx context.Context, conn *sql.Conn, query, format string, ordered bool) error {
	from, to, err := openPipe(a.pipe())
	if err != nil {
		return err
	}
	defer from.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	asked := make(chan error, 1)
	go func() {
		_, err := conn.ExecContext(ctx, "copy ("+query+") to "+duck.Text(a.pipe())+
			fmt.Sprintf(" (%s, use_tmp_file false, preserve_order %t)", format, ordered))
		_ = to.Close() // the end of the answer: DuckDB has closed its own
		asked <- err
	}()
	written := pass(a.out, from)
	if written != nil {
		stop()
		// Closing the pipe now would end the process: DuckDB's threads know no EPIPE.
		_, _ = io.Copy(io.Discard, from)
	}
	return errors.Join(written, <-asked)
}

// pass copies, and says when it was the receiver that failed.
func pass(out io.Writer, from io.Reader) error {
	buffer := make([]byte, 1<<18)
	for {
		n, err := from.Read(buffer)
		if _, failed := out.Write(buffer[:n]); failed != nil {
			return &writeError{failed}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// parquet goes by way of a file, since its writer needs to know where it is.
func (a *answer) parquet(ctx context.Context, conn *sql.Conn, query string, ordered bool) error {
	if _, err := conn.ExecContext(ctx, "copy ("+query+") to "+duck.Text(a.pipe())+
		fmt.Sprintf(" (format parquet, compression zstd, use_tmp_file false, preserve_order %t)", ordered)); err != nil {
		return err
	}
	file, err := os.Open(a.pipe())
	if err != nil {
		return err
	}
	defer file.Close()
	return pass(a.out, file)
}
