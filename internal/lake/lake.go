// Package lake keeps what a run leaves behind: immutable files, and the
// manifests that say which of them count. docs/formats.md describes every file.
package lake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Lake is the state folder of one project:
//
//	lock                        held by the run that is under way
//	lake/manifests/000001.json  what counts, night by night
//	lake/live, lake/models      Parquet files
//	lake/rejects                rejected rows with their raw text (0600)
//	runs/<run>/                 report, ledger and evidence of each run
//	warehouse/…                 warehouse-<run>.duckdb, person-<run>.duckdb
//	warehouse.duckdb            link to the current warehouse
type Lake struct{ dir string }

// Open returns the lake under dir, and makes its folders (0700).
func Open(dir string) (*Lake, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	l := &Lake{dir: dir}
	for _, folder := range []string{"lake/manifests", "lake/live", "lake/models", "lake/rejects", "runs", "warehouse", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("making the state folder: %w", err)
		}
	}
	return l, nil
}

// Dir is the state folder.
func (l *Lake) Dir() string { return l.dir }

// Path is where a file of the lake lies, by the path that manifests name.
func (l *Lake) Path(path string) string {
	return filepath.Join(l.dir, "lake", filepath.FromSlash(path))
}

// Paths are those of several files.
func (l *Lake) Paths(files []File) []string {
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	return l.Absolute(paths)
}

// Absolute is where files lie, by the paths that manifests name.
func (l *Lake) Absolute(paths []string) []string {
	absolute := make([]string, len(paths))
	for i, path := range paths {
		absolute[i] = l.Path(path)
	}
	return absolute
}

// Relative is the inverse of Path.
func (l *Lake) Relative(path string) string {
	rel, err := filepath.Rel(filepath.Join(l.dir, "lake"), path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

// WarehousePath is where a warehouse or person file lies, by its name.
func (l *Lake) WarehousePath(name string) string { return filepath.Join(l.dir, "warehouse", name) }

// RunDir is the folder of a run's report and evidence.
func (l *Lake) RunDir(run string) string { return filepath.Join(l.dir, "runs", run) }

// TempDir is where queries spill and builds are begun; it is emptied by Sweep.
func (l *Lake) TempDir() string { return filepath.Join(l.dir, "tmp") }

// Landing is the path of a folder of the landing.
func (l *Lake) Landing(name string) string { return filepath.Join(l.dir, "landing", name) }

// Numbers lists the committed manifests, oldest first.
func (l *Lake) Numbers() ([]int, error) {
	entries, err := os.ReadDir(l.Path("manifests"))
	if err != nil {
		return nil, fmt.Errorf("listing manifests: %w", err)
	}
	var numbers []int
	for _, entry := range entries {
		name, isManifest := strings.CutSuffix(entry.Name(), ".json")
		if number, err := strconv.Atoi(name); err == nil && isManifest {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// Current is the newest committed manifest, nil before the first night.
func (l *Lake) Current() (*Manifest, error) {
	numbers, err := l.Numbers()
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	return l.Manifest(numbers[len(numbers)-1])
}

// Manifest reads one committed manifest. An error that is fs.ErrNotExist means
// that it was swept.
func (l *Lake) Manifest(number int) (*Manifest, error) {
	path := l.manifestPath(number)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading manifest %d: %w", number, err)
	}
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("reading %s: %w; the file is damaged: restore it from a backup, or remove it to go back to the night before", path, err)
	}
	if m.Format > Format {
		return nil, fmt.Errorf("reading %s: a newer Nightjar wrote it (format %d, this one knows %d): run that one, or a later one; `nightjar version` says which this is", path, m.Format, Format)
	}
	return m, nil
}

func (l *Lake) manifestPath(number int) string {
	return l.Path(fmt.Sprintf("manifests/%06d.json", number))
}

// ErrRival means that another run committed the same manifest number first.
var ErrRival = errors.New("another run has committed this night first; nothing was published, run again")

// Commit makes the manifest real, in one step that either happens whole or not
// at all: everything that it names must be on disk and synced before. It
// returns ErrRival when its number is taken.
func (l *Lake) Commit(m *Manifest) error {
	m.Format = Format
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	final := l.manifestPath(m.Number)
	temporary := final + "." + m.Run + ".tmp"
	if err := WriteSynced(temporary, text, 0o600); err != nil {
		return fmt.Errorf("writing manifest %d: %w", m.Number, err)
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, final); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return ErrRival
		}
		return fmt.Errorf("committing manifest %d: %w", m.Number, err)
	}
	return SyncDir(filepath.Dir(final))
}

// Point makes warehouse.duckdb and person.duckdb link to the manifest's files.
// It is done again at the start of each run, in case a crash came between.
func (l *Lake) Point(m *Manifest) error {
	for link, name := range map[string]string{"warehouse.duckdb": m.Warehouse, "person.duckdb": m.Person} {
		target := filepath.Join("warehouse", name)
		path := filepath.Join(l.dir, link)
		if now, err := os.Readlink(path); err == nil && now == target {
			continue
		}
		temporary := path + ".new"
		_ = os.Remove(temporary)
		if err := os.Symlink(target, temporary); err != nil {
			return fmt.Errorf("switching %s: %w", link, err)
		}
		if err := os.Rename(temporary, path); err != nil {
			return fmt.Errorf("switching %s: %w", link, err)
		}
	}
	return SyncDir(l.dir)
}
