package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"nightjar/internal/duck"
)

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

// folder looks whether nights can write the state folder and those within it,
// and no one else can.
func (e *examination) folder(path string) bool {
	const give = "give it to the user that runs the nights (chown -R), and run nothing there as another"
	if err := os.MkdirAll(path, 0o700); err != nil {
		e.add("state", Fail, err.Error(), "give the user that runs the nights the folder above, or name another as `state`")
		return false
	}
	for _, folder := range []string{"", "lake", "lake/manifests", "lake/live", "lake/models", "lake/rejects", "runs", "warehouse", "tmp"} {
		dir := filepath.Join(path, folder)
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			continue // a run makes it
		}
		if err := writable(dir); err != nil {
			e.add("state", Fail, fmt.Sprintf("%s cannot be written: %v", dir, err), give)
			return false
		}
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o022 != 0 {
		e.add("state", Warn, fmt.Sprintf("%s can be written by others (%s)", path, info.Mode().Perm()), "chmod go-w "+path)
		return true
	}
	e.add("state", OK, path+" can be written", "")
	return true
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// sizeOf a file; 0 when it is not there.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
