package duck

import (
	"context"
	"path/filepath"
	"testing"
)

func TestAReaderCannotReachFilesNorWrite(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("create table t as select 1 as a; create schema nightjar; create table nightjar.run as select 2 as b"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(ctx, Options{Path: path, MemoryLimit: "200MB", Threads: 1, Temp: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var a, b int
	if err := reader.QueryRow("select a, b from t, nightjar.run").Scan(&a, &b); err != nil || a != 1 || b != 2 {
		t.Fatalf("a=%d b=%d: %v", a, b, err)
	}
	for _, forbidden := range []string{
		"insert into t values (2)",
		"create table u as select 1",
		"copy t to '/tmp/never.csv'",
		"select * from read_text('/etc/passwd')",
		"set threads=4",
		"attach '/tmp/never.duckdb'",
	} {
		if _, err := reader.Exec(forbidden); err == nil {
			t.Errorf("%s: was allowed", forbidden)
		}
	}
}
