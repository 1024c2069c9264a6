package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nightjar/internal/demo"
)

func (b *bench) options() demo.Options {
	return demo.Options{Dir: b.project(), Lines: b.lines, Customers: b.customers, Clean: true}
}

// sources makes the project and its files, unless an earlier bench of the same
// size left them, and reads them once, so that nobody pays for a cold disk.
func (b *bench) sources(ctx context.Context) error {
	mark := filepath.Join(b.dir, "size")
	size := fmt.Sprintf("whole company with chats and a plan, %d lines, %d customers", b.lines, b.customers)
	if said, err := os.ReadFile(mark); err != nil || string(said) != size {
		say("writing %s", size)
		if err := errors.Join(os.RemoveAll(mark), os.RemoveAll(b.project()), os.RemoveAll(b.data())); err != nil {
			return err
		}
		if _, err := demo.Generate(ctx, b.options()); err != nil {
			return err
		}
		if err := os.WriteFile(mark, []byte(size), 0o644); err != nil {
			return err
		}
	}
	if err := b.forgetDays(); err != nil {
		return err
	}
	if err := b.settings(); err != nil {
		return err
	}
	return warm(b.data())
}

// settings makes the project the demo's, without the mart of its own.
func (b *bench) settings() error {
	example, err := os.ReadFile(filepath.Join("examples", "demo", "nightjar.yaml"))
	if err != nil {
		return fmt.Errorf("reading the demo's project, from the module's folder: %w", err)
	}
	inputs := filepath.Join("models", "inputs")
	if err := os.RemoveAll(filepath.Join(b.project(), inputs)); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(b.project(), inputs), os.DirFS(filepath.Join("examples", "demo", inputs))); err != nil {
		return err
	}
	settings := fmt.Sprintf("\nmemory_limit: %s\nthreads: %d\n", memoryLimit, threads)
	return os.WriteFile(filepath.Join(b.project(), "nightjar.yaml"), append(example, settings...), 0o644)
}

func (b *bench) data() string { return filepath.Join(b.project(), "data") }

// warm reads every file once.
func warm(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(io.Discard, f)
		return err
	})
}

func (b *bench) nextDay(ctx context.Context, n int) error {
	if _, err := demo.NextDay(ctx, b.options(), n); err != nil {
		return err
	}
	return warm(b.data())
}

// forgetDays removes what nextDay wrote, so that every bench begins with the
// same sources.
func (b *bench) forgetDays() error {
	dated, err := filepath.Glob(filepath.Join(b.data(), "*", "*_????-??-??.*"))
	for _, path := range dated {
		if !strings.Contains(path, "_"+asOf+".") {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
