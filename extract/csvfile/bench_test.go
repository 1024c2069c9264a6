package csvfile_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

// salesFile writes lines like those of a till: 12 columns, about 100 bytes, 5 of
// them shaped. Quoted, one column of text is in quotes.
func salesFile(tb testing.TB, lines int, quoted bool) (path string, shapes []csvfile.Shape) {
	quote := ""
	if quoted {
		quote = `"`
	}
	var out bytes.Buffer
	out.WriteString("sale_id,line,store,till,sold_at,sku,name,quantity,price,discount,currency,customer\n")
	for i := range lines {
		fmt.Fprintf(&out, "S%09d,%d,M%03d,T%d,2024-%02d-%02d %02d:%02d:%02d,SKU-%06d,%s%s%s,%d,%d.%02d,0.%02d,EUR,C%07d\n",
			i/3, i%3+1, i%87, i%7, i%12+1, i%28+1, i%24, i*7%60, i*13%60, i*31%90000,
			quote, strings.Repeat("tea ", 2+i%3)+"x", quote, i%19+1, i*17%2000, i%100, i%50, i*37%900000)
	}
	path = filepath.Join(tb.TempDir(), "sales.csv")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path, []csvfile.Shape{
		{Column: "line", Kind: csvfile.Integer},
		{Column: "quantity", Kind: csvfile.Integer},
		{Column: "price", Kind: csvfile.Decimal, Precision: 18, Scale: 4},
		{Column: "discount", Kind: csvfile.Decimal, Precision: 18, Scale: 4},
		{Column: "sold_at", Kind: csvfile.Timestamp, Format: "%Y-%m-%d %H:%M:%S"},
	}
}

// BenchmarkScan reports MB per second of processor time beside the usual, since a
// busy machine says little by the clock.
func BenchmarkScan(b *testing.B) {
	for _, quoted := range []bool{false, true} {
		b.Run(fmt.Sprintf("quoted=%v", quoted), func(b *testing.B) {
			path, shapes := salesFile(b, 500_000, quoted)
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			b.ReportAllocs()
			before, scans := processorTime(), 0
			for b.Loop() {
				r, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, shapes)
				if err != nil || !r.Regular() || r.Records != 500_000 {
					b.Fatal(r, err)
				}
				scans++
			}
			used := processorTime() - before
			b.ReportMetric(float64(info.Size())*float64(scans)/1e6/used.Seconds(), "MB/cpu-s")
		})
	}
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
