package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"nightjar/internal/pipeline"
)

// A measure is what one process took.
type measure struct {
	wall, cpu float64 // seconds
	peak      int64   // bytes of memory
	bytes     int64   // bytes left on disk
	steps     []step  // of hand-written SQL
	outcome   string  // of a night
	report    *pipeline.Report
}

func (m measure) String() string {
	return fmt.Sprintf("%6.1f s, CPU %6.1f s, peak %4d MB, %5d MB on disk", m.wall, m.cpu, m.peak>>20, m.bytes>>20)
}

// child runs a program and measures it alone.
func child(ctx context.Context, program string, arguments ...string) (measure, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Stderr = &said
	begun := time.Now()
	err := cmd.Run()
	m := measure{wall: time.Since(begun).Seconds()}
	if err != nil {
		return m, fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	m.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peak = usage.Maxrss << 10 // Linux counts in kilobytes
	}
	return m, nil
}

// night runs Nightjar and adds what its report says.
func (b *bench) night(ctx context.Context, asOf string) (measure, error) {
	state := b.results("nightjar")
	m, err := child(ctx, b.nightjar, "run", "-q", "-C", b.project(), "--state", state, "--as-of", asOf)
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
	m.report = &pipeline.Report{}
	err = json.Unmarshal(text, m.report)
	m.outcome = m.report.Outcome
	return m, err
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
