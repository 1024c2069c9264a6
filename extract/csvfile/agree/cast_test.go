package agree

import (
	"bytes"
	"context"
	"database/sql"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

func TestDuckDBDecompressesAlike(t *testing.T) {
	db := openDuckDB(t)
	text := []byte("a,b\n1,2\n\"3\n4\",5\n")
	for _, name := range []string{"file.csv.gz", "gzipped.csv", "file.csv.zst", "zstded.csv"} {
		var packed bytes.Buffer
		if name == "file.csv.gz" || name == "gzipped.csv" {
			w := gzip.NewWriter(&packed)
			_, _ = w.Write(text)
			w.Close()
		} else {
			w, _ := zstd.NewWriter(&packed)
			_, _ = w.Write(text)
			w.Close()
		}
		path := writeFile(t, name, packed.String())
		r := mustScan(t, path, header)
		if err := compare(db, path, header, r); err != nil || r.Records != 2 {
			t.Errorf("%s: %d records, %v", name, r.Records, err)
		}
	}
}

func TestPropertyWhatFitsAShapeIsCastWithoutLoss(t *testing.T) {
	db := openDuckDB(t)
	path := filepath.Join(t.TempDir(), "file.csv")
	fitted := 0
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.OneOf(
			rapid.StringMatching(`[+-]?[0-9]{1,15}(\.[0-9]{1,5})?`),
			rapid.StringOfN(rapid.RuneFrom([]rune("0123456789+-.ex,")), 1, 20, -1),
		).Draw(rt, "value")
		if fits(rt, path, value, csvfile.Shape{Kind: csvfile.Integer}) {
			fitted++
			sameNumber(rt, db, value, "bigint")
		}
		if fits(rt, path, value, csvfile.Shape{Kind: csvfile.Decimal, Precision: 18, Scale: 4}) {
			fitted++
			sameNumber(rt, db, value, "decimal(18,4)")
		}
	})
	if fitted == 0 {
		t.Error("nothing fitted: the property says nothing")
	}
}

func TestPropertyWhatFitsAFormatIsTheSameMoment(t *testing.T) {
	db := openDuckDB(t)
	path := filepath.Join(t.TempDir(), "file.csv")
	rapid.Check(t, func(rt *rapid.T) {
		two := rapid.OneOf(rapid.StringMatching(`[0-3][0-9]`), rapid.StringMatching(`[0-6][0-9]?`))
		value := rapid.StringMatching(`(19|20|21)[0-9][0-9]`).Draw(rt, "year") + "-" + two.Draw(rt, "month") + "-" + two.Draw(rt, "day") +
			" " + two.Draw(rt, "hour") + ":" + two.Draw(rt, "minute") + ":" + two.Draw(rt, "second")
		want, err := time.Parse(time.DateTime, value)
		if fit := fits(rt, path, value, csvfile.Shape{Kind: csvfile.Timestamp, Format: "%Y-%m-%d %H:%M:%S"}); fit != (err == nil && len(value) == 19) {
			rt.Fatalf("%q fits: %v, Go says %v", value, fit, err)
		}
		if err != nil || len(value) != 19 {
			return
		}
		var got time.Time
		if err := db.QueryRow("select strptime($1, '%Y-%m-%d %H:%M:%S')", value).Scan(&got); err != nil || !got.Equal(want) {
			rt.Fatalf("%q is %v, %v", value, got, err)
		}
	})
}

func fits(rt *rapid.T, path, value string, s csvfile.Shape) bool {
	if err := os.WriteFile(path, []byte("v;\n"+value+";\n"), 0o600); err != nil {
		rt.Fatal(err)
	}
	s.Column = "v"
	r, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, csvfile.Dialect{Delimiter: ';', Header: true}, []csvfile.Shape{s})
	if err != nil {
		rt.Fatal(err)
	}
	return r.Columns[0].Misshapen == 0
}

func sameNumber(rt *rapid.T, db *sql.DB, value, as string) {
	var cast string
	err := db.QueryRow("select cast(cast($1::varchar as "+as+") as varchar)", value).Scan(&cast)
	want, ok := new(big.Rat).SetString(value)
	got, read := new(big.Rat).SetString(cast)
	if err != nil || !ok || !read || got.Cmp(want) != 0 {
		rt.Fatalf("%q as %s is %q, %v", value, as, cast, err)
	}
}
