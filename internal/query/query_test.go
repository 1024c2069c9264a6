package query

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// published makes a lake whose current warehouse and person file hold what the
// statements make.
func published(t testing.TB, warehouse, person string) *lake.Lake {
	t.Helper()
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := (*lake.Manifest)(nil).Next("r1")
	m.Warehouse, m.Person = "warehouse-r1.duckdb", "person-r1.duckdb"
	for name, statements := range map[string]string{m.Warehouse: warehouse, m.Person: person} {
		db, err := duck.Open(context.Background(), duck.Options{Path: l.WarehousePath(name)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Commit(m); err != nil {
		t.Fatal(err)
	}
	return l
}

const sales = `create table sale as select * from (values
	('雨靴 🥾', 12.50::decimal(18,4), timestamptz '2024-01-05 10:00:00Z', null, 0.1::double),
	('a,"b"', -3::decimal(18,4), timestamptz '2024-01-05 10:00:00.25Z', '', 'nan'::double)) as t(name, amount, "at", note, share)`

func ask(t *testing.T, l *lake.Lake, o Options) (string, error) {
	t.Helper()
	out := &bytes.Buffer{}
	err := Run(t.Context(), l, o, out)
	return out.String(), err
}

func TestAnswersAreExactInEveryFormat(t *testing.T) {
	l := published(t, sales, "create table p as select 1 as a")
	for format, want := range map[string]string{
		"csv": `name,amount,at,note,share
雨靴 🥾,12.5000,2024-01-05 10:00:00Z,,0.1
"a,""b""",-3.0000,2024-01-05 10:00:00.25Z,"",nan
`,
		"json": `{"name":"雨靴 🥾","amount":12.5000,"at":"2024-01-05 10:00:00Z","note":null,"share":0.1}
{"name":"a,\"b\"","amount":-3.0000,"at":"2024-01-05 10:00:00.25Z","note":"","share":null}
`,
		"table": ` name    │  amount │ at                      │ note │ share 
─────────┼─────────┼─────────────────────────┼──────┼───────
 雨靴 🥾 │ 12.5000 │ 2024-01-05 10:00:00Z    │      │   0.1 
 a,"b"   │ -3.0000 │ 2024-01-05 10:00:00.25Z │      │   nan 
2 rows
`,
		"markdown": `| name | amount | at | note | share |
| --- | ---:| --- | --- | ---:|
| 雨靴 🥾 | 12.5000 | 2024-01-05 10:00:00Z |  | 0.1 |
| a,"b" | -3.0000 | 2024-01-05 10:00:00.25Z |  | nan |
`,
	} {
		if got, err := ask(t, l, Options{SQL: "select * from sale order by amount desc; -- all of it", Format: format}); err != nil || got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", format, err, got, want)
		}
	}
}

func TestAnAnswerAsParquetReadsBack(t *testing.T) {
	l := published(t, sales, "create table p as select 1 as a")
	path := filepath.Join(t.TempDir(), "answer.parquet")
	if err := RunToFile(t.Context(), l, Options{SQL: "from sale", Format: "parquet"}, path); err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(t.Context(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows int
	var typ string
	err = db.QueryRow("select count(*), any_value(typeof(amount)) from "+duck.Parquet([]string{path})+" where \"at\" is not null").Scan(&rows, &typ)
	if err != nil || rows != 2 || typ != "DECIMAL(18,4)" {
		t.Errorf("%d rows, amount %s: %v", rows, typ, err)
	}
}

func TestAFailedAnswerLeavesTheOldFile(t *testing.T) {
	l := published(t, sales, "create table p as select 1 as a")
	path := filepath.Join(t.TempDir(), "answer.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := RunToFile(t.Context(), l, Options{SQL: "select error('x') from sale", Format: "csv"}, path); err == nil {
		t.Error("no error")
	}
	text, _ := os.ReadFile(path)
	entries, _ := os.ReadDir(filepath.Dir(path))
	if string(text) != "old" || len(entries) != 1 {
		t.Errorf("%q, %d files", text, len(entries))
	}
}

func TestOnlyOneSelectIsTaken(t *testing.T) {
	l := published(t, sales, "create table p as select 1 as a")
	for _, allowed := range []string{
		"show tables", "describe sale", "summarize select amount from sale", "from sale", "values (1)",
		"with x as (select 1 as a) from x", "select ';' as a -- ;\n;", "select 1 as a, 2 as a", "pivot sale on name in ('a') using sum(amount)",
	} {
		if _, err := ask(t, l, Options{SQL: allowed, Format: "csv"}); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
	for refused, why := range map[string]string{
		"":                                         "the query is empty",
		"-- nothing":                               "the query is empty",
		"select 1; select 2":                       "it holds 2 statements",
		"insert into sale select * from sale":      "it is no select",
		"drop table sale; select 1":                "it is no select",
		"copy sale to '/tmp/x.csv'":                "it is no select",
		"set memory_limit='10GB'":                  "it is no select",
		"select 1) union all (select 2":            "syntax error",
		"selec 1":                                  "line 1: selec 1\n          ^",
		"select nme from sale":                     `column "nme" not found`,
		"select * from read_csv('/etc/passwd')":    "disabled",
		"select * from person.p":                   "does not exist",
		"select cast('13912345678x' as int) as n":  "Could not convert string",
		"select * from sale where amount > $limit": "it holds parameters",
	} {
		got, err := ask(t, l, Options{SQL: refused, Format: "csv"})
		if err == nil || exitcode.Of(err) != exitcode.Query || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %q, %v, want %q", refused, got, err, why)
		}
		if err != nil && strings.Contains(err.Error(), "13912345678") {
			t.Errorf("a value is quoted: %v", err)
		}
	}
}

func TestThePersonFileIsAttachedOnlyWhenAsked(t *testing.T) {
	l := published(t, sales, "create table p as select 7 as a")
	got, err := ask(t, l, Options{SQL: "from person.p", Format: "csv", Person: true})
	if err != nil || got != "a\n7\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestATableShowsTheFirstRowsAndSaysThatThereAreMore(t *testing.T) {
	l := published(t, "create table n as select range as n, '\x1b[31m' as red from range(5000)", "create table p as select 1 as a")
	got, err := ask(t, l, Options{SQL: "select * from n order by n desc", Format: "table", Limit: 2})
	if err != nil || !strings.Contains(got, " 4998 │ \\x1b[31m \n… more rows: these are the first 2;") {
		t.Errorf("%v\n%s", err, got)
	}
	got, err = ask(t, l, Options{SQL: "from n", Format: "table"})
	if err != nil || !strings.Contains(got, "5000 rows") {
		t.Errorf("%v: %d bytes", err, len(got))
	}
}

func TestAnAnswerKeepsItsOrder(t *testing.T) {
	l := published(t, "create table n as select hash(range) as h from range(300000)", "create table p as select 1 as a")
	got, err := ask(t, l, Options{SQL: "select lpad(h::varchar, 20, '0') as h from n order by h", Format: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for i, line := range strings.Split(strings.TrimSpace(got), "\n")[1:] {
		if line < last {
			t.Fatalf("row %d is out of order", i)
		}
		last = line
	}
}

func TestAQueryEndsWithItsTimeOrItsReader(t *testing.T) {
	l := published(t, "create table n as select range as n from range(100000)", "create table p as select 1 as a")
	endless := "select count(*) from n a, n b, n c where a.n + b.n = c.n + 1"
	start := time.Now()
	_, err := ask(t, l, Options{SQL: endless, Format: "csv", Timeout: 100 * time.Millisecond})
	if exitcode.Of(err) != exitcode.Query || !strings.Contains(err.Error(), "took longer than 100ms") || time.Since(start) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, context.Canceled)
	defer cancel()
	inner, stop := context.WithCancel(t.Context())
	context.AfterFunc(ctx, stop)
	if err := Run(inner, l, Options{SQL: endless, Format: "table"}, io.Discard); exitcode.Of(err) != exitcode.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
	closed := errors.New("the reader went away")
	err = Run(t.Context(), l, Options{SQL: "select * from n a, n b", Format: "csv", Timeout: 20 * time.Second}, &deaf{after: 1 << 20, err: closed})
	if !errors.Is(err, closed) {
		t.Errorf("a reader that went away: %v", err)
	}
}

// deaf takes some bytes and then no more.
type deaf struct {
	after int
	err   error
}

func (d *deaf) Write(p []byte) (int, error) {
	if d.after -= len(p); d.after < 0 {
		return 0, d.err
	}
	return len(p), nil
}

func TestBeforeTheFirstNightThereIsNoWarehouse(t *testing.T) {
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, l, Options{SQL: "select 1"}); exitcode.Of(err) != exitcode.NoWarehouse {
		t.Errorf("%v", err)
	}
}
