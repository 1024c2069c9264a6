// Package duck opens DuckDB, in one place and always with the same settings.
// No other package imports the driver.
package duck

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"
)

// Options say what one DuckDB instance may use. Zero values leave DuckDB's own
// default, but for Temp, which is always set.
type Options struct {
	// Path of the database file; empty for one in memory.
	Path string
	// MemoryLimit as DuckDB spells it: "1200MB".
	MemoryLimit string
	// Threads in all; 0 means one per core.
	Threads int
	// Temp is the folder that queries spill to; made when needed, and DuckDB's
	// files in it go when the instance closes. Empty means the system's. A
	// reader may write into it, so it gives one of its own.
	Temp string
	// TempLimit bounds what is spilled: "20GB". Empty means 90 % of the disk.
	TempLimit string
}

// Open opens an instance that may write. Its connections share one database,
// with UTC as time zone and without insertion order, which big writes do not
// need. Errors name the path.
func Open(ctx context.Context, o Options) (*sql.DB, error) {
	named := o.Path
	if named == "" {
		named = "DuckDB in memory"
	}
	return connect(ctx, o.Path, named, append(o.settings(), "set global preserve_insertion_order=false"), nil)
}

// OpenReader opens warehouse files for reading alone, sandboxed: main is the
// default catalog, each of attached (catalog → path) stands beside it. Neither
// files nor network can be reached from its SQL, settings cannot be changed,
// and nothing can be written but, where it is named, the one file allowed.
func OpenReader(ctx context.Context, o Options, attached map[string]string, allowed ...string) (*sql.DB, error) {
	statements := append(o.settings(), "attach "+Text(o.Path)+" as warehouse (read_only)")
	for name, file := range attached {
		statements = append(statements, "attach "+Text(file)+" as "+Name(name)+" (read_only)")
	}
	if len(allowed) > 0 {
		statements = append(statements, "set allowed_paths="+TextList(allowed))
	}
	statements = append(statements, "set enable_external_access=false", "set lock_configuration=true")
	return connect(ctx, "", o.Path, statements, []string{"use warehouse"})
}

func (o Options) settings() []string {
	temp := o.Temp
	if temp == "" {
		temp = os.TempDir()
	}
	settings := []string{
		"set global TimeZone='UTC'",
		"set global autoinstall_known_extensions=false",
		"set global autoload_known_extensions=false",
		"set global partitioned_write_max_open_files=2000",
		"set global temp_directory=" + Text(temp),
	}
	if o.MemoryLimit != "" {
		settings = append(settings, "set global memory_limit="+Text(o.MemoryLimit))
	}
	if o.Threads > 0 {
		settings = append(settings, fmt.Sprintf("set global threads=%d", o.Threads))
	}
	if o.TempLimit != "" {
		settings = append(settings, "set global max_temp_directory_size="+Text(o.TempLimit))
	}
	return settings
}

// Share settles how many threads the next queries of an instance share. A query
// that waits for its other threads spins: where several run side by side, one
// thread each costs an eighth to a sixth less CPU. No query may be running.
func Share(ctx context.Context, db *sql.DB, threads int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf("set global threads=%d", threads))
	return Scrub(err)
}

// Release gives memory that statements have freed back to the system, where the options
// limit it. DuckDB does so when its limit is set: else the allocator keeps what was freed
// for the threads that used it, and a statement on another thread takes as much anew.
func Release(ctx context.Context, db *sql.DB, o Options) error {
	if o.MemoryLimit == "" {
		return nil
	}
	_, err := db.ExecContext(ctx, "set global memory_limit="+Text(o.MemoryLimit))
	return Scrub(err)
}

// connect opens path; once runs on the first connection alone, each on every one.
func connect(ctx context.Context, path, named string, once, each []string) (*sql.DB, error) {
	var first sync.Once
	connector, err := duckdb.NewConnector(path, func(execer driver.ExecerContext) error {
		var err error
		first.Do(func() { err = run(ctx, execer, once) })
		if err != nil {
			return err
		}
		return run(context.Background(), execer, each)
	})
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", named, Scrub(err))
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("opening %s: %w", named, Scrub(err))
	}
	return db, nil
}

func run(ctx context.Context, execer driver.ExecerContext, statements []string) error {
	for _, statement := range statements {
		if _, err := execer.ExecContext(ctx, statement, nil); err != nil {
			return err
		}
	}
	return nil
}

// Name quotes an SQL identifier.
func Name(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Names quotes identifiers and joins them with commas.
func Names(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Name(name)
	}
	return strings.Join(quoted, ", ")
}

// Text quotes an SQL string literal.
func Text(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// onePath escapes what would make a pattern of a path.
var onePath = strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]")

// Path is an SQL string literal that names the one file at a path, whatever stands
// in it: DuckDB takes the names of files to read for patterns.
func Path(path string) string { return Text(onePath.Replace(path)) }

// TextList is an SQL list literal of strings.
func TextList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = Text(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// Parquet is the relation of the rows of Parquet files. Columns that a file
// lacks are null.
func Parquet(paths []string) string {
	return "read_parquet(" + TextList(paths) + ", union_by_name=true, hive_partitioning=false)"
}

// Alike is the relation of the rows of Parquet files that all have the same
// columns: their footers need not be read before the first row flows.
func Alike(paths ...string) string {
	return "read_parquet(" + TextList(paths) + ", hive_partitioning=false)"
}

// ParquetOptions are those of every Parquet file that DuckDB writes for the lake. LZ4 is read
// and written in less time than zstd, for two fifths more bytes; row groups of half a million
// cost 40 % more than these and save 8 % (docs/performance.md).
const ParquetOptions = "format parquet, compression lz4_raw, row_group_size 122880"
