package extract

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var rewriteCorpus = flag.Bool("update", false, "rewrite what the cases of testdata/corpus expect; read the difference before you keep it")

// TestCorpus delivers bad files and looks what becomes of every row: see
// testdata/corpus/README.md, which says how to read the cases and add one.
func TestCorpus(t *testing.T) {
	count := 0
	for _, theme := range corpus(t) {
		t.Run(theme.name, func(t *testing.T) {
			for _, c := range theme.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t) })
			}
		})
		count += len(theme.cases)
		if *rewriteCorpus {
			theme.write(t)
		}
	}
	if count < 120 {
		t.Errorf("the corpus has %d cases: were some lost?", count)
	}
}

// A theme is one file of the corpus.
type theme struct {
	name, path string
	preamble   *txtar.Archive // prose, and sections that all its cases begin with
	cases      []*corpusCase
}

// A corpusCase is one case: prose and keys, then what is delivered and expected.
type corpusCase struct {
	name     string
	comment  string
	keys     map[string]string
	settings []txtar.File // of the theme
	nights   []corpusNight
}

// A corpusNight is what is delivered before a night, and what is expected of it.
type corpusNight struct{ given, expected []txtar.File }

const caseMark = "== "

var (
	caseKey  = regexp.MustCompile(`(?m)^(broken|heavy|memory|alone): (.*)$`)
	expected = []string{"rows", "live", "pending", "rejects", "ledger", "found", "error"}
)

// corpus reads all themes.
func corpus(tb testing.TB) []*theme {
	tb.Helper()
	paths, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	themes := make([]*theme, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		parts := strings.Split("\n"+string(text), "\n"+caseMark)
		th := &theme{name: strings.TrimSuffix(filepath.Base(path), ".txt"), path: path, preamble: txtar.Parse([]byte(strings.TrimPrefix(parts[0], "\n") + "\n"))}
		names := map[string]bool{}
		for _, part := range parts[1:] {
			c := parseCase(strings.TrimRight(part, "\n") + "\n")
			if c.settings = th.preamble.Files; names[c.name] {
				tb.Fatalf("%s: two cases are named %q", path, c.name)
			}
			names[c.name] = true
			th.cases = append(th.cases, c)
		}
		themes[i] = th
	}
	return themes
}

func parseCase(text string) *corpusCase {
	title, rest, _ := strings.Cut(text, "\n")
	archive := txtar.Parse([]byte(rest))
	c := &corpusCase{name: title, comment: string(archive.Comment), keys: map[string]string{}, nights: make([]corpusNight, 1)}
	for _, found := range caseKey.FindAllStringSubmatch(c.comment, -1) {
		c.keys[found[1]] = found[2]
	}
	for _, f := range archive.Files {
		last := &c.nights[len(c.nights)-1]
		kind, _, _ := strings.Cut(strings.TrimSuffix(f.Name, ":"), " ")
		switch isExpected := slices.Contains(expected, strings.TrimSuffix(kind, ":")); {
		case isExpected:
			last.expected = append(last.expected, f)
		case len(last.expected) > 0:
			c.nights = append(c.nights, corpusNight{given: []txtar.File{f}})
		default:
			last.given = append(last.given, f)
		}
	}
	return c
}

// write writes a theme with what its cases expect now.
func (th *theme) write(t *testing.T) {
	var out bytes.Buffer
	out.Write(bytes.TrimRight(txtar.Format(th.preamble), "\n"))
	for _, c := range th.cases {
		archive := &txtar.Archive{Comment: []byte(c.comment)}
		for _, night := range c.nights {
			archive.Files = slices.Concat(archive.Files, night.given, night.expected)
		}
		out.WriteString("\n\n" + caseMark + c.name + "\n")
		out.Write(bytes.TrimRight(txtar.Format(archive), "\n"))
	}
	out.WriteString("\n")
	if err := os.WriteFile(th.path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
