package config

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("update-problems", false, "rewrite what testdata/problems.txt expects")

const problemsFile = "testdata/problems.txt"

// TestProblems loads each case of problems.txt and compares what is said,
// line by line.
func TestProblems(t *testing.T) {
	text, err := os.ReadFile(problemsFile)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten bytes.Buffer
	intro, rest, _ := strings.Cut(string(text), "\n== ")
	rewritten.WriteString(intro)
	for c := range strings.SplitSeq(rest, "\n== ") {
		title, body, _ := strings.Cut(c, "\n")
		kind, name, _ := strings.Cut(title, ": ")
		t.Run(name, func(t *testing.T) {
			bare, want := expectations(body)
			got := problemsOf(t, kind, bare)
			if difference := cmp.Diff(want, got); difference != "" && !*rewrite {
				t.Errorf("%s (-want +got):\n%s", body, difference)
			}
			fmt.Fprintf(&rewritten, "\n== %s\n%s", title, marked(bare, got))
		})
	}
	if *rewrite {
		if err := os.WriteFile(problemsFile, append(bytes.TrimSpace(rewritten.Bytes()), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// expectations splits a case into its lines and what is said of each; several
// things said of one line stand between " #! ".
func expectations(body string) (bare []string, want map[int][]string) {
	want = map[int][]string{}
	for i, line := range strings.Split(body, "\n") {
		parts := strings.Split(line, " #! ")
		bare = append(bare, parts[0])
		if len(parts) > 1 {
			want[i] = parts[1:]
		}
	}
	return bare, want
}

func marked(bare []string, got map[int][]string) string {
	lines := make([]string, len(bare))
	for i, line := range bare {
		lines[i] = strings.Join(append([]string{line}, got[i]...), " #! ")
	}
	return strings.Join(lines, "\n")
}

// problemsOf loads a case within what it leaves out, and returns what is said
// of its lines, paths within the source cut short.
func problemsOf(t *testing.T, kind string, bare []string) map[int][]string {
	t.Helper()
	prefix, indent, suffix := "", "", ""
	add := func(key, line string) {
		if !strings.Contains("\n"+strings.Join(bare, "\n"), "\n"+key+":") {
			suffix += line
		}
	}
	switch kind {
	case "project":
		add("currency", "currency: EUR\n")
		if strings.Contains(bare[0], "no_currency") || strings.HasPrefix(bare[0], "-") {
			suffix = ""
		}
	case "source":
		prefix, indent = "currency: EUR\nsources:\n  till:\n", "    "
		add("system", "    system: pos\n")
		add("files", "    files: till.csv\n")
		add("maps", "    maps: {store: {columns: {store_id: id}}}\n")
	case "mapping":
		prefix = "currency: EUR\nsources:\n  till:\n    system: pos\n    files: till.csv\n    maps:\n      sale_line:\n"
		indent = "        "
		add("columns", "        columns: {document_id: a, line_no: b, quantity: c, gross_amount: d}\n")
	}
	text := prefix + indent + strings.TrimRight(strings.Join(bare, "\n"+indent), " \n") + "\n" + suffix
	_, err := parse("nightjar.yaml", []byte(text), environment(map[string]string{"SECRET": "hunter2)("}), catalog(t))
	got := map[int][]string{}
	for _, p := range unjoin(err) {
		if strings.Contains(p.Message, "hunter2") {
			t.Errorf("the message shows what a variable holds: %s", p.Message)
		}
		i := p.Line - 1 - strings.Count(prefix, "\n")
		got[i] = append(got[i], p.Message)
	}
	return got
}

func unjoin(err error) []*Problem {
	var problems []*Problem
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			problems = append(problems, e.(*Problem))
		}
	}
	return problems
}

func TestProblemsComeTogetherInOrderOfLines(t *testing.T) {
	_, err := parse("shop/nightjar.yaml", []byte("keep: 0\ntime_zone: Mars\nstat: x\ncurrency: EUR\n"), environment(nil), catalog(t))
	want := `shop/nightjar.yaml:1: keep is 0: it is at least 1
shop/nightjar.yaml:2: time_zone is "Mars", which is no IANA time zone: write one like Asia/Shanghai
shop/nightjar.yaml:3: unknown key "stat" (did you mean "state"?)`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
