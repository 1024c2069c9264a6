package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nightjar/internal/lake"
)

// ErrBlocked means that an audit refuses the night; last night stays current.
var ErrBlocked = errors.New("the night was not published")

// Publish makes the built night current: it syncs every file that is new,
// makes the two database files read-only under their final names (the
// warehouse 0444; the person file 0400), commits the manifest, and points
// warehouse.duckdb at it. The commit decides: before it the night before is
// whole, after it this one is, and a crash in between leaves one or the other.
//
// It refuses with ErrBlocked when a finding blocks. On lake.ErrRival the files
// built here are removed and the rival's night is current. An error after the
// commit says so: the night counts, and the next run's Point mends the link.
func Publish(ctx context.Context, n Night, findings Findings) error {
	if blocking := findings.Blocking(); len(blocking) > 0 {
		return fmt.Errorf("%w: %s", ErrBlocked, blocking.messages())
	}
	if err := n.sync(ctx); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	for name, mode := range map[string]os.FileMode{n.Manifest.Warehouse: 0o444, n.Manifest.Person: 0o400} {
		if err := os.Chmod(n.building(name), mode); err != nil {
			return fmt.Errorf("publishing: %w", err)
		}
		if err := os.Rename(n.building(name), n.Lake.WarehousePath(name)); err != nil {
			return fmt.Errorf("publishing: %w", err)
		}
	}
	if err := lake.SyncDir(n.Lake.WarehousePath("")); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	if err := n.Lake.Commit(n.Manifest); err != nil {
		if errors.Is(err, lake.ErrRival) {
			_ = os.Remove(n.Lake.WarehousePath(n.Manifest.Warehouse))
			_ = os.Remove(n.Lake.WarehousePath(n.Manifest.Person))
		}
		return err
	}
	if err := n.Lake.Point(n.Manifest); err != nil {
		return fmt.Errorf("run %s is published, but its link is not: %w; the next run mends it", n.Manifest.Run, err)
	}
	return nil
}

// sync puts on disk everything that the manifest names for the first time, and
// the folders above it.
func (n Night) sync(ctx context.Context) error {
	paths := []string{n.building(n.Manifest.Warehouse), n.building(n.Manifest.Person)}
	folders := map[string]bool{}
	for _, f := range n.newFiles() {
		path := n.Lake.Path(f.Path)
		paths = append(paths, path)
		for dir := filepath.Dir(filepath.Dir(path)); len(dir) > len(n.Lake.Dir()); dir = filepath.Dir(dir) {
			folders[dir] = true
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := lake.SyncFiles(paths); err != nil {
		return err
	}
	for _, dir := range sortedKeys(folders) {
		if err := lake.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}
