package extract

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"nightjar/internal/config"
	"nightjar/internal/lake"
)

// A State says what is to be done with a delivery that was found.
type State string

// The states of a delivery before it is read.
const (
	New       State = "new"
	Changed   State = "changed"   // a new version of a name that is known
	Remapped  State = "remapped"  // same content, but it is read differently now
	Unchanged State = "unchanged" // the version that counts already
	Held      State = "held"      // same content as another name
	Gone      State = "gone"      // known, to be read again, but no longer there
)

// Found is a delivery as discovered: what a run will do with it, and why.
type Found struct {
	Source   *config.Source
	Path     string
	State    State
	Reason   string
	Delivery lake.Delivery
}

// Discover looks at every source's files and compares them with the manifest:
// in the order of the sources, then in natural order of the names. A file whose
// size, time and inode are those recorded is not read, unless verify is set.
// A source without any file is an error unless it is optional or was never seen.
func Discover(ctx context.Context, c *config.Config, m *lake.Manifest, verify bool) ([]Found, error) {
	var all []Found
	for _, source := range c.Sources {
		paths, err := files(c.Dir, source)
		if err != nil {
			return nil, err
		}
		found, err := discoverSource(ctx, c, source, paths, m, verify)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// files lists a source's files by name: the path below the folder that its
// pattern fixes.
func files(dir string, source *config.Source) (map[string]string, error) {
	paths := map[string]string{}
	for _, pattern := range source.Files {
		full := pattern
		if !filepath.IsAbs(pattern) {
			full = filepath.Join(dir, pattern)
		}
		matches, err := filepath.Glob(full)
		if err != nil {
			return nil, fmt.Errorf("source %s: files %q: %w", source.Name, pattern, err)
		}
		if len(matches) == 0 && !source.Optional {
			return nil, fmt.Errorf("source %s: no file matches %s; check the path in nightjar.yaml, or say `optional: true` if it may be missing", source.Name, pattern)
		}
		base := fixedFolder(full)
		for _, path := range matches {
			name, err := filepath.Rel(base, path)
			if err != nil {
				return nil, fmt.Errorf("source %s: %w", source.Name, err)
			}
			if other, twice := paths[name]; twice && other != path {
				return nil, fmt.Errorf("source %s: %s and %s would both be the delivery %s; make them two sources", source.Name, other, path, name)
			}
			paths[name] = path
		}
	}
	return paths, nil
}

// fixedFolder is the part of a pattern before its first wildcard, as a folder.
func fixedFolder(pattern string) string {
	for strings.ContainsAny(pattern, "*?[") {
		pattern = filepath.Dir(pattern)
		if !strings.ContainsAny(pattern, "*?[") {
			return pattern
		}
	}
	return filepath.Dir(pattern)
}

func discoverSource(ctx context.Context, c *config.Config, source *config.Source, paths map[string]string, m *lake.Manifest, verify bool) ([]Found, error) {
	known := current(m, source.Name)
	mapping := mappingOf(source)
	remapped := false
	var found []Found
	for _, name := range slices.SortedFunc(maps.Keys(paths), naturally) {
		f, err := look(ctx, source, name, paths[name], known, verify)
		if err != nil {
			return nil, err
		}
		f.Delivery.Mapping = mapping
		old, seen := known[f.Delivery.Name]
		switch {
		case f.State == Unchanged && old.State == "current" && old.Mapping != mapping:
			f.State, f.Reason = Remapped, "the mapping changed"
			f.Delivery.Place = old.Place
			remapped = true
		case f.State == Unchanged && old.State == "held" && source.SameContent == "load":
			f.State, f.Reason = New, "it was held, and is loaded now"
		case f.State == New && seen:
			f.State, f.Reason = Changed, "its content changed"
		}
		found = append(found, f)
	}
	if remapped {
		found = append(found, gone(source, found, known, mapping)...)
	}
	return holdTwins(source, found, known), nil
}

// current lists the newest versions of a source's deliveries by name.
func current(m *lake.Manifest, source string) map[string]lake.Delivery {
	known := map[string]lake.Delivery{}
	if m == nil {
		return known
	}
	for _, d := range m.Deliveries {
		if d.Source == source && d.State != "replaced" {
			known[d.Name] = d
		}
	}
	return known
}

// look compares one file with what is known of its name.
func look(ctx context.Context, source *config.Source, name, path string, known map[string]lake.Delivery, verify bool) (Found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Found{}, fmt.Errorf("source %s: looking at a file: %w", source.Name, err)
	}
	if info.IsDir() {
		return Found{}, fmt.Errorf("source %s: %s is a folder; name files, such as %s", source.Name, path, filepath.Join(path, "*.csv"))
	}
	f := Found{Source: source, Path: path, State: New, Delivery: lake.Delivery{
		Source: source.Name, Name: name, Size: info.Size(), ModifiedAt: info.ModTime().UTC(), Inode: inode(info),
	}}
	old, seen := known[f.Delivery.Name]
	same := seen && old.Size == info.Size() && old.ModifiedAt.Equal(info.ModTime()) && old.Inode == inode(info)
	switch {
	case same && !verify:
		f.State, f.Delivery.SHA256 = Unchanged, old.SHA256
	case seen:
		if f.Delivery.SHA256, err = hashFile(ctx, path); err != nil {
			return Found{}, fmt.Errorf("source %s: reading a file: %w", source.Name, err)
		}
		if f.Delivery.SHA256 == old.SHA256 {
			f.State = Unchanged
		}
	}
	return f, nil
}

// gone lists the deliveries that a changed mapping would read again, were they
// still there. Their rows stay as they were read.
func gone(source *config.Source, found []Found, known map[string]lake.Delivery, mapping string) []Found {
	var missing []Found
	for name, d := range known {
		there := slices.ContainsFunc(found, func(f Found) bool { return f.Delivery.Name == name })
		if !there && d.Mapping != mapping && d.State == "current" {
			missing = append(missing, Found{Source: source, Path: name, State: Gone, Reason: "the mapping changed, but the file is no longer there: its rows stay as they were read", Delivery: d})
		}
	}
	slices.SortFunc(missing, func(a, b Found) int { return naturally(a.Path, b.Path) })
	return missing
}

// holdTwins holds a delivery whose content is known under another name. New
// files are hashed only where another one has their size.
func holdTwins(source *config.Source, found []Found, known map[string]lake.Delivery) []Found {
	if source.SameContent == "load" {
		return found
	}
	first := map[string]string{}
	for name, d := range known {
		if d.State == "current" {
			first[d.SHA256] = name
		}
	}
	sizes := map[int64]int{}
	for _, d := range known {
		sizes[d.Size]++
	}
	for _, f := range found {
		if f.State == New {
			sizes[f.Delivery.Size]++
		}
	}
	for i, f := range found {
		if f.State != New || sizes[f.Delivery.Size] < 2 {
			continue
		}
		if f.Delivery.SHA256 == "" {
			sum, err := hashFile(context.Background(), f.Path)
			if err != nil {
				continue // reading it will say what is wrong
			}
			found[i].Delivery.SHA256 = sum
		}
		sum := found[i].Delivery.SHA256
		if twin, seen := first[sum]; seen && twin != f.Delivery.Name {
			found[i].State = Held
			found[i].Reason = fmt.Sprintf("its content is that of %s, which counts already; say `same_content: load` on the source if both are true", twin)
			continue
		}
		first[sum] = f.Delivery.Name
	}
	return found
}

// mappingOf fingerprints everything that decides how a source's rows are read.
func mappingOf(source *config.Source) string {
	var parts []string
	for _, m := range source.Maps {
		parts = append(parts, m.Input+"="+source.Fingerprint(m.Input))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:8])
}

func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	buffer := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		read, err := f.Read(buffer)
		sum.Write(buffer[:read])
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}

func inode(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino
	}
	return 0
}

// naturally orders names so that numbers within them count as numbers.
func naturally(a, b string) int {
	for a != "" && b != "" {
		x, restA := chunk(a)
		y, restB := chunk(b)
		if order := compareChunks(x, y); order != 0 {
			return order
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

func compareChunks(x, y string) int {
	if !digit(x[0]) || !digit(y[0]) {
		return cmp.Compare(x, y)
	}
	p, q := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	return cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q), cmp.Compare(len(x), len(y)))
}

// chunk cuts the leading run of digits or of other bytes.
func chunk(s string) (run, rest string) {
	end := 1
	for end < len(s) && digit(s[end]) == digit(s[0]) {
		end++
	}
	return s[:end], s[end:]
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
