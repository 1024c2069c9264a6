package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightjar/extract/delivered"
	"nightjar/internal/config"
	"nightjar/internal/lake"
)

// A State says what is to be done with a delivery that was found.
type State string

// The states of a delivery before it is read.
const (
	New       State = "new"
	Changed   State = "changed"   // a new version of a name that is known
	Remapped  State = "remapped"  // same content, but it is to be read again
	Unchanged State = "unchanged" // the version that is known already
	Held      State = "held"      // same content as another name
	Waiting   State = "waiting"   // not whole yet: not read tonight
	Gone      State = "gone"      // known, to be read again, but no longer there
)

// Found is a delivery as discovered: what a run will do with it, and why.
type Found struct {
	Source *config.Source
	// File is where its bytes are, Path the same for a person.
	File     delivered.File
	Path     string
	State    State
	Reason   string
	Delivery lake.Delivery
	// released says that somebody wants it read, whatever held it.
	released bool
	// replayed says that somebody wants it read again, in its place.
	replayed bool
	// landed says that its bytes are those that the landing kept.
	landed bool
}

// A Verdict is what somebody decided about a delivery: it is held, released, or to
// be read again in the place that it has.
type Verdict struct {
	Held   bool
	Replay bool
	Reason string
	// Run is the time of the decision, as runs are named.
	Run string
}

// A Look is what Discover compares the files with, and when.
type Look struct {
	// Manifest is the one that counts; nil before the first night.
	Manifest *lake.Manifest
	// Verify has files read whose size, time and inode are as recorded.
	Verify bool
	// Now is the moment by which the age of files is told.
	Now time.Time
	// Verdicts about deliveries, by source/name.
	Verdicts map[string]Verdict
	// Landing finds the bytes of a delivery that is no longer where it was.
	Landing func(lake.Delivery) (delivered.File, bool)
}

// Discover looks at every source's files and compares them with the manifest, at a moment:
// in the order of the sources, then in natural order of the names. A file whose
// size, time and inode are those recorded is not read, unless verify is set.
// A pattern that no file matches is an error unless its source is optional.
func Discover(ctx context.Context, c *config.Config, look Look) ([]Found, error) {
	var all []Found
	for _, source := range c.Sources {
		paths, err := files(c.Dir, source)
		if err != nil {
			return nil, err
		}
		d := &discovery{source: source, known: knownNames(look.Manifest, source.Name), mapping: mappingOf(source), Look: look}
		if err := d.look(ctx, paths); err != nil {
			return nil, fmt.Errorf("source %s: %w", source.Name, err)
		}
		all = append(all, d.found...)
	}
	reconsider(all, look.Manifest)
	return all, nil
}

// reconsider has deliveries read again whose rows were rejected as duplicates,
// when another one of their input, in append mode, has a new version: a key that
// it no longer gives is theirs.
func reconsider(all []Found, m *lake.Manifest) {
	freed := map[string]bool{}
	for _, f := range all {
		if f.Source.Mode == "append" && (f.State == Changed || f.State == Held) {
			for _, mapping := range f.Source.Maps {
				freed[mapping.Input] = true
			}
		}
	}
	if len(freed) == 0 || m == nil {
		return
	}
	rivals := map[int64]lake.Delivery{}
	for _, d := range m.Deliveries {
		if d.State == "current" && slices.ContainsFunc(d.Counts, func(c lake.Counts) bool { return c.Duplicates > 0 && freed[c.Input] }) {
			rivals[d.ID] = d
		}
	}
	for i := range all {
		f := &all[i]
		if old, isRival := rivals[f.Delivery.ID]; isRival && f.State == Unchanged && f.Source.Mode == "append" {
			f.State, f.Reason = Remapped, "a key that was given twice may be its own now"
			f.Delivery.Place, f.Delivery.ReceivedAt = old.Place, old.ReceivedAt
		}
	}
}

// discovery is one source's under way.
type discovery struct {
	Look
	source *config.Source
	known  map[string]versions
	// mapping fingerprints how the source's rows are read.
	mapping string
	found   []Found
}

// versions are what the manifest knows of one name: its latest version, and the
// one whose rows count: none where the latest is held, or an older one where it
// is held as bad.
type versions struct{ latest, counting *lake.Delivery }

func knownNames(m *lake.Manifest, source string) map[string]versions {
	known := map[string]versions{}
	if m == nil {
		return known
	}
	for i := range m.Deliveries {
		d := &m.Deliveries[i]
		if d.Source != source || d.State == "replaced" {
			continue
		}
		v := known[d.Name]
		v.latest = d
		if d.State == "current" {
			v.counting = d
		}
		known[d.Name] = v
	}
	return known
}

func (d *discovery) look(ctx context.Context, paths map[string]place) error {
	for _, name := range slices.SortedFunc(maps.Keys(paths), naturally) {
		if isMarker(d.source, paths[name].Path) {
			continue
		}
		f, err := d.compare(ctx, name, paths[name])
		if err != nil {
			return err
		}
		d.judge(&f)
		d.found = append(d.found, f)
	}
	d.found = append(d.found, d.heldElsewhere()...)
	d.readOthersAgain()
	if err := d.awaitParts(); err != nil {
		return err
	}
	if err := d.holdTwins(ctx); err != nil {
		return err
	}
	d.found = append(d.found, d.gone()...)
	return nil
}

// compare says what one file is to what is known of its name.
func (d *discovery) compare(ctx context.Context, name string, p place) (Found, error) {
	info, err := os.Stat(p.Path)
	if err != nil {
		return Found{}, fmt.Errorf("looking at a file: %w", err)
	}
	if info.IsDir() {
		return Found{}, fmt.Errorf("%s is a folder; name files, such as %s", p.Path, filepath.Join(p.Path, "*.csv"))
	}
	size := info.Size()
	if p.Member != "" {
		size = p.size
	}
	f := Found{Source: d.source, File: p.File, Path: p.String(), State: New, Delivery: lake.Delivery{
		Source: d.source.Name, Name: name, Size: size, ModifiedAt: info.ModTime().UTC(), Inode: inode(info), Mapping: d.mapping,
	}}
	old := d.known[name].latest
	seen := old != nil && old.Size == size && old.ModifiedAt.Equal(info.ModTime()) && old.Inode == inode(info)
	if !seen {
		reason, err := notReady(d.source, p.Path, info, d.Now)
		if err != nil {
			return Found{}, err
		}
		if reason != "" {
			f.State, f.Reason = Waiting, reason
			return f, nil
		}
	}
	if old == nil {
		return f, nil
	}
	if seen && !d.Verify {
		f.Delivery.SHA256 = old.SHA256
		d.same(&f, old)
		return f, nil
	}
	if f.Delivery.SHA256, err = delivered.Hash(ctx, p.File); err != nil {
		return Found{}, fmt.Errorf("reading a file: %w", err)
	}
	if f.Delivery.SHA256 == old.SHA256 {
		d.same(&f, old)
		return f, nil
	}
	f.State, f.Reason = Changed, "its content changed"
	return f, nil
}

// same decides about a file whose bytes are those of its name's latest version.
func (d *discovery) same(f *Found, old *lake.Delivery) {
	remapped := old.Mapping != d.mapping
	switch {
	case old.State == "current" && remapped:
		f.State, f.Reason = Remapped, "the mapping changed"
		f.Delivery.Place, f.Delivery.ReceivedAt = old.Place, old.ReceivedAt
	case old.State == "held" && old.Twin != "" && d.source.Mode != "append" && d.source.SameContent != "load":
		// It said nothing new when it came, and what came later overrules it.
		f.State, f.Delivery.ID = Unchanged, old.ID
	case old.State == "held" && old.Twin != "":
		f.State, f.Reason = New, "it was held, and is loaded now"
	case old.State == "held" && remapped:
		f.State, f.Reason = New, "it was held, and is read differently now"
	default:
		f.State, f.Delivery.ID = Unchanged, old.ID
	}
}

// gone lists the deliveries that a changed mapping would read again, were they
// still there. Their rows stay as they were read. It is said in the night in
// which the mapping changes.
func (d *discovery) gone() []Found {
	announce := true
	for _, v := range d.known {
		announce = announce && (v.counting == nil || v.counting.Mapping != d.mapping)
	}
	read := map[string]bool{}
	for _, f := range d.found {
		announce = announce || f.State == Remapped
		read[f.Delivery.Name] = f.State != Unchanged
	}
	var missing []Found
	for name, v := range d.known {
		if announce && v.counting != nil && v.counting.Mapping != d.mapping && !read[name] {
			missing = append(missing, d.fromLanding(*v.counting))
		}
	}
	slices.SortFunc(missing, func(a, b Found) int { return naturally(a.Path, b.Path) })
	return missing
}

// fromLanding has a delivery read again from the copy that the landing keeps, as
// long as there is one.
func (d *discovery) fromLanding(counting lake.Delivery) Found {
	f := Found{Source: d.source, Path: counting.Name, State: Gone, Reason: "the mapping changed, but the file is no longer there: its rows stay as they were read", Delivery: counting}
	if d.Landing == nil {
		return f
	}
	if file, kept := d.Landing(counting); kept {
		file.Encoding = d.source.Encoding
		f.File, f.State, f.Reason, f.landed = file, Remapped, "the mapping changed; it is read again from the landing", true
		f.Delivery = forget(counting)
		f.Delivery.Mapping = d.mapping
	}
	return f
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

// unmoved refuses a file that is no longer what was discovered.
func unmoved(f Found) error {
	if f.landed {
		return nil
	}
	info, err := os.Stat(f.File.Path)
	if err != nil {
		return fmt.Errorf("the file went while it was read: %w", err)
	}
	if f.File.Member == "" && info.Size() != f.Delivery.Size || !info.ModTime().Equal(f.Delivery.ModifiedAt) {
		return fmt.Errorf("it changed at %s, while it was read: deliver it under another name and rename it when it is whole, then run again", info.ModTime().UTC().Format(time.RFC3339))
	}
	return nil
}
