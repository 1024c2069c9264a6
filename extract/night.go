package extract

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"

	"golang.org/x/sync/errgroup"
)

// A Night is what a run gives to Extract. Manifest is the one being made: its
// deliveries, live sets and rejects are changed in place, also when Extract
// fails; a failed night's manifest must not be committed.
type Night struct {
	DB         *sql.DB
	Lake       *lake.Lake
	Config     *config.Config
	Catalog    *models.Catalog
	Manifest   *lake.Manifest
	ReceivedAt time.Time
	// Accepted guards, <source>.deleted or <input>.deleted, let pass what they would stop.
	Accepted map[string]string
	// Workers is how many deliveries are read at once; 0 means one per core.
	Workers int
	// Log is told of deliveries that are held; nil for nobody.
	Log *slog.Logger
	// Step is told of each delivery read.
	Step func(delivery string, rows int64)

	mu sync.Mutex
	// index finds a delivery in the manifest by its id.
	index map[int64]int
	// firstID is the smallest delivery id of tonight.
	firstID int64
	// fresh deliveries are read tonight, twins are held.
	fresh, twins []Found
	staged       map[string][]stagedFile
	rejects      map[int64][]Reject
	counts       map[countKey]*lake.Counts
	// dropped deliveries' rows go: a newer version of the name replaces them,
	// or they are read again.
	dropped map[string][]int64
	// successor of a version that another one of its name replaces in append mode.
	successor map[int64]int64
	// snapshots that arrived tonight, by source.
	snapshots map[string][]snapshot
	// refused says of which inputs there is a table of rows that a snapshot
	// holds but the contract refuses.
	refusing sync.Mutex
	refused  map[string]bool
	// prints are the fingerprints of tonight's keys, on disk.
	prints []*printed
	// merged inputs have had rows come or go tonight.
	merged map[string]bool
}

type countKey struct {
	delivery int64
	input    string
}

// Extract reads the night's new deliveries into the live sets. The manifest
// then names new files, none of them synced yet. Nothing is real before the
// manifest is committed. A bad delivery of an optional source is held; any
// other error, or a cancelled context, ends the night.
func Extract(ctx context.Context, n *Night, found []Found) error {
	if err := n.begin(); err != nil {
		return err
	}
	n.admit(found)
	if len(n.fresh)+len(n.twins) == 0 && !n.anyOutdated() {
		return nil
	}
	err := n.extract(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("reading deliveries: %w", ctx.Err())
	}
	return err
}

func (n *Night) begin() error {
	n.staged, n.rejects = map[string][]stagedFile{}, map[int64][]Reject{}
	n.counts, n.dropped, n.snapshots = map[countKey]*lake.Counts{}, map[string][]int64{}, map[string][]snapshot{}
	n.successor = map[int64]int64{}
	n.merged, n.refused, n.index, n.fresh, n.twins = map[string]bool{}, map[string]bool{}, map[int64]int{}, nil, nil
	for i, d := range n.Manifest.Deliveries {
		n.index[d.ID] = i
	}
	if n.Workers == 0 {
		n.Workers = runtime.GOMAXPROCS(0)
	}
	if n.Log == nil {
		n.Log = slog.New(slog.DiscardHandler)
	}
	return n.checkOwners()
}

func (n *Night) extract(ctx context.Context) error {
	defer n.removePrinted()
	if err := n.readAll(ctx); err != nil {
		return err
	}
	n.fresh = slices.DeleteFunc(n.fresh, func(f Found) bool { return n.delivery(f.Delivery.ID).State == "held" })
	n.replace()
	if err := n.merge(ctx); err != nil {
		return err
	}
	if err := errors.Join(n.writeRejects(ctx), n.expireRaw(ctx)); err != nil {
		return err
	}
	return n.balance(ctx)
}

// readAll reads the fresh deliveries side by side, the biggest first, so that none of
// them is left to a single worker at the end. When one of them is as big as what a worker
// has to do, each may use all threads.
func (n *Night) readAll(ctx context.Context) error {
	var biggest, all int64
	for _, f := range n.fresh {
		biggest, all = max(biggest, f.Delivery.Size), all+f.Delivery.Size
	}
	threads := n.Workers
	if biggest < all/int64(n.Workers) {
		threads = 1
	}
	if err := duck.Share(ctx, n.DB, threads); err != nil {
		return err
	}
	defer func() { _ = duck.Share(context.WithoutCancel(ctx), n.DB, n.Workers) }()
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(n.Workers)
	bySize := slices.SortedStableFunc(slices.Values(n.fresh), func(a, b Found) int { return cmp.Compare(b.Delivery.Size, a.Delivery.Size) })
	for _, f := range bySize {
		group.Go(func() error {
			err := n.read(inner, f)
			if err != nil && f.Source.Optional && inner.Err() == nil {
				n.hold(f, err)
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

// admit enters the new deliveries in the manifest, in their order. One that is
// read again keeps its place and the time at which it was received.
func (n *Night) admit(found []Found) {
	id, place := int64(0), int64(0)
	for _, d := range n.Manifest.Deliveries {
		id, place = max(id, d.ID), max(place, d.Place)
	}
	n.firstID = id + 1
	for _, f := range found {
		place = max(place, f.Delivery.Place)
	}
	for _, f := range found {
		switch f.State {
		case Gone, Waiting:
			continue
		case Unchanged:
			n.seen(f)
			continue
		}
		id++
		d := f.Delivery
		d.ID, d.Run, d.State = id, n.Manifest.Run, "current"
		if d.ReceivedAt.IsZero() {
			d.ReceivedAt = n.ReceivedAt
		}
		if d.Place == 0 {
			place++
			d.Place = place
		}
		if f.State == Held {
			d.State, d.Reason = "held", f.Reason
			n.Log.Warn("a delivery is held", "source", d.Source, "delivery", d.Name, "reason", d.Reason)
		}
		n.index[id] = len(n.Manifest.Deliveries)
		n.Manifest.Deliveries = append(n.Manifest.Deliveries, d)
		f.Delivery = d
		if f.State == Held {
			n.twins = append(n.twins, f)
		} else {
			n.fresh = append(n.fresh, f)
		}
	}
}

// seen remembers the time and inode of a file that was found to be the same,
// so that the next night need not read it.
func (n *Night) seen(f Found) {
	if _, known := n.index[f.Delivery.ID]; known {
		d := n.delivery(f.Delivery.ID)
		d.ModifiedAt, d.Inode = f.Delivery.ModifiedAt, f.Delivery.Inode
	}
}

// hold keeps a bad delivery of an optional source back: none of its rows count,
// and those of its name's earlier version stay.
func (n *Night) hold(f Found, because error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := f.Delivery.ID
	d := n.delivery(id)
	d.State, d.Reason = "held", because.Error()
	for input, staged := range n.staged {
		n.staged[input] = slices.DeleteFunc(staged, func(s stagedFile) bool { return s.delivery == id })
	}
	for _, mapping := range f.Source.Maps {
		delete(n.counts, countKey{id, mapping.Input})
	}
	n.Log.Warn("a bad delivery of an optional source is held", "source", d.Source, "delivery", d.Name, "reason", d.Reason)
}

// replace marks older versions of tonight's deliveries, whose rows go when the
// mode says so or when they are read again.
func (n *Night) replace() {
	type name struct{ source, name string }
	fresh := map[name]Found{}
	for _, f := range slices.Concat(n.fresh, n.twins) {
		fresh[name{f.Delivery.Source, f.Delivery.Name}] = f
	}
	for i := range n.Manifest.Deliveries {
		old := &n.Manifest.Deliveries[i]
		f, replaced := fresh[name{old.Source, old.Name}]
		if !replaced || old.ID == f.Delivery.ID || old.State == "replaced" {
			continue
		}
		if old.State == "current" && (f.Source.Mode == "append" || f.State == Remapped || f.Delivery.ByHand) {
			n.dropped[old.Source] = append(n.dropped[old.Source], old.ID)
			delete(n.Manifest.Rejects, old.ID) // they are found again, or corrected
			if f.State == Changed || f.State == Held {
				n.successor[old.ID] = f.Delivery.ID
			}
		}
		old.State = "replaced"
	}
}

// delivery is the manifest's entry of that id.
func (n *Night) delivery(id int64) *lake.Delivery { return &n.Manifest.Deliveries[n.index[id]] }

// foundBy is the delivery of tonight that has the id.
func (n *Night) foundBy(id int64) Found {
	i := slices.IndexFunc(n.fresh, func(f Found) bool { return f.Delivery.ID == id })
	return n.fresh[i]
}
