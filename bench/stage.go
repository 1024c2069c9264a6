package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

// stages are the ways to stage the tills' lines, cheapest promise first.
var stages = []struct{ name, promises string }{
	{"typed", "a typed read to Parquet, month by month, and no promise"},
	{"whole", "the same by one statement, to one file"},
	{"numbered", "and each row's number in its file"},
	{"gated", "text cast by explicit formats behind regular expressions, rejects kept, rows numbered: what SQL alone promises"},
	{"scan", "Nightjar's pass over the bytes alone: hash, independent count of records, shape of every typed column"},
	{"nightjar", "all guarantees: the pass, explicit formats, every rule, rejects, row numbers, months, unique keys over all nights, the ledger"},
}

// staging measures what it costs to stage the lines of the tills, guarantee by
// guarantee, in turns.
func (b *bench) staging(ctx context.Context) error {
	if err := b.tillProject(); err != nil {
		return err
	}
	taken := map[string][]measure{}
	for round := range b.rounds {
		for _, stage := range stages {
			m, err := b.stageOnce(ctx, stage.name)
			if err != nil {
				return fmt.Errorf("%s: %w", stage.name, err)
			}
			say("round %d: %-10s %s", round+1, stage.name, m)
			taken[stage.name] = append(taken[stage.name], m)
		}
	}
	text := b.conditions(ctx) + "| staging | wall s | CPU s | ÷ typed wall | ÷ typed CPU | peak MB | what is promised |\n|---|--:|--:|--:|--:|--:|---|\n"
	for _, stage := range stages {
		w, c := median(taken[stage.name], wall), median(taken[stage.name], cpu)
		text += fmt.Sprintf("| %s | %.1f | %.1f | %.2f | %.2f | %.0f | %s |\n", stage.name, w, c,
			w/median(taken["typed"], wall), c/median(taken["typed"], cpu), median(taken[stage.name], peak), stage.promises)
	}
	fmt.Print(text)
	if b.out != "" {
		if err := os.WriteFile(b.out, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return stagingBlock.write(b.page, text)
}

func (b *bench) stageOnce(ctx context.Context, name string) (measure, error) {
	if err := os.RemoveAll(b.results(name)); err != nil {
		return measure{}, err
	}
	switch name {
	case "nightjar":
		return child(ctx, b.nightjar, "-C", filepath.Join(b.dir, "tills"), "--state", b.results(name), "run", "--dry-run")
	case "scan":
		return child(ctx, b.self, "scan", b.dir, "")
	}
	return child(ctx, b.self, "sql", name, b.dir)
}

// tillProject is the demo's project with its tills alone.
func (b *bench) tillProject() error {
	whole, err := os.ReadFile(filepath.Join(b.project(), "nightjar.yaml"))
	if err != nil {
		return err
	}
	text := string(whole)
	from, to := strings.Index(text, "  till:"), strings.Index(text, "  # The web shop")
	if from < 0 || to < from {
		return errors.New("the demo's project has no source till before its web shop any more")
	}
	text = "project: tills\ntime_zone: Asia/Shanghai\ncurrency: CNY\nmemory_limit: " + memoryLimit + fmt.Sprintf("\nthreads: %d\nsources:\n", threads) + text[from:to]
	text = strings.ReplaceAll(text, "data/till/", filepath.Join(b.data(), "till")+"/")
	dir := filepath.Join(b.dir, "tills")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "nightjar.yaml"), []byte(text), 0o644)
}

// runScan is Nightjar's pass over the bytes of the tills' files, two at a time.
func runScan(ctx context.Context, dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "project", "data", "till", "till_????-??.csv"))
	if err != nil {
		return err
	}
	shapes := []csvfile.Shape{
		{Column: "line_no", Kind: csvfile.Integer},
		{Column: "return_of_line", Kind: csvfile.Integer},
		{Column: "sold_at", Kind: csvfile.Timestamp, Format: "%Y-%m-%d %H:%M:%S"},
	}
	for _, money := range []string{"qty", "gross", "discount", "tax"} {
		shapes = append(shapes, csvfile.Shape{Column: money, Kind: csvfile.Decimal, Precision: 18, Scale: 4})
	}
	return eachOf(ctx, paths, func(ctx context.Context, path string) error {
		_, err := csvfile.Scan(ctx, delivered.File{Path: path}, csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}, shapes)
		return err
	})
}
