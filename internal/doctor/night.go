package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// hung is how long a run may hold the lock before it looks like it hangs.
const hung = 24 * time.Hour

func (e *examination) lock(l *lake.Lake) {
	holder, held, err := l.Holder()
	switch since := e.now.Sub(holder.Since).Round(time.Second); {
	case err != nil:
		e.add("lock", Fail, err.Error(), "remove the file, when no run is under way")
	case !held:
		e.add("lock", OK, "no run is under way", "")
	case holder.PID != 0 && since > hung:
		e.add("lock", Fail, fmt.Sprintf("run %s holds %s for %s (process %d on %s), and no other run can begin", holder.Run, filepath.Join(l.Dir(), "lock"), since, holder.PID, holder.Host), fmt.Sprintf("look whether that process hangs, and stop it (kill %d on %s); the lock dies with it", holder.PID, holder.Host))
	default:
		e.add("lock", OK, fmt.Sprintf("run %s is under way since %s (process %d on %s)", holder.Run, holder.Since.UTC().Format(time.RFC3339), holder.PID, holder.Host), "")
	}
}

// A night writes a new warehouse beside the old one, and spills.
const leastFree = 1 << 30

func (e *examination) disk(l *lake.Lake, m *lake.Manifest) {
	free, known := freeBytes(l.Dir())
	if !known {
		return
	}
	need := int64(leastFree)
	if m != nil {
		need += 2 * (sizeOf(l.WarehousePath(m.Warehouse)) + sizeOf(l.WarehousePath(m.Person)))
	}
	found := fmt.Sprintf("%.1f GB free for %s, a night may need %.1f GB", float64(free)/1e9, l.Dir(), float64(need)/1e9)
	switch {
	case free < need/4:
		e.add("disk", Fail, found, "make room on that disk, or move `state` to a larger one")
	case free < need:
		e.add("disk", Warn, found, "make room on that disk, or move `state` to a larger one")
	default:
		e.add("disk", OK, found, "")
	}
}

// version looks whether a newer Nightjar wrote the current manifest: what this
// one does not know of it, its next run would lose.
func (e *examination) version(l *lake.Lake, m *lake.Manifest) {
	path := l.Path(fmt.Sprintf("manifests/%06d.json", m.Number))
	text, err := os.ReadFile(path)
	if err == nil {
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		err = strict.Decode(&lake.Manifest{})
	}
	if err != nil {
		e.add("version", Fail, fmt.Sprintf("%s was written by a newer Nightjar than this one: %v", path, err), "run the Nightjar that wrote it, or a newer one (`nightjar version` says which this is); do not run nights with this one")
		return
	}
	e.add("version", OK, "this Nightjar knows all that "+filepath.Base(path)+" says", "")
}

func (e *examination) warehouse(ctx context.Context, l *lake.Lake, m *lake.Manifest) {
	path := l.WarehousePath(m.Warehouse)
	temp, err := os.MkdirTemp("", "nightjar-doctor-")
	if err == nil {
		defer os.RemoveAll(temp)
		err = opens(ctx, path, temp)
	}
	if err != nil {
		e.add("warehouse", Fail, err.Error(), "rebuild it with `nightjar run --full`")
		return
	}
	e.add("warehouse", OK, fmt.Sprintf("%s opens, as of %s", m.Warehouse, m.AsOf), "")
}

func opens(ctx context.Context, path, temp string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := duck.OpenReader(ctx, duck.Options{Path: path, MemoryLimit: "64MB", Threads: 1, Temp: temp}, nil)
	if err != nil {
		return err
	}
	return db.Close()
}

func (e *examination) link(l *lake.Lake, m *lake.Manifest) {
	path := filepath.Join(l.Dir(), "warehouse.duckdb")
	if target, err := os.Readlink(path); err != nil || filepath.Base(target) != m.Warehouse {
		e.add("link", Warn, fmt.Sprintf("%s does not lead to %s", path, m.Warehouse), "the next run sets it; until then, tools that open it see an older night")
		return
	}
	e.add("link", OK, "warehouse.duckdb leads to "+m.Warehouse, "")
}

// leftovers counts what a run that died left behind.
func (e *examination) leftovers(l *lake.Lake) {
	if _, held, _ := l.Holder(); held {
		return
	}
	left := 0
	for _, pattern := range []string{filepath.Join(l.TempDir(), "*"), l.Path("manifests/*.tmp"), filepath.Join(l.Dir(), "*.new")} {
		paths, _ := filepath.Glob(pattern)
		left += len(paths)
	}
	if left > 0 {
		e.add("leftovers", Warn, fmt.Sprintf("%d files of a run that died", left), "nothing: the next run sweeps them")
		return
	}
	e.add("leftovers", OK, "none", "")
}
