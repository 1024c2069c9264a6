package transform

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	return &Duck{db: db, catalog: catalog, Sorted: true}
}

// Build implements Engine. The columns must be those of the header, which is
// checked once for each model.
func (e *Duck) Build(ctx context.Context, b Build) (Files, error) {
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("building %s: %w", b.name(), err)
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
	for _, out := range b.Outs {
		if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
			return nil, fmt.Errorf("building %s: %w", b.name(), err)
		}
	}
	write := e.write
	if len(b.Months) > 1 {
		write = e.writeMonths
	}
	files, err := write(ctx, conn, b, sql)
	if err != nil {
		for _, path := range append(slices.Clone(b.Outs), b.Keys) {
			_ = os.Remove(unfinished(path))
		}
		return nil, failed(b, err)
	}
	return files, nil
}

// unfinished is where a file is written that is not yet at its path.
func unfinished(path string) string { return path + ".tmp" }

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

// write copies the query's rows to Out and, of a patch, its keys to Keys. Both appear
// once they have been read back and settled.
func (e *Duck) write(ctx context.Context, conn *sql.Conn, b Build, query string) (Files, error) {
	out := b.Outs[0]
	rows, err := e.copy(ctx, conn, out, query, b.Model.Columns, b.Model.Grain)
	if err != nil {
		return nil, err
	}
	files, counting := Files{rows}, []string{unfinished(out)}
	if b.Keys != "" {
		by, _ := b.Model.Column(b.Model.Upkeep.Replaces)
		query, err := rendering{b, e.catalog, DuckDB{}}.keys()
		if err != nil {
			return nil, err
		}
		keys, err := e.copy(ctx, conn, b.Keys, query, []models.Column{by}, []string{by.Name})
		if err != nil {
			return nil, err
		}
		files, counting = append(files, keys), []string{b.Last.Rows[0], unfinished(b.Keys), unfinished(out)}
	}
	if files[0].Counting, files[0].Content, err = readBack(ctx, conn, b, counting); err != nil {
		return nil, err
	}
	return files, e.settleAll(files)
}

// copy copies a query's rows, the model's or its keys, to a file that is not yet at its path.
func (e *Duck) copy(ctx context.Context, conn *sql.Conn, path, query string, columns []models.Column, by []string) (File, error) {
	if e.Sorted {
		query = "select * from (" + query + "\n) order by " + order(by)
	}
	result, err := conn.ExecContext(ctx, "copy ("+query+"\n) to "+duck.Text(unfinished(path))+" ("+written(columns)+")")
	if err != nil {
		return File{}, err
	}
	rows, err := result.RowsAffected()
	return File{Path: path, Rows: rows}, err
}

// written are the options of a file with these columns, which keep their field ids by
// their place in the header.
func written(columns []models.Column) string {
	ids := make([]string, len(columns))
	for i, c := range columns {
		ids[i] = fmt.Sprintf("%s: %d", duck.Name(c.Name), i+1)
	}
	return duck.ParquetOptions + ", field_ids {" + strings.Join(ids, ", ") + "}"
}

func (e *Duck) settleAll(files Files) (err error) {
	for i := range files {
		if files[i].Bytes, err = e.settle(files[i].Path); err != nil {
			return err
		}
	}
	return nil
}

// settle makes the file's bytes durable, counts them, and brings it to its path.
func (e *Duck) settle(path string) (size int64, err error) {
	file, err := os.OpenFile(unfinished(path), os.O_RDWR, 0)
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
	return info.Size(), os.Rename(unfinished(path), path)
}

func order(columns []string) string {
	return strings.ReplaceAll(duck.Names(columns), ", ", " nulls first, ") + " nulls first"
}
