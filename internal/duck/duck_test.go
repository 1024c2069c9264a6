package duck

import (
	"context"
	"path/filepath"
	"strings"
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

func TestAFunctionInGoIsCalledFromSQL(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, Options{Temp: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	long := func(texts []string) (string, bool) {
		if texts[0] == "boom" {
			panic(texts[0])
		}
		return texts[0] + texts[1], len(texts[0]) > 1
	}
	for range 2 { // a second time changes nothing
		if err := AddFunction(ctx, db, "long", 2, long); err != nil {
			t.Fatal(err)
		}
	}
	var got string
	query := "select string_agg(coalesce(long(a, b), '-'), ' ' order by a nulls last) from (values ('a', '1'), ('aa', '2'), ('ab', null), (null, '3')) t(a, b)"
	if err := db.QueryRow(query).Scan(&got); err != nil || got != "- aa2 - -" {
		t.Errorf("got %q: %v", got, err)
	}
	var many int
	if err := db.QueryRow("select count(distinct long('n' || i, 'x')) from range(100000) t(i)").Scan(&many); err != nil || many != 100_000 {
		t.Errorf("%d of many rows: %v", many, err)
	}
	if err := db.QueryRow("select long('bo' || 'om', '')").Scan(&got); err == nil || !strings.Contains(err.Error(), "the function long failed on a value") || strings.Contains(err.Error(), "boom") {
		t.Errorf("a panic gives %q: %v", got, err)
	}
}
