// Command readers measures the readers of Excel sheets and POSLogs against pandas
// over the same files:
//
//	go run ./bench/readers -python venv/bin/python
//
// The Excel file is generated: rows by ten columns of texts that repeat and texts
// that do not, whole numbers, decimals, dates, stamps, formulas and truth. The
// POSLog is a real one, repeated, or without it the one of the tests. Both sides
// must read the same rows and the same sum. They run in turns, each as often as
// -rounds says; what counts is the seconds from opening the file to the last row,
// without the start of the process. Without Python or pandas, only this side runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

func main() {
	b := bench{}
	flag.StringVar(&b.dir, "dir", filepath.Join(os.TempDir(), "nightjar-bench-readers"), "folder for the files to read; those that are there are used again")
	flag.StringVar(&b.python, "python", "python3", "Python with pandas and openpyxl")
	flag.StringVar(&b.log, "poslog", filepath.FromSlash("../shared/data/poslog/ncr_acs_poslog.xml"), "POSLog to repeat")
	flag.IntVar(&b.rows, "rows", 200_000, "rows of the Excel file")
	flag.IntVar(&b.megabytes, "megabytes", 64, "size of the POSLog")
	flag.IntVar(&b.rounds, "rounds", 3, "how often each side reads each file")
	flag.Parse()
	table, err := b.run(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/readers:", err)
		os.Exit(1)
	}
	fmt.Print(table)
}

type bench struct {
	dir, python, log        string
	rows, megabytes, rounds int
}

// run makes the files, measures, and returns the Markdown table.
func (b *bench) run(ctx context.Context) (string, error) {
	if b.rounds < 1 || b.rows < 1 || b.megabytes < 1 {
		return "", errors.New("-rounds, -rows and -megabytes must be at least 1")
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return "", err
	}
	book := filepath.Join(b.dir, fmt.Sprintf("sales_%d.xlsx", b.rows))
	log := filepath.Join(b.dir, fmt.Sprintf("poslog_%d.xml", b.megabytes))
	if err := madeOnce(book, func(to *os.File) error { return writeBook(to, b.rows) }); err != nil {
		return "", err
	}
	if err := madeOnce(log, func(to *os.File) error { return writeLog(to, b.source(), b.megabytes<<20) }); err != nil {
		return "", err
	}
	contests := []contest{
		{what: "Excel", file: book, ours: readBook, theirs: []string{"pandas.read_excel"}},
		{what: "POSLog", file: log, ours: readLog, theirs: []string{"pandas.read_xml", "iterparse"}},
	}
	table := fmt.Sprintf("%s/%s, %d CPUs, medians of %d rounds in turns.\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.rounds) +
		"| file | MB | rows | Nightjar s | against | s | times faster |\n|---|--:|--:|--:|---|--:|--:|\n"
	for _, c := range contests {
		rows, err := b.hold(ctx, c)
		if err != nil {
			return "", err
		}
		table += rows
	}
	return table, nil
}

// source is the POSLog to repeat.
func (b *bench) source() string {
	if _, err := os.Stat(b.log); err == nil {
		return b.log
	}
	fmt.Fprintln(os.Stderr, "bench/readers: no", b.log, "here; repeating the POSLog of the tests")
	return filepath.FromSlash("extract/poslog/testdata/v2.xml")
}

// madeOnce makes a file, unless it is there.
func madeOnce(path string, write func(to *os.File) error) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	to, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	if err := errors.Join(write(to), to.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
