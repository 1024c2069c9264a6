//go:build windows

package query

import (
	"errors"
	"os"
)

// openPipe has no counterpart here that DuckDB could open by name.
func openPipe(string) (from, to *os.File, err error) {
	return nil, nil, errors.New("csv and json answers need named pipes, which Windows lacks: use --format parquet or table")
}
