package demo_test

import (
	"context"
	"fmt"
	"os"

	"nightjar/internal/demo"
)

// A year of history for a company of one shop, and the day after it.
func Example() {
	dir, err := os.MkdirTemp("", "demo")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	options := demo.Options{Dir: dir, Lines: 5_000, Customers: 100, Years: 1, Stores: 1}

	history, err := demo.Generate(context.Background(), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	day, err := demo.NextDay(context.Background(), options, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(history.From, history.To, len(history.Files), "files")
	fmt.Println(day.From, day.Customers.NewMembers, "new members")
	fmt.Println(day.Files[3].Path)
	// Output:
	// 2025-01-01 2025-12-31 93 files
	// 2026-01-01 2 new members
	// data/till/till_2026-01-01.csv
}
