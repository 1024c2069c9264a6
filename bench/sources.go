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
	size := fmt.Sprintf("%d lines, %d customers", b.lines, b.customers)
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
	if err := b.forgetDay(); err != nil {
		return err
	}
	example, err := os.ReadFile(filepath.Join("examples", "demo", "nightjar.yaml"))
	if err != nil {
		return fmt.Errorf("reading the demo's project, from the module's folder: %w", err)
	}
	settings := fmt.Sprintf("\nmemory_limit: %s\nthreads: %d\n", memoryLimit, threads)
	if err := os.WriteFile(filepath.Join(b.project(), "nightjar.yaml"), append(example, settings...), 0o644); err != nil {
		return err
	}
	return warm(b.data())
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

// The files that a day after the history writes anew; they are put back, so
// that every bench begins with the same sources.
var snapshots = []string{"crm/customers.csv", "shop/customers.csv", "erp/products.csv", "erp/stores.csv", "erp/fx.csv"}

func (b *bench) nextDay(ctx context.Context) error {
	for _, name := range snapshots {
		path := filepath.Join(b.data(), name)
		if err := os.Rename(path, filepath.Join(b.dir, strings.ReplaceAll(name, "/", "-"))); err != nil {
			return err
		}
	}
	if _, err := demo.NextDay(ctx, b.options(), 1); err != nil {
		return err
	}
	// What the day did not write anew is as it was.
	for _, name := range snapshots {
		if _, err := os.Stat(filepath.Join(b.data(), name)); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(filepath.Join(b.dir, strings.ReplaceAll(name, "/", "-")), filepath.Join(b.data(), name)); err != nil {
				return err
			}
		}
	}
	return warm(b.data())
}

// forgetDay takes back what nextDay did.
func (b *bench) forgetDay() error {
	for _, name := range snapshots {
		saved := filepath.Join(b.dir, strings.ReplaceAll(name, "/", "-"))
		if err := os.Rename(saved, filepath.Join(b.data(), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	added, err := filepath.Glob(filepath.Join(b.data(), "*", "*_????-??-??.csv"))
	for _, path := range added {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
