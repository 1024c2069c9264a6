package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"

	"golang.org/x/sync/errgroup"
)

// deliveries fills the table delivery: what each file is, by its bytes alone.
func (f *form) deliveries(ctx context.Context) error {
	paths, err := filepath.Glob(filepath.Join(f.data, "*", "*.csv"))
	if err != nil {
		return err
	}
	rows := make([][]driver.Value, len(paths))
	group := errgroup.Group{}
	group.SetLimit(threads)
	for i, path := range paths {
		group.Go(func() error {
			sum, bytes, records, err := fingerprint(path)
			name := filepath.Base(path)
			if strings.HasPrefix(name, "customers_") { // two systems have one
				name = filepath.Base(filepath.Dir(path)) + "/" + name
			}
			rows[i] = []driver.Value{int64(i + 1), name, sum, bytes, records}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if _, err := f.db.ExecContext(ctx, "create table delivery (id bigint, file varchar, sha256 varchar, bytes bigint, records bigint)"); err != nil {
		return err
	}
	conn, err := f.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return duck.Append(ctx, conn, "delivery", slices.Values(rows))
}

// fingerprint hashes a file, and counts its records below the header: line ends
// outside of quotes.
func fingerprint(path string) (sum string, bytes, records int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, 0, err
	}
	defer file.Close()
	hash, quoted, open := sha256.New(), false, false
	reader := bufio.NewReaderSize(file, 1<<18)
	buffer := make([]byte, 1<<18)
	for {
		n, err := reader.Read(buffer)
		chunk := buffer[:n]
		hash.Write(chunk)
		bytes += int64(n)
		for _, c := range chunk {
			switch {
			case c == '"':
				quoted = !quoted
			case c == '\n' && !quoted:
				records++
			}
		}
		if n > 0 {
			open = chunk[n-1] != '\n'
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", 0, 0, err
		}
	}
	if open {
		records++
	}
	return hex.EncodeToString(hash.Sum(nil)), bytes, records - 1, nil
}

// sync waits until everything that was written is on disk.
func (f *form) sync() error {
	var paths []string
	err := filepath.WalkDir(f.out, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && !strings.HasSuffix(path, ".json") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	return lake.SyncFiles(paths)
}
