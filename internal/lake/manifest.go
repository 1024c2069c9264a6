package lake

import (
	"maps"
	"slices"
	"time"
)

// Format is the version of what manifests say and of the files that they name. A lake of
// a later format is not read: what this Nightjar does not know of it, it would lose.
const Format = 1

// A Manifest is the numbered, immutable list of everything that counts after a
// run: deliveries, live files, built models, clocks. Committing one is the only
// way that anything becomes real, and nothing else remembers anything.
type Manifest struct {
	// Format is that of the lake: see [Format].
	Format int    `json:"format"`
	Number int    `json:"number"`
	Run    string `json:"run"`
	// ReceivedAt is when the run took its deliveries (UTC); AsOf, a date as
	// yyyy-mm-dd, is the last business day that the warehouse speaks of.
	ReceivedAt time.Time `json:"received_at"`
	AsOf       string    `json:"as_of"`
	// Config is the fingerprint of what the configuration says about models.
	Config     string              `json:"config"`
	Deliveries []Delivery          `json:"deliveries"`
	Inputs     map[string]*LiveSet `json:"inputs"`
	Models     map[string]*Built   `json:"models"`
	// Rejects are the files of rejected rows, raw text included, by delivery id.
	Rejects map[int64]File `json:"rejects"`
	// Warehouse and Person are file names within the warehouse folder.
	Warehouse string `json:"warehouse"`
	Person    string `json:"person"`
}

// A Delivery is one version of one named thing that a source handed over.
type Delivery struct {
	ID     int64  `json:"id"`
	Source string `json:"source"`
	Name   string `json:"name"`
	// SHA256 of the bytes as delivered, and Mapping, the fingerprint of how
	// they are read, together are the version.
	SHA256  string `json:"sha256"`
	Mapping string `json:"mapping"`
	// Size, ModifiedAt and Inode let an unchanged file go unread.
	Size       int64     `json:"size"`
	ModifiedAt time.Time `json:"modified_at"`
	Inode      uint64    `json:"inode"`
	// Place is the delivery's place in the order of its source: a replayed
	// delivery keeps the one it had.
	Place      int64     `json:"place"`
	ReceivedAt time.Time `json:"received_at"`
	Run        string    `json:"run"`
	// State is "current", "replaced" (a newer version of the name counts) or
	// "held" (kept back, for the Reason): content that counts under another
	// name, Twin, a bad delivery of an optional source, or one that somebody held
	// by hand.
	State  string   `json:"state"`
	Reason string   `json:"reason,omitempty"`
	Twin   string   `json:"twin,omitempty"`
	ByHand bool     `json:"by_hand,omitempty"`
	Counts []Counts `json:"counts"`
}

// Counts is the ledger of one delivery through one mapping, as it was on the
// night that read it. Always: Read = Taken + Filtered + Unreadable, and
// Emitted = Staged + Pending + Rejected + Superseded.
type Counts struct {
	Input      string `json:"input"`
	Read       int64  `json:"read"`
	Taken      int64  `json:"taken"`
	Filtered   int64  `json:"filtered"`
	Unreadable int64  `json:"unreadable"`
	Emitted    int64  `json:"emitted"`
	Staged     int64  `json:"staged"`
	Pending    int64  `json:"pending"`
	Rejected   int64  `json:"rejected"`
	Superseded int64  `json:"superseded"`
	// Duplicates are those of the rejected rows whose key another row had given.
	Duplicates int64 `json:"duplicates,omitempty"`
	// Nulled and Warned are values, not rows: their rows are staged.
	Nulled int64 `json:"nulled"`
	Warned int64 `json:"warned"`
}

// Balanced says whether both row equations hold.
func (c Counts) Balanced() bool {
	return c.Read == c.Taken+c.Filtered+c.Unreadable &&
		c.Emitted == c.Staged+c.Pending+c.Rejected+c.Superseded
}

// A LiveSet names the immutable files that hold an input's current rows.
type LiveSet struct {
	// Contract is the fingerprint of the contract that the rows fulfil.
	Contract string `json:"contract"`
	// Columns of that contract, own ones named x_… included, with their types; Key
	// and DatedBy as there.
	Columns map[string]string `json:"columns,omitempty"`
	Key     []string          `json:"key,omitempty"`
	DatedBy []string          `json:"dated_by,omitempty"`
	// Months, by first day as yyyy-mm-dd, or Undated alone.
	Months map[string][]File `json:"months"`
	// Pending rows wait for their owner.
	Pending []File `json:"pending,omitempty"`
	// Deleted rows say that their key is deleted, lest an older version of it that
	// comes late be taken for new. No model reads them.
	Deleted []File `json:"deleted,omitempty"`
}

// Undated is the month of inputs without a date, Whole that of models without
// a partition.
const (
	Undated = "undated"
	Whole   = "whole"
)

// A File is one immutable Parquet file, by its path within the lake.
type File struct {
	Path  string `json:"path"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	// Source and System that the rows of a live file come from.
	Source string `json:"source,omitempty"`
	System string `json:"system,omitempty"`
	// Deliveries whose rows are in a live file.
	Deliveries []int64 `json:"deliveries,omitempty"`
	// Placed says that the rows were placed with a look at their owners, Orphans
	// how many of them named an owner that was not there.
	Placed  bool  `json:"placed,omitempty"`
	Orphans int64 `json:"orphans,omitempty"`
	// Reaches lists, by column, the other months in which rows also count.
	Reaches map[string][]string `json:"reaches,omitempty"`
}

// Built is what a model's last builds gave, by month or Whole.
type Built struct {
	Fingerprint string               `json:"fingerprint"`
	Partitions  map[string]Partition `json:"partitions"`
}

// A Partition is one built month of a model, or the whole of it.
type Partition struct {
	// Key says what it was built from: the same key gives the same rows.
	Key  string `json:"key"`
	File File   `json:"file"`
	// Patch says which rows of File no longer count, and which take their place.
	Patch *Patch `json:"patch,omitempty"`
	// Content is a fingerprint of the rows, whatever their order.
	Content string `json:"content"`
	Run     string `json:"run"`
}

// A Patch brings a file's rows to later ones: those of the keys in Keys do not count,
// those in File do.
type Patch struct {
	Keys File `json:"keys"`
	File File `json:"file"`
	// Rows that count, of both files together.
	Rows int64 `json:"rows"`
}

// Files are the one file of the partition, or that with its patch's keys and rows.
func (p Partition) Files() []File {
	if p.Patch == nil {
		return []File{p.File}
	}
	return []File{p.File, p.Patch.Keys, p.Patch.File}
}

// Rows that count.
func (p Partition) Rows() int64 {
	if p.Patch == nil {
		return p.File.Rows
	}
	return p.Patch.Rows
}

// Same says whether the partition is in the same files as another.
func (p Partition) Same(other Partition) bool {
	return slices.EqualFunc(p.Files(), other.Files(), func(a, b File) bool { return a.Path == b.Path })
}

// Partitions of a model, by month or Whole; none of a nil manifest, or of a model that
// is not built.
func (m *Manifest) Partitions(model string) map[string]Partition {
	if m == nil || m.Models[model] == nil {
		return nil
	}
	return m.Models[model].Partitions
}

// Next is the manifest that a new run starts from: a copy, numbered one on.
// The first follows a nil one.
func (m *Manifest) Next(run string) *Manifest {
	next := &Manifest{Number: 1, Run: run, Inputs: map[string]*LiveSet{}, Models: map[string]*Built{}, Rejects: map[int64]File{}}
	if m == nil {
		return next
	}
	next.Number = m.Number + 1
	next.Deliveries = slices.Clone(m.Deliveries)
	next.Rejects = maps.Clone(m.Rejects)
	for name, set := range m.Inputs {
		next.Inputs[name] = set.clone()
	}
	for name, built := range m.Models {
		next.Models[name] = &Built{Fingerprint: built.Fingerprint, Partitions: maps.Clone(built.Partitions)}
	}
	return next
}

func (s *LiveSet) clone() *LiveSet {
	months := map[string][]File{}
	for month, files := range s.Months {
		months[month] = slices.Clone(files)
	}
	return &LiveSet{Contract: s.Contract, Columns: s.Columns, Key: s.Key, DatedBy: s.DatedBy, Months: months, Pending: slices.Clone(s.Pending), Deleted: slices.Clone(s.Deleted)}
}

// RenameSource makes another source's own what a source has given so far.
func (m *Manifest) RenameSource(from, to string) {
	for i := range m.Deliveries {
		if m.Deliveries[i].Source == from {
			m.Deliveries[i].Source = to
		}
	}
	rename := func(files []File) {
		for i := range files {
			if files[i].Source == from {
				files[i].Source = to
			}
		}
	}
	for _, set := range m.Inputs {
		for _, files := range set.Months {
			rename(files)
		}
		rename(set.Pending)
		rename(set.Deleted)
	}
}

// Files lists every file of the live set, pending ones left out, by month.
func (s *LiveSet) Files() []File {
	var files []File
	for _, month := range slices.Sorted(maps.Keys(s.Months)) {
		files = append(files, s.Months[month]...)
	}
	return files
}

// All lists every file of the live set, those of pending and of deleted rows
// included.
func (s *LiveSet) All() []File { return slices.Concat(s.Files(), s.Pending, s.Deleted) }

// Rows counts the rows that count, pending ones left out.
func (s *LiveSet) Rows() int64 { return rows(s.Files()) }

// PendingRows counts the rows that wait for their owner.
func (s *LiveSet) PendingRows() int64 { return rows(s.Pending) }

func rows(files []File) int64 {
	var n int64
	for _, f := range files {
		n += f.Rows
	}
	return n
}

// Paths lists every lake file that the manifest names.
func (m *Manifest) Paths() []string {
	var paths []string
	for _, set := range m.Inputs {
		for _, f := range set.All() {
			paths = append(paths, f.Path)
		}
	}
	for _, built := range m.Models {
		for _, p := range built.Partitions {
			for _, f := range p.Files() {
				paths = append(paths, f.Path)
			}
		}
	}
	for _, f := range m.Rejects {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	return paths
}

// Live are the ids of the deliveries that rows of live sets, waiting ones
// included, came in.
func (m *Manifest) Live() map[int64]bool {
	live := map[int64]bool{}
	for _, set := range m.Inputs {
		for _, f := range set.All() {
			for _, id := range f.Deliveries {
				live[id] = true
			}
		}
	}
	return live
}

// Delivery returns the newest version of a source's named delivery.
func (m *Manifest) Delivery(source, name string) (Delivery, bool) {
	for _, d := range slices.Backward(m.Deliveries) {
		if d.Source == source && d.Name == name {
			return d, true
		}
	}
	return Delivery{}, false
}
