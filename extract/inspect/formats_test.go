package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/page"
	"nightjar/internal/duck"
)

const tickets = "ticket_no,line_no,sold_at,member_no,qty,amount\n" +
	"1,1,2024-01-31 10:00:00,0017,1,5.00\n" +
	"1,2,2024-01-31 10:00:00,0017,2,7.50\n" +
	"2,1,2024-02-01 11:30:00,0018,1,5.00\n"

// looked inspects files, and returns their kinds and the sources proposed.
func looked(t *testing.T, dir string, o inspect.Options, paths ...string) ([]*inspect.Kind, string) {
	t.Helper()
	o.Dir, o.Catalog, o.Desk = dir, catalog(t), doubt.NewDesk(nil, nil)
	if o.Rows == 0 {
		o.Rows = 1000
	}
	kinds, err := inspect.Inspect(context.Background(), paths, o)
	if err != nil {
		t.Fatal(err)
	}
	if open := o.Desk.Open(); len(open) > 0 {
		t.Fatalf("%+v", open)
	}
	return kinds, page.Sources(kinds)
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPackedFilesAreLookedIntoLikePlainOnes(t *testing.T) {
	var zipped, gzipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	for _, name := range []string{"till-1.csv", "till-2.csv"} {
		member, err := archive.Create("day/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = member.Write([]byte(strings.ReplaceAll(tickets, "\n1,", "\n"+name[5:6]+"1,")))
	}
	_ = archive.Close()
	packer := gzip.NewWriter(&gzipped)
	_, _ = packer.Write([]byte(tickets))
	_ = packer.Close()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, plain := looked(t, dir, inspect.Options{Name: "till"}, write(t, dir, "till.csv", []byte(tickets)))
	for name, data := range map[string][]byte{"till.csv.gz": gzipped.Bytes(), "till.csv.zst": encoder.EncodeAll([]byte(tickets), nil), "till.zip": zipped.Bytes()} {
		kinds, sources := looked(t, dir, inspect.Options{Name: "till"}, write(t, dir, name, data))
		isConfig(t, dir, sources)
		want := strings.ReplaceAll(plain, "[till.csv]", "["+name+"]")
		switch {
		case name == "till.zip" && (kinds[0].Tables[0].Records != 6 || !strings.Contains(sources, "line_no: line_no")):
			t.Errorf("the archive has %d records, not 6:\n%s", kinds[0].Tables[0].Records, sources)
		case name != "till.zip" && sources != want:
			t.Errorf("%s: \n%s, not\n%s", name, sources, want)
		}
	}
}

func TestParquetSaysItsTypesItself(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sales.parquet")
	db, err := duck.Open(context.Background(), duck.Options{Temp: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec("copy (select i as ticket_no, timestamp '2024-01-01 10:00:00' + interval (i) minute as sold_at, lpad((i % 7)::varchar, 4, '0') as member_no, 1::decimal(9,2) as qty, (i * 1.25)::decimal(18,2) as amount from range(50) r(i)) to " + duck.Text(path) + " (format parquet)")
	if err != nil {
		t.Fatal(err)
	}
	kinds, sources := looked(t, dir, inspect.Options{}, path)
	isConfig(t, dir, sources)
	for _, want := range []string{"format: parquet", "document_id: ticket_no", "sold_at: sold_at", "customer_id: member_no", "gross_amount: amount"} {
		if !strings.Contains(sources, want) {
			t.Errorf("there is no %q in\n%s", want, sources)
		}
	}
	if strings.Contains(sources, "formats:") || kinds[0].Tables[0].Evidence[1].Declared != "TIMESTAMP" {
		t.Errorf("a Parquet file needs no formats:\n%s", sources)
	}
}

// Of a big file, some rows are looked at; what they say is held against all.
func TestABigFileIsSampledAndItsVerdictsConfirmed(t *testing.T) {
	var b strings.Builder
	b.WriteString("ticket_no,sold_on,qty,amount\n")
	for i := range 5000 {
		on := fmt.Sprintf("2024-01-%02d", i%28+1)
		if i == 4321 {
			on = "yesterday"
		}
		fmt.Fprintf(&b, "%d,%s,1,%d.50\n", i, on, i%100)
	}
	dir := t.TempDir()
	kinds, sources := looked(t, dir, inspect.Options{Rows: 500, Profile: true}, write(t, dir, "till.csv", []byte(b.String())))
	table := kinds[0].Tables[0]
	if table.Records != 5000 || table.Looked < 500 || table.Looked > 3000 || table.All() {
		t.Errorf("%d of %d rows were looked at", table.Looked, table.Records)
	}
	if missed := table.Missed["sold_on"]; missed.Count != 1 || missed.Line != 4323 {
		t.Errorf("%+v", table.Missed)
	}
	isConfig(t, dir, sources)
}

// What may say who somebody is appears nowhere, unless it is asked for.
func TestPersonalValuesAreNotShown(t *testing.T) {
	const personal = "member_no,name,phone,email,note,joined\n" +
		"K1,Ann Smith,13812345678,ann@example.com,likes tea,2024-01-02\n" +
		"K2,李小明,13912345678,li@example.com,no calls,2024-13-02\n" +
		"K3,Cy Young,none,cy@example.com,,2024-03-04\n"
	dir := t.TempDir()
	kinds, _ := looked(t, dir, inspect.Options{Profile: true}, write(t, dir, "members.csv", []byte(personal)))
	for _, values := range []bool{false, true} {
		var text, objects bytes.Buffer
		if err := page.Write(&text, kinds, nil, page.Options{Values: values}); err != nil {
			t.Fatal(err)
		}
		err := page.Objects(func(object any) error { _, err := fmt.Fprintf(&objects, "%s\n", asJSON(t, object)); return err }, kinds, nil, page.Options{Values: values})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Ann", "李小明", "13812345678", "ann@", "likes tea"} {
			for what, shown := range map[string]string{"page": text.String(), "objects": objects.String()} {
				if strings.Contains(shown, secret) != values {
					t.Errorf("%s, values %t: %q", what, values, secret)
				}
			}
		}
	}
}
