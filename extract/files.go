package extract

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"nightjar/extract/delivered"
	"nightjar/internal/config"
)

// files lists a source's files by name: the path below the folder that its
// pattern fixes, with / between folders.
func files(dir string, source *config.Source) (map[string]place, error) {
	paths := map[string]place{}
	for _, pattern := range source.Files {
		matches, err := filepath.Glob(config.PatternIn(dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("source %s: files %q: %w", source.Name, pattern, err)
		}
		if len(matches) == 0 && !source.Optional {
			return nil, fmt.Errorf("source %s: no file matches %s; check the path in nightjar.yaml, or say `optional: true` if it may be missing", source.Name, pattern)
		}
		base := config.FixedFolder(dir, pattern)
		for _, path := range matches {
			name, err := filepath.Rel(base, path)
			if err != nil {
				return nil, fmt.Errorf("source %s: %w", source.Name, err)
			}
			if err := add(paths, source, filepath.ToSlash(name), path); err != nil {
				return nil, fmt.Errorf("source %s: %w", source.Name, err)
			}
		}
	}
	return paths, nil
}

// A place is where a delivery's bytes are. Of a member of an archive, size is the
// member's; else it is not known yet.
type place struct {
	delivered.File
	size int64
}

// add enters a file or, of an archive, its members, each by its name.
func add(paths map[string]place, source *config.Source, name, path string) error {
	if !delivered.IsArchive(path) {
		return enter(paths, name, place{File: delivered.File{Path: path, Encoding: source.Encoding}})
	}
	members, err := delivered.Members(path, source.Members)
	if err != nil { // it may not be whole yet, or be held: that is seen when it is to be read
		return enter(paths, name, place{File: delivered.File{Path: path, Encoding: source.Encoding}})
	}
	if len(members) == 0 && !source.Optional {
		return fmt.Errorf("the archive %s holds no file%s; correct `members`, or say `optional: true` if it may be empty", path, matching(source.Members))
	}
	for _, m := range members {
		if err := enter(paths, name+"/"+m.Name, place{File: delivered.File{Path: path, Member: m.Name, Encoding: source.Encoding}, size: m.Size}); err != nil {
			return err
		}
	}
	return nil
}

func matching(glob string) string {
	if glob == "" {
		return ""
	}
	return " that matches " + glob
}

func enter(paths map[string]place, name string, p place) error {
	if other, twice := paths[name]; twice && (other.File != p.File || p.Member != "") {
		return fmt.Errorf("%s and %s would both be the delivery %s; make them two sources", other, p, name)
	}
	paths[name] = p
	return nil
}

// naturally orders names so that numbers within them count as numbers; equal
// numbers of other lengths (7, 07) decide only when nothing else does.
func naturally(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		var p, q string
		p, x = token(x)
		q, y = token(y)
		if order := compareTokens(p, q); order != 0 {
			return order
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// compareTokens compares numbers by value, whatever their leading zeros.
func compareTokens(x, y string) int {
	if !digit(x[0]) || !digit(y[0]) {
		return cmp.Compare(x[0], y[0])
	}
	p, q := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	return cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q))
}

// token cuts the leading number, or the leading byte.
func token(s string) (first, rest string) {
	end := 1
	for digit(s[0]) && end < len(s) && digit(s[end]) {
		end++
	}
	return s[:end], s[end:]
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
