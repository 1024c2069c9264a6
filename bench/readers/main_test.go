package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGeneratedFilesReadBack(t *testing.T) {
	dir := t.TempDir()
	book := filepath.Join(dir, "book.xlsx")
	if err := madeOnce(book, func(to *os.File) error { return writeBook(to, 100) }); err != nil {
		t.Fatal(err)
	}
	got, err := contest{file: book, ours: readBook}.check()
	if err != nil || got.rows != 100 || got.sum < 1000 {
		t.Errorf("got %+v %v", got, err)
	}
	log := filepath.Join(dir, "log.xml")
	if err := madeOnce(log, func(to *os.File) error {
		return writeLog(to, filepath.FromSlash("../../extract/poslog/testdata/v2.xml"), 50_000)
	}); err != nil {
		t.Fatal(err)
	}
	got, err = contest{file: log, ours: readLog}.check()
	if err != nil || got.rows < 20 || math.Abs(got.sum-37*float64(got.rows)) > 0.01 {
		t.Errorf("got %+v %v", got, err)
	}
}

func TestRunsWithoutPython(t *testing.T) {
	b := bench{dir: t.TempDir(), python: "no-such-python", log: filepath.FromSlash("../../extract/poslog/testdata/v2.xml"), rows: 50, megabytes: 1, rounds: 1}
	table, err := b.run(context.Background())
	if err != nil || !strings.Contains(table, "| Excel | 0.0 | 50 |") || !strings.Contains(table, "| POSLog | 1.0 |") {
		t.Errorf("got %s%v", table, err)
	}
}
