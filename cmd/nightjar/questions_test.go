package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each command of the README's ten questions is asked of a small demo, and answered.
func TestTheTenQuestionsOfTheREADMEAreAnswered(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Ten questions\n")
	section, _, _ = strings.Cut(section, "\n## ")
	questions := regexp.MustCompile("(?ms)^\\d+\\. \\*(.*?)\\*.*?```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(questions) != 10 {
		t.Fatalf("the section asks %d questions", len(questions))
	}
	dir := aSmallDemo(t)
	for _, q := range questions {
		t.Run(q[1], func(t *testing.T) {
			answer := bash(t, dir, q[2])
			if strings.Contains(answer, "\n0 rows") || len(strings.Split(strings.TrimSpace(answer), "\n")) < 2 {
				t.Errorf("%s is answered with\n%s", q[2], answer)
			}
		})
	}
}

// aSmallDemo does what `make demo` does, with less of everything.
func aSmallDemo(t *testing.T) (dir string) {
	t.Helper()
	d := document{t, t.TempDir()}
	d.installNightjar()
	program, err := exec.LookPath("nightjar")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(d.dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(d.dir, "bin", "nightjar")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(d.dir, "demo"), os.DirFS(theDemo)); err != nil {
		t.Fatal(err)
	}
	const company = "bin/nightjar demo demo --quiet --lines 20000 --customers 1000 --years 2 --seed 1"
	bash(t, d.dir, company)
	bash(t, d.dir, "bin/nightjar -C demo run --as-of 2025-12-31")
	bash(t, d.dir, company+" --day 1")
	bash(t, d.dir, "bin/nightjar -C demo run --as-of 2026-01-01")
	return d.dir
}

// bash runs a command, which must go well, and returns what it wrote.
func bash(t *testing.T, dir, command string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s ended with %v:\n%s", command, err, output)
	}
	return string(output)
}
