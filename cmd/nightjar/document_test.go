package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A document is a page of docs whose code blocks are tried, one after the other.
//
// A block under a line that ends in "`path`:" is a file; under "`path`, under
// `key:`:" it goes into that file, below that line. Of a console block, lines that
// begin with "$ " are run by bash; the lines below are what they print, … standing
// for anything, and a line of … alone for any lines. What ends with another code
// than 0 prints a line that begins with "nightjar: ".
type document struct {
	*testing.T
	// dir is where the reader sits.
	dir string
}

var (
	fence  = regexp.MustCompile("(?ms)^([^\n]*)\n(?:\n)?```([a-z]+)\n(.*?)^```$")
	aFile  = regexp.MustCompile("`([^`\n]+)`:$")
	within = regexp.MustCompile("`([^`\n]+)`, under `([^`\n]+)`:$")
)

// try tries the blocks of a text; it gives each command a test of its own.
func (d document) try(text string) {
	d.Helper()
	d.installNightjar()
	for _, block := range fence.FindAllStringSubmatch(text, -1) {
		above, kind, body := block[1], block[2], block[3]
		switch {
		case kind == "console":
			for command := range strings.SplitSeq("\n"+body, "\n$ ") {
				if strings.TrimSpace(command) != "" {
					d.command(command)
				}
			}
		case within.MatchString(above):
			place := within.FindStringSubmatch(above)
			path := filepath.Join(d.dir, place[1])
			old, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(old, []byte("\n"+place[2]+"\n")) {
				d.Fatalf("%s has no line %s: %v", path, place[2], err)
			}
			d.write(path, strings.Replace(string(old), "\n"+place[2]+"\n", "\n"+place[2]+"\n"+body, 1))
		case aFile.MatchString(above):
			d.write(filepath.Join(d.dir, aFile.FindStringSubmatch(above)[1]), body)
		}
	}
}

// installNightjar puts the program under test where bash finds it.
func (d document) installNightjar() {
	program, err := os.Executable()
	if err != nil {
		d.Fatal(err)
	}
	bin := d.TempDir()
	if err := os.Symlink(program, filepath.Join(bin, "nightjar")); err != nil {
		d.Fatal(err)
	}
	d.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func (d document) write(path, text string) {
	d.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

// command runs the first of the lines, with those that go on behind a \, and
// compares what it prints with the others.
func (d document) command(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	end := 1
	for end < len(lines) && (strings.HasSuffix(lines[end-1], `\`) || strings.HasPrefix(lines[end], "  ") && strings.Count(strings.Join(lines[:end], ""), "'")%2 == 1) {
		end++
	}
	line, want := strings.Join(lines[:end], "\n"), strings.Join(lines[end:], "\n")
	d.Run(lines[0], func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
		cmd.Dir = d.dir
		output, err := cmd.CombinedOutput()
		fails := strings.Contains("\n"+want, "\nnightjar: ")
		if (err != nil) != fails {
			t.Fatalf("it ended with %v:\n%s", err, output)
		}
		if got := tidy(string(output)); want != "" && !resembles(want, got) {
			t.Errorf("it prints something else (-page +program):\n%s", cmp.Diff(want, got))
		}
	})
}

// tidy is what a program printed, without its log, progress and blanks at ends.
func tidy(output string) string {
	var kept []string
	for line := range strings.SplitSeq(strings.TrimRight(output, "\n"), "\n") {
		if !logLine.MatchString(line) {
			kept = append(kept, strings.TrimRight(line, " "))
		}
	}
	return strings.Join(kept, "\n")
}

var logLine = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ |^(reading|building|loading|writing) .* in [\d.]+ s$|^loading the warehouse: `)

// resembles says whether a page shows an output.
func resembles(page, output string) bool {
	pattern := regexp.QuoteMeta(page)
	pattern = regexp.MustCompile(`(?m)^…(\n|$)`).ReplaceAllString(pattern, "(?:.*\n)*?")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`^` + pattern + `\n*$`).MatchString(output + "\n")
}

func TestAnOutputResemblesWhatAPageShowsOfIt(t *testing.T) {
	for _, c := range []struct {
		page, output string
		want         bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a\nc", false},
		{"a\nb", "a\nb\nc", false},
		{"a … z", "a b c z", true},
		{"a\n…\nz", "a\nb\nc\nz", true},
		{"a\n…", "a\nb", true},
		{"…\nz", "a\ny", false},
		{"a (b)", "a (b)", true},
	} {
		if got := resembles(c.page, c.output); got != c.want {
			t.Errorf("%q shows %q: %v", c.page, c.output, got)
		}
	}
}
