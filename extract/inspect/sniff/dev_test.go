package sniff

import (
	"context"
	"fmt"
	"nightjar/extract/delivered"
	"nightjar/extract/inspect/ask"
	"path/filepath"
	"testing"
	"time"
)

func TestDev(t *testing.T) {
	fs, _ := filepath.Glob("../../../../shared/data/*/*.*")
	for _, f := range fs {
		st := time.Now()
		d := ask.NewDesk(nil, nil)
		r, err := Sniff(context.Background(), delivered.File{Path: f}, Options{Desk: d, Known: func(string) bool { return false }, Temp: t.TempDir()})
		if err != nil {
			fmt.Println("ERR", err)
			continue
		}
		fmt.Println("==", filepath.Base(f), r.Source.Format, r.Source.Encoding, fmt.Sprintf("%q %q %q", r.Source.CSV.Delimiter, r.Source.CSV.Quote, r.Source.CSV.Escape), r.Ends, r.Source.Lines, r.Stopped, time.Since(st), r.Tables)
		for _, n := range r.Notes {
			fmt.Println("   ", n)
		}
		for _, e := range r.Encodings {
			fmt.Printf("    %s %.2f %s\n", e.Name, e.Score, e.Why)
		}
		for _, q := range d.Open() {
			fmt.Println("   ?", q.Text)
		}
		for _, q := range r.Footer {
			fmt.Println("   footer", q)
		}
		fmt.Println("   ", r.Header)
	}
}
