package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A measure is what one process took.
type measure struct {
	wall, cpu float64            // seconds
	peak      int64              // bytes of memory
	bytes     int64              // bytes left on disk
	steps     []step             // of hand-written SQL
	cpuByStep map[string]float64 // of a night
	night     nightReport
}

// A nightReport is what the bench reads of a run's report.json.
type nightReport struct {
	Outcome      string             `json:"outcome"`
	Seconds      map[string]float64 `json:"seconds_by_step"`
	ModelSeconds map[string]float64 `json:"seconds_by_model"`
}

func (m measure) String() string {
	return fmt.Sprintf("%6.1f s, CPU %6.1f s, peak %4d MB, %5d MB on disk", m.wall, m.cpu, m.peak>>20, m.bytes>>20)
}

// child runs a program and measures it alone.
func child(ctx context.Context, program string, arguments ...string) (measure, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, arguments...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return measure{}, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return measure{}, err
	}
	m, spent := measure{cpuByStep: map[string]float64{}}, 0.0
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if found := stepDone.FindStringSubmatch(lines.Text()); found != nil {
			now := spentBy(cmd.Process.Pid)
			m.cpuByStep[found[1]], spent = now-spent, now
		}
	}
	err = cmd.Wait()
	m.wall = time.Since(begun).Seconds()
	if err != nil {
		return m, fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	m.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	m.peak = peakOf(cmd.ProcessState)
	return m, nil
}

// stepDone is the line of Nightjar's log at the end of each step of a night.
var stepDone = regexp.MustCompile(`\b(extract|transform|load) done\b`)

// spentBy is the CPU seconds of a process so far; 0 where nobody can tell.
func spentBy(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100 // ticks
}

// night runs Nightjar and adds what its report says.
func (b *bench) night(ctx context.Context, asOf string) (measure, error) {
	state := b.results("nightjar")
	m, err := child(ctx, b.nightjar, "run", "-C", b.project(), "--state", state, "--as-of", asOf)
	if err != nil {
		return m, err
	}
	if m.bytes, err = bytesBelow(state); err != nil {
		return m, err
	}
	reports, _ := filepath.Glob(filepath.Join(state, "runs", "*", "report.json"))
	if len(reports) == 0 {
		return m, fmt.Errorf("%s holds no report", state)
	}
	text, err := os.ReadFile(slices.Max(reports))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m.night)
}

func bytesBelow(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// median of some figure of the measures; 0 of none.
func median(all []measure, figure func(measure) float64) float64 {
	if len(all) == 0 {
		return 0
	}
	values := make([]float64, len(all))
	for i, m := range all {
		values[i] = figure(m)
	}
	slices.Sort(values)
	if half := len(values) / 2; len(values)%2 == 0 {
		return (values[half-1] + values[half]) / 2
	}
	return values[len(values)/2]
}

func wall(m measure) float64 { return m.wall }
func cpu(m measure) float64  { return m.cpu }
func peak(m measure) float64 { return float64(m.peak) / (1 << 20) }
func disk(m measure) float64 { return float64(m.bytes) / (1 << 20) }
