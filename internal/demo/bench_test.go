package demo

import (
	"os"
	"strconv"
	"testing"
)

// BenchmarkGenerate writes a history of NIGHTJAR_DEMO_LINES lines (default a million) with
// a tenth as many customers:
//
//	NIGHTJAR_DEMO_LINES=10000000 go test ./internal/demo -run - -bench Generate -benchtime 1x
func BenchmarkGenerate(b *testing.B) {
	lines, err := strconv.ParseInt(os.Getenv("NIGHTJAR_DEMO_LINES"), 10, 64)
	if err != nil {
		lines = 1_000_000
	}
	for b.Loop() {
		truth, err := Generate(b.Context(), Options{
			Dir: b.TempDir(), Lines: lines, Customers: int(lines / 10), Clean: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		bytes := int64(0)
		for _, f := range truth.Files {
			bytes += f.Bytes
		}
		b.SetBytes(bytes)
		b.ReportMetric(float64(truth.Till.Lines+truth.Shop.Lines)/b.Elapsed().Seconds(), "lines/s")
	}
}
