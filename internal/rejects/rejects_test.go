package rejects

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// write makes a file of three rejects, one of them without a line.
func write(t *testing.T, path string) {
	t.Helper()
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(`copy (select * from (values
		(1::bigint, 'till', 'b.csv', 'sale_line', 'required', 'quantity', 7::bigint, 6::bigint, 'quantity is empty', 'reject', 'A1,,张伟', null, ''),
		(1, 'till', 'a.csv', 'sale_line', 'future', 'sold_at', 9, 8, 'sold_at is to come', 'reject', 'A2', '2099-01-01', '9999-99-99'),
		(2, 'shop', 'c.csv', 'sale', 'unreadable', null, null, null, 'no row', 'reject', null, null, null))
		as t(delivery_id, source, delivery, input, rule, "column", line, source_row, reason, action, raw, value, shape)) to ` + duck.Text(path) + ` (format parquet)`)
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, l *lake.Lake, o Options) (lines []string, total int64, err error) {
	t.Helper()
	total, err = Each(t.Context(), l, o, func(r Reject) error {
		lines = append(lines, r.Delivery+":"+r.Rule+":"+r.Raw)
		return nil
	})
	return lines, total, err
}

func TestRejectsOfTheCurrentNightAndOfAFailedRun(t *testing.T) {
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := list(t, l, Options{}); exitcode.Of(err) != exitcode.NoWarehouse {
		t.Errorf("before the first night: %v", err)
	}
	m := (*lake.Manifest)(nil).Next("r1")
	m.Rejects[1] = lake.File{Path: "rejects/1.parquet"}
	write(t, l.Path("rejects/1.parquet"))
	if err := l.Commit(m); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(l.RunDir("r2"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		options Options
		first   string
		listed  int
		total   int64
	}{
		{Options{}, "c.csv:unreadable:", 3, 3},
		{Options{Source: "till"}, "a.csv:future:A2", 2, 2},
		{Options{Rule: "required"}, "b.csv:required:A1,,张伟", 1, 1},
		{Options{Rule: "required", NoRaw: true}, "b.csv:required:", 1, 1},
		{Options{Delivery: "b.csv", Input: "sale_line"}, "b.csv:required:A1,,张伟", 1, 1},
		{Options{Limit: 1}, "c.csv:unreadable:", 1, 3},
		{Options{Source: "' or true --"}, "", 0, 0},
		{Options{Run: "r2"}, "", 0, 0},
	} {
		lines, total, err := list(t, l, c.options)
		if err != nil || total != c.total || len(lines) != c.listed || c.listed > 0 && lines[0] != c.first {
			t.Errorf("%+v: %q of %d, %v", c.options, lines, total, err)
		}
	}
	write(t, l.RunDir("r2")+"/rejects.parquet")
	if lines, _, err := list(t, l, Options{Run: "r2"}); err != nil || len(lines) != 3 {
		t.Errorf("of a failed run: %q, %v", lines, err)
	}
	for _, none := range []string{"r3", "../runs/r2"} {
		if _, _, err := list(t, l, Options{Run: none}); exitcode.Of(err) != exitcode.Usage {
			t.Errorf("run %s: %v", none, err)
		}
	}
}

func TestRejectsAreTalliedAndExported(t *testing.T) {
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(l.RunDir("r1"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(l.RunDir("r1"), "rejects.parquet"))
	tallies, err := By(t.Context(), l, Options{Run: "r1"}, []string{"source"})
	want := []Tally{
		{Words: []string{"till"}, Rejects: 2, Delivery: "a.csv", Line: 9, Shape: "9999-99-99"},
		{Words: []string{"shop"}, Rejects: 1, Delivery: "c.csv"},
	}
	if diff := cmp.Diff(want, tallies); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := By(t.Context(), l, Options{Run: "r1"}, []string{"raw"}); exitcode.Of(err) != exitcode.Usage {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	count, err := Export(t.Context(), l, Options{Run: "r1", Source: "till"}, path)
	text, _ := os.ReadFile(path)
	wantText := "\ufeffsource,delivery,line,source_row,input,rule,column,action,reason,value,raw\n" +
		"till,a.csv,9,8,sale_line,future,sold_at,reject,sold_at is to come,2099-01-01,A2\n" +
		"till,b.csv,7,6,sale_line,required,quantity,reject,quantity is empty,,\"A1,,张伟\"\n"
	if diff := cmp.Diff(wantText, string(text)); err != nil || count != 2 || diff != "" {
		t.Errorf("%d, %v (-want +got):\n%s", count, err, diff)
	}
	if _, err := Export(t.Context(), l, Options{Run: "r1"}, path); exitcode.Of(err) != exitcode.Usage {
		t.Error("a file was written over: ", err)
	}
}
