// Package query asks the published warehouse one question and writes the
// answer: read-only, sandboxed, and streaming, so that memory does not grow
// with the answer.
package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// Formats in which answers are written.
var Formats = []string{"table", "csv", "json", "parquet", "markdown"}

// DefaultMemory is what a query may use before it spills to disk. It keeps the
// process near 300 MB while any number of rows streams through, and near 400 MB
// while they are sorted.
const DefaultMemory = "256MB"

// spill is how much disk a query may spill to; the disk is the night's too.
const spill = "20GB"

// Options say how to ask and how to write the answer.
type Options struct {
	SQL    string
	Format string
	// Limit of the rows of a table or of Markdown, which are laid out in
	// memory; 0 means all.
	Limit int
	// Timeout of the whole query; 0 means none.
	Timeout time.Duration
	// Memory that DuckDB may use before it spills; empty means DefaultMemory.
	Memory string
	// Person attaches the file of personal data as catalog `person`.
	Person bool
	// Width of the terminal that a table is shown on; 0 means unknown.
	Width int
}

// Run asks the lake's current warehouse and writes the answer to out. Errors
// carry exit codes: 6 before the first night, 7 for what is wrong with the
// query.
func Run(ctx context.Context, l *lake.Lake, o Options, out io.Writer) error {
	current, err := l.Current()
	if err != nil {
		return exitcode.With(exitcode.NoWarehouse, err)
	}
	if current == nil {
		return exitcode.With(exitcode.NoWarehouse, fmt.Errorf("asking the warehouse in %s: there is none yet: run `nightjar run` first", l.Dir()))
	}
	private, err := os.MkdirTemp("", "nightjar-sql-")
	if err != nil {
		return fmt.Errorf("making a folder for the query to spill to: %w", err)
	}
	defer os.RemoveAll(private)
	if o.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, o.Timeout)
		defer stop()
	}
	a := &answer{Options: o, private: private, out: out}
	db, err := a.open(ctx, l, current)
	if err != nil {
		return err
	}
	err = a.write(ctx, db)
	if closing := db.Close(); err == nil {
		err = closing
	}
	return a.explain(ctx, err)
}

// An answer is under way between one warehouse and one writer.
type answer struct {
	Options
	private string
	out     io.Writer
}

// pipe is the one file that the sandbox may write.
func (a *answer) pipe() string { return filepath.Join(a.private, "answer") }

func (a *answer) open(ctx context.Context, l *lake.Lake, m *lake.Manifest) (*sql.DB, error) {
	path := l.WarehousePath(m.Warehouse)
	attached := map[string]string{}
	if a.Person {
		attached["person"] = l.WarehousePath(m.Person)
	}
	for _, file := range append([]string{path}, attached["person"]) {
		if _, err := os.Stat(file); file != "" && err != nil {
			return nil, exitcode.With(exitcode.NoWarehouse, fmt.Errorf("opening the warehouse of run %s: %w: rebuild it with `nightjar run --full`", m.Run, err))
		}
	}
	memory := a.Memory
	if memory == "" {
		memory = DefaultMemory
	}
	db, err := duck.OpenReader(ctx, duck.Options{Path: path, Temp: a.private, MemoryLimit: memory, TempLimit: spill}, attached, a.pipe())
	if err != nil {
		return nil, exitcode.With(exitcode.NoWarehouse, fmt.Errorf("opening the warehouse of run %s: %w", m.Run, err))
	}
	return db, nil
}

func (a *answer) write(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	s, err := check(ctx, conn, a.SQL)
	if err != nil {
		return err
	}
	columns, err := describe(ctx, conn, s.text)
	if err != nil {
		return err
	}
	switch a.Format {
	case "csv":
		return a.stream(ctx, conn, project(s.text, columns, column.csv), "format csv, header true", s.ordered)
	case "json":
		return a.stream(ctx, conn, project(s.text, columns, column.json), "format json", s.ordered)
	case "parquet":
		return a.parquet(ctx, conn, project(s.text, columns, column.plain), s.ordered)
	default:
		return a.table(ctx, conn, s.text, columns)
	}
}

// explain says what was being done and what to do next.
func (a *answer) explain(ctx context.Context, err error) error {
	var gone *writeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone):
		return fmt.Errorf("writing the answer: %w", gone.err)
	case a.Timeout > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return exitcode.With(exitcode.Query, fmt.Errorf("asking the warehouse: the query took longer than %s: narrow it, or raise --timeout", a.Timeout))
	case ctx.Err() != nil:
		return fmt.Errorf("asking the warehouse: %w", ctx.Err())
	}
	err = duck.Scrub(err)
	if strings.HasPrefix(err.Error(), "Out of Memory") {
		err = fmt.Errorf("%w\n  Give the query more with --memory (such as 4GB), or narrow it", err)
	}
	return exitcode.With(exitcode.Query, fmt.Errorf("asking the warehouse: %w", err))
}
