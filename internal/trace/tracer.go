package trace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/models"
)

// A Tracer traces values of one published night. It is for one goroutine.
type Tracer struct {
	catalog   *models.Catalog
	lake      *lake.Lake
	manifest  *lake.Manifest
	originals Originals
	db        *sql.DB
	conn      *sql.Conn
	private   string
	related   map[string]bool // relations that have been made, see relate
}

// memory that DuckDB may use before it spills.
const memory = "512MB"

// Open opens the lake's current night. Errors carry exit code 6 where there is
// none yet.
func Open(ctx context.Context, catalog *models.Catalog, l *lake.Lake, originals Originals) (*Tracer, error) {
	m, err := l.Current()
	if err == nil && m == nil {
		err = fmt.Errorf("opening the warehouse in %s: there is none yet: run `nightjar run` first", l.Dir())
	}
	if err != nil {
		return nil, exitcode.With(exitcode.NoWarehouse, err)
	}
	t := &Tracer{catalog: catalog, lake: l, manifest: m, originals: originals, related: map[string]bool{}}
	if t.private, err = os.MkdirTemp("", "nightjar-trace-"); err != nil {
		return nil, fmt.Errorf("making a folder to spill to: %w", err)
	}
	if err := t.open(ctx); err != nil {
		_ = t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Tracer) open(ctx context.Context) (err error) {
	path := t.lake.WarehousePath(t.manifest.Warehouse)
	if _, err := os.Stat(path); err != nil {
		return exitcode.With(exitcode.NoWarehouse, fmt.Errorf("opening the warehouse of run %s: %w: rebuild it with `nightjar run --full`", t.manifest.Run, err))
	}
	var files []string
	for _, set := range t.manifest.Inputs {
		files = append(files, t.lake.Paths(set.Files())...)
	}
	t.db, err = duck.OpenReader(ctx, duck.Options{Path: path, Temp: t.private, MemoryLimit: memory}, nil, files...)
	if err != nil {
		return exitcode.With(exitcode.NoWarehouse, fmt.Errorf("opening the warehouse of run %s: %w", t.manifest.Run, err))
	}
	t.conn, err = t.db.Conn(ctx)
	return duck.Scrub(err)
}

// Close lets go of the night.
func (t *Tracer) Close() error {
	var errs []error
	if t.conn != nil {
		errs = append(errs, t.conn.Close())
	}
	if t.db != nil {
		errs = append(errs, t.db.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(t.private))...)
}

// exec runs statements of a trace; its errors name what was being done.
func (t *Tracer) exec(ctx context.Context, doing string, statements ...string) error {
	for _, statement := range statements {
		if _, err := t.conn.ExecContext(ctx, statement); err != nil {
			return failed(ctx, doing, err)
		}
	}
	return nil
}

func failed(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	return fmt.Errorf("%s: %w", doing, duck.Scrub(err))
}

// query hands over the rows of an answer, all of whose columns are texts; nil for null.
func (t *Tracer) query(ctx context.Context, doing, query string) ([][]*string, error) {
	rows, err := t.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	var all [][]*string
	for rows.Next() {
		cells, into := make([]*string, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, failed(ctx, doing, err)
		}
		all = append(all, cells)
	}
	if err := rows.Err(); err != nil {
		return nil, failed(ctx, doing, err)
	}
	return all, nil
}
