package lake

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Swept tells what Sweep removed.
type Swept struct {
	Files     int   `json:"files"`
	Bytes     int64 `json:"bytes"`
	Manifests int   `json:"manifests"`
}

// Sweep keeps the newest `keep` manifests with all that they name, and removes
// the rest: older warehouse versions, and files that no kept manifest names,
// such as those of a run that died. The caller holds the lock.
func (l *Lake) Sweep(keep int) (Swept, error) {
	numbers, err := l.Numbers()
	if err != nil {
		return Swept{}, err
	}
	cut := max(0, len(numbers)-max(1, keep))
	named := map[string]bool{}
	for _, number := range numbers[cut:] {
		m, err := l.Manifest(number)
		if err != nil {
			return Swept{}, err
		}
		for _, path := range m.Paths() {
			named[l.Path(path)] = true
		}
		named[l.WarehousePath(m.Warehouse)] = true
		named[l.WarehousePath(m.Person)] = true
	}
	swept := Swept{}
	for _, number := range numbers[:cut] {
		if err := os.Remove(l.manifestPath(number)); err != nil {
			return swept, fmt.Errorf("sweeping manifest %d: %w", number, err)
		}
		swept.Manifests++
	}
	for _, folder := range []string{l.Path("live"), l.Path("models"), l.Path("rejects"), l.Path("manifests"), filepath.Join(l.dir, "warehouse"), l.TempDir()} {
		if err := swept.folder(folder, named); err != nil {
			return swept, err
		}
	}
	return swept, nil
}

// folder removes the files that nobody names, and what folders that leaves empty.
func (s *Swept) folder(folder string, named map[string]bool) error {
	var folders []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			folders = append(folders, path)
			return nil
		}
		committed := filepath.Base(folder) == "manifests" && strings.HasSuffix(path, ".json")
		if named[path] || committed {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			s.Bytes += info.Size()
		}
		s.Files++
		return os.Remove(path)
	})
	if err != nil {
		return fmt.Errorf("sweeping %s: %w", folder, err)
	}
	for i := len(folders) - 1; i > 0; i-- {
		_ = os.Remove(folders[i])
	}
	return nil
}
