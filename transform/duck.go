package transform

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"nightjar/internal/duck"
	"nightjar/models"
)

// Duck is the embedded engine: it builds in an instance of DuckDB that its
// caller opened, and leaves nothing in it.
type Duck struct {
	db      *sql.DB
	catalog *models.Catalog
	// Level of zstd and rows of a row group. Measured on a million rows of
	// fact_sale: level 3 and 6 cost more and save nothing or 3 %, half a million
	// rows a group cost 40 % more and save 8 %.
	Level, RowGroup int
	// Fast leaves out fsync: for files that nobody keeps, or that the caller syncs.
	Fast bool
	// Sorted files have their rows in the order of the grain, so that the same
	// rows give the same bytes: 0.8 CPU seconds for a million rows of fact_sale,
	// and a third fewer bytes.
	Sorted bool
	// functions says that the instance has those of [addFunctions]; mu guards it.
	mu        sync.Mutex
	functions bool
	// checked are the models whose columns were seen to be the header's.
	checked sync.Map
}

// NewDuck returns an engine that builds models of the catalog.
func NewDuck(db *sql.DB, catalog *models.Catalog) *Duck {
	return &Duck{db: db, catalog: catalog, Level: 1, RowGroup: 122_880, Sorted: true}
}

// Build implements Engine. The columns must be those of the header, which is
// checked once for each model.
func (e *Duck) Build(ctx context.Context, b Build) (Files, error) {
	if b.Model.Monthly() != (b.Month != "") {
		return nil, fmt.Errorf("building %s: its partition is %s", b.name(), b.Model.Partition)
	}
	sql, err := Render(b, e.catalog, DuckDB{})
	if err != nil {
		return nil, err
	}
	if err := e.addFunctions(ctx); err != nil {
		return nil, fmt.Errorf("building %s: %w", b.name(), err)
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", b.name(), duck.Scrub(err))
	}
	defer conn.Close()
	if b.Model.Fit != "" {
		err = e.fit(ctx, conn, b, sql)
		defer func() {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "drop table if exists temp.fitted")
		}()
		sql = "from temp.fitted"
	}
	if err == nil {
		err = e.check(ctx, conn, b.Model, sql)
	}
	if err != nil {
		return nil, failed(b, err)
	}
	if err := os.MkdirAll(filepath.Dir(b.Out), 0o755); err != nil {
		return nil, fmt.Errorf("building %s: %w", b.name(), err)
	}
	file, err := e.write(ctx, conn, b, sql)
	if err != nil {
		_ = os.Remove(b.Out + ".tmp")
		return nil, failed(b, err)
	}
	return Files{file}, nil
}

// addFunctions does so once for the engine's instance.
func (e *Duck) addFunctions(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.functions {
		return nil
	}
	err := addFunctions(ctx, e.db)
	e.functions = err == nil
	return err
}

func (e *Duck) check(ctx context.Context, conn *sql.Conn, m *models.Model, query string) error {
	if _, done := e.checked.Load(m); done {
		return nil
	}
	err := expect(ctx, conn, query, m.Columns)
	if err == nil {
		e.checked.Store(m, true)
	}
	return err
}

// write copies the query's rows to Out, by way of a file that is not yet it.
func (e *Duck) write(ctx context.Context, conn *sql.Conn, b Build, query string) (File, error) {
	temporary := b.Out + ".tmp"
	if e.Sorted {
		query = "select * from (" + query + "\n) order by " + order(b.Model.Grain)
	}
	result, err := conn.ExecContext(ctx, "copy ("+query+"\n) to "+duck.Text(temporary)+" ("+e.format(b.Model.Columns)+")")
	if err != nil {
		return File{}, err
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return File{}, err
	}
	content, err := readBack(ctx, conn, b, temporary)
	if err != nil {
		return File{}, err
	}
	size, err := e.settle(temporary)
	if err != nil {
		return File{}, err
	}
	return File{Path: b.Out, Rows: rows, Bytes: size, Content: content}, os.Rename(temporary, b.Out)
}

// format is how a model's file is written: the columns keep their field ids by
// their place in the header.
func (e *Duck) format(columns []models.Column) string {
	ids := make([]string, len(columns))
	for i, c := range columns {
		ids[i] = fmt.Sprintf("%s: %d", duck.Name(c.Name), i+1)
	}
	return fmt.Sprintf("format parquet, compression zstd, compression_level %d, row_group_size %d, field_ids {%s}",
		e.Level, e.RowGroup, strings.Join(ids, ", "))
}

// settle makes the file's bytes durable, and counts them.
func (e *Duck) settle(path string) (size int64, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if !e.Fast {
		if err := file.Sync(); err != nil {
			return 0, err
		}
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func order(columns []string) string {
	return strings.ReplaceAll(duck.Names(columns), ", ", " nulls first, ") + " nulls first"
}
