package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A block is the part of docs/performance.md that a run writes, between two marks. What
// stands around it is written by hand.
type block string

const (
	nightBlock   block = "make bench"
	stagingBlock block = "go run ./bench -staging"
)

func (k block) marks() (begin, end string) {
	return fmt.Sprintf("<!-- measured by %s: begin -->\n", k), fmt.Sprintf("<!-- measured by %s: end -->\n", k)
}

// of is the block's text in a page.
func (k block) of(page string) (string, error) {
	begin, end := k.marks()
	_, rest, found := strings.Cut(page, begin)
	text, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("the page has no lines %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return text, nil
}

// in is the page with the block's text replaced. Figures of a larger company stay: whoever
// tries a small one does not lose them.
func (k block) in(page, text string) (string, error) {
	before, err := k.of(page)
	if err != nil {
		return "", err
	}
	if has, new := saleLines(before), saleLines(text); new < has {
		return "", fmt.Errorf("the page has the figures of %d sale lines, which those of %d do not replace", has, new)
	}
	begin, end := k.marks()
	return strings.Replace(page, begin+before+end, begin+"\n"+strings.TrimSpace(text)+"\n\n"+end, 1), nil
}

var sized = regexp.MustCompile(`\b(\d+) sale lines\b`)

// saleLines is the size that a block's first line states; 0 if none does.
func saleLines(text string) int64 {
	found := sized.FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(found[1], 10, 64)
	return n
}

// write puts the block into the page at a path; without a path it does nothing.
func (k block) write(path, text string) error {
	if path == "" {
		return nil
	}
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole, err := k.in(string(page), text)
	if err != nil {
		return fmt.Errorf("writing to %s: %w", path, err)
	}
	return os.WriteFile(path, []byte(whole), 0o644)
}

// conditions is the first line of a block: how large, when, of what, by which command, on
// which machine.
func (b *bench) conditions(ctx context.Context) string {
	return fmt.Sprintf("%d sale lines, %d customers, %s, medians of %d rounds in turns; Nightjar %s, by `%s`; %s.\n\n",
		b.lines, b.customers, time.Now().Format(time.DateOnly), b.rounds, b.version(ctx), b.command(), machine())
}

func (b *bench) command() string {
	given := fmt.Sprintf("-lines %d -customers %d -rounds %d", b.lines, b.customers, b.rounds)
	if b.onlyStaging {
		given += " -staging"
	}
	return "go run ./bench " + given
}

// version is the second word of what `nightjar version` says.
func (b *bench) version(ctx context.Context) string {
	said, err := exec.CommandContext(ctx, b.nightjar, "version").Output()
	if words := strings.Fields(string(said)); err == nil && len(words) > 1 {
		return words[1]
	}
	return "unknown"
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

// machine is what it ran on, and with how much of it.
func machine() string {
	kind := runtime.GOOS + "/" + runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if found := modelName.FindSubmatch(text); found != nil {
			kind += ", " + string(found[1])
		}
	}
	return fmt.Sprintf("%s, %d of %d processors, `memory_limit: %s`", kind, threads, runtime.NumCPU(), memoryLimit)
}
