package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// contest is one file that both sides read.
type contest struct {
	what, file string
	ours       func(path string) (record.Table, string, error) // and the column to sum
	theirs     []string                                        // ways of with_pandas.py
}

// outcome is what one reading of a file found.
type outcome struct {
	rows    int64
	sum     float64
	seconds float64
}

//go:embed with_pandas.py
var script []byte

// hold runs a contest and returns its rows of the table.
func (b *bench) hold(ctx context.Context, c contest) (string, error) {
	want, err := c.check()
	if err != nil {
		return "", err
	}
	ways := c.theirs
	if reason := b.noPandas(ctx); reason != "" {
		fmt.Fprintln(os.Stderr, "bench/readers: not measured against pandas:", reason)
		ways = nil
	}
	var ours []float64
	theirs := map[string][]float64{}
	for range b.rounds {
		seconds, err := c.time(ctx)
		if err != nil {
			return "", err
		}
		ours = append(ours, seconds)
		for _, way := range ways {
			got, err := b.pandas(ctx, way, c.file)
			if err != nil {
				return "", err
			}
			if got.rows != want.rows || math.Abs(got.sum-want.sum) > 0.005*float64(want.rows) {
				return "", fmt.Errorf("%s reads %d rows with a sum of %.2f out of %s, Nightjar %d with %.2f", way, got.rows, got.sum, c.file, want.rows, want.sum)
			}
			theirs[way] = append(theirs[way], got.seconds)
		}
	}
	info, err := os.Stat(c.file)
	if err != nil {
		return "", err
	}
	head := fmt.Sprintf("| %s | %.1f | %d | %.2f |", c.what, float64(info.Size())/1e6, want.rows, median(ours))
	if len(ways) == 0 {
		return head + " | | |\n", nil
	}
	table := ""
	for _, way := range ways {
		table += fmt.Sprintf("%s %s | %.2f | %.1f |\n", head, way, median(theirs[way]), median(theirs[way])/median(ours))
	}
	return table, nil
}

// time reads the file as a night does, into regular CSV that goes nowhere.
func (c contest) time(ctx context.Context) (float64, error) {
	start := time.Now()
	table, _, err := c.ours(c.file)
	if err != nil {
		return 0, err
	}
	_, unreadable, err := record.Write(ctx, table, io.Discard, 0)
	seconds := time.Since(start).Seconds()
	if len(unreadable) > 0 {
		err = errors.Join(err, fmt.Errorf("%d records of %s are unreadable", len(unreadable), c.file))
	}
	return seconds, errors.Join(err, table.Close())
}

// check counts and sums what is in the file.
func (c contest) check() (o outcome, err error) {
	table, column, err := c.ours(c.file)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	at := slices.Index(table.Columns(), column)
	var r record.Record
	for {
		err := table.Next(&r)
		if errors.Is(err, io.EOF) {
			return o, nil
		}
		if err != nil {
			return o, err
		}
		amount, err := strconv.ParseFloat(string(r.Fields[at]), 64)
		if err != nil {
			return o, err
		}
		o.rows++
		o.sum += amount
	}
}

func readBook(path string) (record.Table, string, error) {
	s, err := xlsxfile.Open(path, xlsxfile.Options{})
	return s, "amount", err
}

func readLog(path string) (record.Table, string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	r, err := poslog.Open(file, path, poslog.Line)
	return r, "extended_amount", err
}

// noPandas says why pandas cannot be measured, "" if it can.
func (b *bench) noPandas(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, b.python, "-c", "import pandas, openpyxl, lxml").CombinedOutput()
	if err == nil {
		return ""
	}
	if lines := bytes.Split(bytes.TrimSpace(out), []byte("\n")); len(out) > 0 {
		return string(lines[len(lines)-1])
	}
	return err.Error()
}

// pandas reads a file in one way of with_pandas.py.
func (b *bench) pandas(ctx context.Context, way, file string) (o outcome, err error) {
	path := filepath.Join(b.dir, "with_pandas.py")
	if err := os.WriteFile(path, script, 0o600); err != nil {
		return o, err
	}
	cmd := exec.CommandContext(ctx, b.python, path, way, file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return o, fmt.Errorf("running %s: %w", way, err)
	}
	if _, err := fmt.Sscan(string(out), &o.rows, &o.sum, &o.seconds); err != nil {
		return o, fmt.Errorf("running %s: it printed no result: %w", way, err)
	}
	return o, nil
}

func median(seconds []float64) float64 {
	sorted := slices.Sorted(slices.Values(seconds))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
