// Command bench measures a whole night of Nightjar against SQL that a person
// wrote by hand for the same company, over the same engine, with the same
// inputs and outputs:
//
//	go run ./bench -dir DIR -out FILE -page docs/performance.md
//
// With -staging, it measures what each guarantee costs when the tills' lines are
// staged.
//
// DIR receives the sources (once; they are found again) and each contender's
// results; FILE what was measured, and the page the most of it, between two marks.
// The sources are a whole company's, without spoilt rows: nobody could write the first
// of the two forms that the SQL comes in for others. trusting reads typed and believes; guaranteed reads text, keeps rejects, row
// numbers and hashes, checks what it built, and syncs. Each contender is a
// process of its own; they run in turns; and their warehouses must be equal.
// Nightjar alone reads the plan's workbooks too: DuckDB reads none without an
// extension, and no table that is compared has anything of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "sql" {
		exit(runForm(context.Background(), os.Args[2], os.Args[3]))
	}
	if len(os.Args) == 4 && os.Args[1] == "same" {
		exit(runCompare(context.Background(), os.Args[2], os.Args[3]))
	}
	if len(os.Args) == 4 && os.Args[1] == "scan" {
		exit(runScan(context.Background(), os.Args[2]))
	}
	b := bench{}
	flag.StringVar(&b.dir, "dir", filepath.Join(os.TempDir(), "nightjar-bench"), "folder for sources and results")
	flag.StringVar(&b.out, "out", "", "file to write the report to, besides standard output")
	flag.StringVar(&b.page, "page", "", "page whose measured part to write anew, such as docs/performance.md")
	flag.StringVar(&b.nightjar, "binary", "", "binary of nightjar to measure; built from this module when empty")
	flag.Int64Var(&b.lines, "lines", 10_000_000, "sale lines of the history")
	flag.IntVar(&b.customers, "customers", 1_000_000, "customers at its end")
	flag.IntVar(&b.rounds, "rounds", 3, "how often each contender runs; 0 only compares what is there")
	flag.BoolVar(&b.onlyStaging, "staging", false, "measure staging alone, guarantee by guarantee")
	flag.Parse()
	exit(b.run(context.Background()))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// nextDays are those after the history: the first of a month, when a month leaves the
// trailing twelve and a month end comes to the past ones, and days like most.
var nextDays = []string{"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"}

// The history's end, and what every contender may use.
const (
	asOf        = "2025-12-31"
	memoryLimit = "1200MB"
	threads     = 2

	stepsOnPage = 20
	everyStep   = 1000
)

type bench struct {
	dir, out, page    string
	nightjar          string
	lines             int64
	customers, rounds int
	onlyStaging       bool
	self              string
}

// contenders in the order of their turns.
var contenders = []string{"nightjar", "trusting", "guaranteed"}

func (b *bench) run(ctx context.Context) (err error) {
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	if b.nightjar == "" {
		b.nightjar = filepath.Join(b.dir, "measured")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.nightjar, "./cmd/nightjar")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("building nightjar: %w", err)
		}
	}
	if err := b.sources(ctx); err != nil {
		return err
	}
	if b.onlyStaging {
		return b.staging(ctx)
	}
	r := newReport(b)
	if err := b.turns(ctx, r); err != nil {
		return err
	}
	var unequal error
	for _, form := range contenders[1:] {
		unequal = errors.Join(unequal, b.compare(ctx, r, form))
	}
	if b.rounds == 0 || unequal != nil {
		return unequal
	}
	if err := b.nights(ctx, r); err != nil {
		return err
	}
	text := r.markdown(ctx, everyStep)
	fmt.Print(text)
	if b.out != "" {
		err = os.WriteFile(b.out, []byte(text), 0o644)
	}
	return errors.Join(err, nightBlock.write(b.page, r.markdown(ctx, stepsOnPage)))
}

// turns runs the contenders one after the other, round after round.
func (b *bench) turns(ctx context.Context, r *report) error {
	for round := range b.rounds {
		for _, name := range contenders {
			if err := os.RemoveAll(b.results(name)); err != nil {
				return err
			}
			m, err := b.once(ctx, name)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			say("round %d: %-10s %s", round+1, name, m)
			r.add(name, m)
		}
	}
	return nil
}

func (b *bench) once(ctx context.Context, name string) (measure, error) {
	if name == "nightjar" {
		return b.night(ctx, asOf)
	}
	m, err := child(ctx, b.self, "sql", name, b.dir)
	if err != nil {
		return m, err
	}
	m.bytes, err = bytesBelow(b.results(name))
	if err == nil {
		m.steps, err = readSteps(b.results(name))
	}
	return m, err
}

// nights measures more days, a night with nothing new, and the start alone, on top of the
// last full night.
func (b *bench) nights(ctx context.Context, r *report) (err error) {
	defer func() { err = errors.Join(err, b.forgetDays()) }()
	for i, day := range nextDays {
		if err := b.nextDay(ctx, i+1); err != nil {
			return err
		}
		m, err := b.night(ctx, day)
		if err != nil {
			return fmt.Errorf("one more day: %w", err)
		}
		say("%s: %s", day, m)
		r.days = append(r.days, m)
	}
	for range max(b.rounds, 3) {
		m, err := b.night(ctx, nextDays[len(nextDays)-1])
		if err != nil {
			return fmt.Errorf("nothing new: %w", err)
		}
		if m.night.Outcome != "nothing_new" {
			return fmt.Errorf("the night with nothing new was %s", m.night.Outcome)
		}
		r.nothing = append(r.nothing, m)
		if m, err = child(ctx, b.nightjar, "version"); err != nil {
			return fmt.Errorf("start-up: %w", err)
		}
		r.start = append(r.start, m)
	}
	return nil
}

func (b *bench) project() string            { return filepath.Join(b.dir, "project") }
func (b *bench) results(name string) string { return results(b.dir, name) }
func results(dir, name string) string       { return filepath.Join(dir, "results", name) }
func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", arguments...)
}
