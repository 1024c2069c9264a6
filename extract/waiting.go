package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"nightjar/extract/delivered"
	"nightjar/internal/config"
)

// notReady says why a file is not to be read yet: it changed a moment ago, or the
// marker that says that it is whole is missing; "" when it may.
func notReady(source *config.Source, path string, info os.FileInfo, now time.Time) (string, error) {
	if settle, err := time.ParseDuration(source.Settle); source.Settle != "" && err == nil {
		if age := now.Sub(info.ModTime()); age < settle {
			return fmt.Sprintf("it changed %s ago, and `settle` wants it left alone for %s", age.Round(time.Second), settle), nil
		}
	}
	if source.Done == "" {
		return "", nil
	}
	marker := filepath.Join(filepath.Dir(path), strings.ReplaceAll(source.Done, "{name}", filepath.Base(path)))
	switch _, err := os.Stat(marker); {
	case os.IsNotExist(err):
		return fmt.Sprintf("its marker %s is not there yet", filepath.Base(marker)), nil
	case err != nil:
		return "", fmt.Errorf("looking for the marker of a file: %w", err)
	}
	return "", nil
}

// isMarker says whether a file is another one's marker, no delivery.
func isMarker(source *config.Source, path string) bool {
	if source.Done == "" {
		return false
	}
	before, after, _ := strings.Cut(source.Done, "{name}")
	base := filepath.Base(path)
	return len(base) > len(before)+len(after) && strings.HasPrefix(base, before) && strings.HasSuffix(base, after)
}

// A part says which part of which snapshot a delivery is.
type part struct {
	set    string
	of, at int
}

// partOf reads a part from a delivery's name.
func partOf(source *config.Source, name string) (part, error) {
	pattern, err := regexp.Compile(source.Parts)
	if err != nil {
		return part{}, fmt.Errorf("parts: %w", err)
	}
	found := pattern.FindStringSubmatch(name)
	if found == nil {
		return part{}, fmt.Errorf("%s: its name is not as parts (%s) expects", name, source.Parts)
	}
	p := part{set: found[pattern.SubexpIndex("set")]}
	for group, to := range map[string]*int{"part": &p.at, "of": &p.of} {
		if *to, err = strconv.Atoi(found[pattern.SubexpIndex(group)]); err != nil {
			return part{}, fmt.Errorf("%s: parts finds %q for %s, which is no number", name, found[pattern.SubexpIndex(group)], group)
		}
	}
	return p, nil
}

// setOf names the snapshot that a delivery is a part of, "" of one in one piece.
func setOf(f Found) string {
	if f.Source.Parts == "" {
		return ""
	}
	p, err := partOf(f.Source, f.Delivery.Name)
	if err != nil {
		return ""
	}
	return p.set
}

// closed says whether it is an archive that could not be opened, to list its members.
func (f Found) closed() bool { return f.File.Member == "" && delivered.IsArchive(f.File.Path) }

// awaitParts has the new parts of a snapshot wait until all of them are there.
// Those of which one changed are read again together: a part alone would say that
// what the others hold is gone.
func (d *discovery) awaitParts() error {
	if d.source.Parts == "" {
		return nil
	}
	sets, of := map[string]map[int]bool{}, map[string]int{}
	fresh := map[string]bool{}
	for _, f := range d.found {
		if f.State == Waiting || f.closed() {
			continue
		}
		p, err := partOf(d.source, f.Delivery.Name)
		if err != nil {
			return err
		}
		if sets[p.set] == nil {
			sets[p.set] = map[int]bool{}
		}
		sets[p.set][p.at], of[p.set] = true, max(of[p.set], p.of)
		fresh[p.set] = fresh[p.set] || f.State == New || f.State == Changed
	}
	for i := range d.found {
		f := &d.found[i]
		if f.State == Waiting || f.closed() {
			continue
		}
		p, err := partOf(d.source, f.Delivery.Name)
		if err != nil {
			return err
		}
		switch there := len(sets[p.set]); {
		case there < max(of[p.set], p.of) && (f.State == New || f.State == Changed):
			f.State, f.Reason = Waiting, fmt.Sprintf("%d of %d parts of %s are there", there, max(of[p.set], p.of), p.set)
		case fresh[p.set] && f.State == Unchanged && there == of[p.set]:
			f.State, f.Reason = Remapped, "another part of its snapshot is new"
		}
	}
	return nil
}
