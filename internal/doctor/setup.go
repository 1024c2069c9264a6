package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/duck"
)

func (e *examination) zone(name string) {
	if _, err := time.LoadLocation(name); err != nil {
		e.add("time zone", Fail, err.Error(), "use an IANA name such as Asia/Shanghai")
		return
	}
	e.add("time zone", OK, name, "")
}

// sources looks whether each glob finds files, and whether they can be read.
func (e *examination) sources(c *config.Config) {
	for _, s := range c.Sources {
		name := "source " + s.Name
		found, unread := 0, error(nil)
		for _, glob := range s.Files {
			if !filepath.IsAbs(glob) {
				glob = filepath.Join(c.Dir, glob)
			}
			paths, err := filepath.Glob(glob)
			unread = errors.Join(unread, err)
			found += len(paths)
			for _, path := range paths {
				unread = errors.Join(unread, readable(path))
			}
		}
		switch {
		case unread != nil:
			e.add(name, Fail, unread.Error(), "give the user that runs the nights the right to read it")
		case found == 0:
			e.add(name, Warn, fmt.Sprintf("no file matches %v", s.Files), "check the path, or whether the delivery has come")
		default:
			e.add(name, OK, fmt.Sprintf("%d files", found), "")
		}
	}
}

func readable(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

func (e *examination) engine(ctx context.Context) {
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: "64MB", Threads: 1})
	if err != nil {
		e.add("engine", Fail, err.Error(), "install Nightjar anew")
		return
	}
	defer db.Close()
	var version string
	if err := db.QueryRowContext(ctx, "select version()").Scan(&version); err != nil {
		e.add("engine", Fail, duck.Scrub(err).Error(), "install Nightjar anew")
		return
	}
	e.add("engine", OK, "DuckDB "+version, "")
}

// folder looks whether nights can write the state folder, and no one else can.
func (e *examination) folder(path string) bool {
	if err := os.MkdirAll(path, 0o700); err != nil {
		e.add("state", Fail, err.Error(), "give the user that runs the nights the folder above")
		return false
	}
	probe, err := os.CreateTemp(path, ".doctor-*")
	if err != nil {
		e.add("state", Fail, fmt.Sprintf("%s cannot be written: %v", path, err), "give the folder to the user that runs the nights")
		return false
	}
	_ = errors.Join(probe.Close(), os.Remove(probe.Name()))
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o022 != 0 {
		e.add("state", Warn, fmt.Sprintf("%s can be written by others (%s)", path, info.Mode().Perm()), "chmod go-w "+path)
		return true
	}
	e.add("state", OK, path+" can be written", "")
	return true
}

// sizeOf a file; 0 when it is not there.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
