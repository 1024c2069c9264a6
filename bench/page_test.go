package main

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestARunReplacesItsBlockAlone(t *testing.T) {
	begin, end := nightBlock.marks()
	page := "# Title\n\n" + begin + "\n200 sale lines, old\n\n" + end + "\nProse.\n"
	whole, err := nightBlock.in(page, "300 sale lines, new\n")
	if want := "# Title\n\n" + begin + "\n300 sale lines, new\n\n" + end + "\nProse.\n"; err != nil || whole != want {
		t.Errorf("%v, %q", err, whole)
	}
}

func TestASmallCompanyDoesNotReplaceALargeOne(t *testing.T) {
	begin, end := nightBlock.marks()
	if whole, err := nightBlock.in(begin+"10000000 sale lines\n"+end, "200 sale lines\n"); err == nil {
		t.Errorf("it gave %q", whole)
	}
}

func TestAPageWithoutTheMarksIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(path, []byte("# Title\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := nightBlock.write(path, "300 sale lines\n"); err == nil {
		t.Error("no error")
	}
}

var conditions = regexp.MustCompile(`^\n(\d+) sale lines, \d+ customers, \d{4}-\d\d-\d\d, medians of \d+ rounds in turns; Nightjar \S+, by ` + "`go run ./bench [^`]+`" + `; .*, 2 of \d+ processors, .*\.\n\n`)

// Whoever edits a figure by hand breaks a quotient.
func TestThePageHoldsWhatARunWrote(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []block{nightBlock, stagingBlock} {
		text, err := k.of(string(page))
		if err != nil {
			t.Fatal(err)
		}
		if !conditions.MatchString(text) {
			t.Errorf("%s does not begin with how it was measured: %.120q", k, text)
		}
		cells(t, text)
	}
	night, _ := nightBlock.of(string(page))
	of := cells(t, night)
	for _, form := range contenders[1:] {
		ours, theirs := of["nightjar"], of[form]
		if len(theirs) != 8 || !strings.Contains(theirs[7], " tables, ") {
			t.Fatalf("%s: %q", form, theirs)
		}
		for i := 1; i <= 2; i++ {
			if got, want := number(t, theirs[i+2]), number(t, ours[i])/number(t, theirs[i]); math.Abs(got-want) > 0.02 {
				t.Errorf("%s: %.2f, but the quotient is %.3f", form, got, want)
			}
		}
	}
}

// cells are the table rows of a text by their first cell; each has as many as its header.
func cells(t *testing.T, text string) map[string][]string {
	t.Helper()
	rows, columns := map[string][]string{}, 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		row := strings.Split(strings.Trim(line, "|"), "|")
		if columns == 0 {
			columns = len(row)
		}
		if len(row) != columns {
			t.Errorf("%d cells of %d: %s", len(row), columns, line)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		rows[row[0]] = row
	}
	if len(rows) == 0 {
		t.Error("there is no table")
	}
	return rows
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
