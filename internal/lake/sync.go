package lake

import (
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
)

// WriteSynced writes a file and waits until it is on disk.
func WriteSynced(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// SyncDir waits until a folder's entries are on disk.
func SyncDir(path string) error { return syncPath(path) }

// SyncFiles waits until the files, and the folders that name them, are on disk.
func SyncFiles(paths []string) error {
	var folders []string
	for _, path := range paths {
		folders = append(folders, filepath.Dir(path))
	}
	slices.Sort(folders)
	folders = slices.Compact(folders)
	for _, batch := range [][]string{paths, folders} {
		group := errgroup.Group{}
		group.SetLimit(8)
		for _, path := range batch {
			group.Go(func() error { return syncPath(path) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
