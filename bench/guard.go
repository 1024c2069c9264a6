package main

import (
	"compress/gzip"
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
	var paths []string
	for _, pattern := range []string{"*.csv", "*.jsonl.gz"} {
		found, err := filepath.Glob(filepath.Join(f.data, "*", pattern))
		if err != nil {
			return err
		}
		paths = append(paths, found...)
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

// fingerprint hashes a file, and counts its records: those below a header, or packed
// lines of JSON.
func fingerprint(path string) (sum string, bytes, records int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, 0, err
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil {
		return "", 0, 0, err
	}
	hash := sha256.New()
	var text io.Reader = io.TeeReader(file, hash)
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(text); err == nil {
			records, err = recordsIn(text)
		}
	} else {
		records, err = recordsIn(text)
		records--
	}
	return hex.EncodeToString(hash.Sum(nil)), about.Size(), records, err
}

// recordsIn counts the line ends outside of quotes, and a last line without one.
func recordsIn(text io.Reader) (records int64, err error) {
	quoted, open := false, false
	buffer := make([]byte, 1<<18)
	for {
		n, err := text.Read(buffer)
		for _, c := range buffer[:n] {
			switch {
			case c == '"':
				quoted = !quoted
			case c == '\n' && !quoted:
				records++
			}
		}
		if n > 0 {
			open = buffer[n-1] != '\n'
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	if open {
		records++
	}
	return records, nil
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
