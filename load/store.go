package load

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"nightjar/internal/duck"
)

// A store is one DuckDB instance that has the warehouse and the person file
// attached, each under its name.
type store struct{ db *sql.DB }

// storage is the oldest DuckDB that can read the files. Its compression of texts
// makes a load a quarter cheaper than that of 1.0, and its files no bigger.
const storage = "v1.3.0"

// openStore opens or makes the two files. Nothing is logged ahead: a file
// that is being built needs no recovery, and becomes whole in close.
func openStore(ctx context.Context, o duck.Options, warehouseFile, personFile string) (*store, error) {
	o.Path = ""
	db, err := duck.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	for name, path := range map[string]string{warehouse: warehouseFile, person: personFile} {
		_, err := db.ExecContext(ctx, "attach "+duck.Text(path)+" as "+name+" (recovery_mode no_wal_writes, storage_version "+duck.Text(storage)+")")
		if err == nil {
			err = os.Chmod(path, 0o600)
		}
		if err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("opening %s: %w", path, duck.Scrub(err))
		}
	}
	return &store{db: db}, nil
}

// conn is a connection that finds the tables of both files by their bare names.
func (s *store) conn(ctx context.Context) (*sql.Conn, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, duck.Scrub(err)
	}
	if _, err := conn.ExecContext(ctx, "set search_path='warehouse.main,person.main'"); err != nil {
		_ = conn.Close()
		return nil, duck.Scrub(err)
	}
	return conn, nil
}

// exec runs statements one after the other; texts with several are fine.
func (s *store) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return duck.Scrub(err)
		}
	}
	return nil
}

// transact runs statements in one transaction, which may write to one file.
func (s *store) transact(ctx context.Context, statements []string) error {
	if len(statements) == 0 {
		return nil
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return duck.Scrub(err)
	}
	defer tx.Rollback()
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return duck.Scrub(err)
		}
	}
	return duck.Scrub(tx.Commit())
}

// close writes everything into the files; only then are they whole.
func (s *store) close(ctx context.Context) error {
	err := s.exec(ctx, "checkpoint "+warehouse, "checkpoint "+person)
	return errors.Join(err, s.db.Close())
}

// abandon closes without caring for what was written.
func (s *store) abandon() { _ = s.db.Close() }

// freeBlocks is the share of a published file's blocks that hold nothing.
func freeBlocks(ctx context.Context, o duck.Options, path string) (share float64, err error) {
	o.Path = ""
	db, err := duck.Open(ctx, o)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "attach "+duck.Text(path)+" as last (read_only)"); err != nil {
		return 0, duck.Scrub(err)
	}
	err = db.QueryRowContext(ctx, "select free_blocks / greatest(total_blocks, 1) from pragma_database_size() where database_name = 'last'").Scan(&share)
	return share, duck.Scrub(err)
}
