package config

import (
	"os"
	"strings"
	"testing"
)

// TestNoFileMakesTheReaderPanic spoils the sample in many ways. Each must be
// read or refused with lines that exist.
func TestNoFileMakesTheReaderPanic(t *testing.T) {
	sample, err := os.ReadFile("testdata/nightjar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := catalog(t)
	try := func(text string) {
		t.Helper()
		_, err := parse("nightjar.yaml", []byte(text), environment(nil), known)
		for _, p := range unjoin(err) {
			if p.Line < 1 || p.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d does not exist: %s\n%s", p.Line, p.Message, text)
			}
		}
	}
	for i := 0; i < len(sample); i += 37 {
		try(string(sample[:i]))
	}
	lines := strings.SplitAfter(string(sample), "\n")
	for i, line := range lines {
		before, after := strings.Join(lines[:i], ""), strings.Join(lines[i+1:], "")
		key, _, _ := strings.Cut(line, ":")
		values := []string{"", " []", " {}", " [[a], {b: c}]", " {a: {b: c}}", " *x", " &x *x", " !!int x", " 3", " '${'", " |\n  x"}
		for j := range 3 {
			try(before + key + ":" + values[(3*i+j)%len(values)] + "\n" + after)
		}
		try(before + after)
	}
}
