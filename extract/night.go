package extract

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/lake"
	"nightjar/models"

	"golang.org/x/sync/errgroup"
)

// A Night is what a run gives to Extract. Manifest is the one being made: its
// deliveries, live sets and rejects are changed in place.
type Night struct {
	DB         *sql.DB
	Lake       *lake.Lake
	Config     *config.Config
	Catalog    *models.Catalog
	Manifest   *lake.Manifest
	ReceivedAt time.Time
	Workers    int
	Log        *slog.Logger
	// Step is told of each delivery read.
	Step func(delivery string, rows int64)

	mu      sync.Mutex
	staged  map[string][]stagedFile
	rejects map[int64][]Reject
	counts  map[countKey]*lake.Counts
	// dropped deliveries' rows go: a newer version of the name replaces them,
	// or they are read again.
	dropped map[string][]int64
	// snapshots that arrived tonight, by source and input, in their order.
	snapshots map[string][]int64
	fresh     []Found
	// merged inputs have had rows come or go tonight.
	merged map[string]bool
}

type countKey struct {
	delivery int64
	input    string
}

// Extract reads the night's new deliveries into the live sets. The manifest
// then names new files, none of them synced yet. Nothing is real before the
// manifest is committed.
func Extract(ctx context.Context, n *Night, found []Found) error {
	n.staged, n.rejects = map[string][]stagedFile{}, map[int64][]Reject{}
	n.counts, n.dropped, n.snapshots = map[countKey]*lake.Counts{}, map[string][]int64{}, map[string][]int64{}
	n.merged = map[string]bool{}
	if n.Workers == 0 {
		n.Workers = runtime.GOMAXPROCS(0)
	}
	fresh := n.admit(found)
	if len(fresh) == 0 {
		return nil
	}
	n.fresh = fresh
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(n.Workers)
	for _, f := range fresh {
		group.Go(func() error { return n.read(inner, f) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := n.merge(ctx); err != nil {
		return err
	}
	if err := n.writeRejects(ctx); err != nil {
		return err
	}
	return n.balance(ctx, fresh)
}

// admit enters the new deliveries in the manifest, in their order, and says
// which older rows they replace.
func (n *Night) admit(found []Found) []Found {
	var fresh []Found
	id, place := int64(0), int64(0)
	for _, d := range n.Manifest.Deliveries {
		id, place = max(id, d.ID), max(place, d.Place)
	}
	for _, f := range found {
		if f.State == Unchanged || f.State == Gone {
			continue
		}
		id++
		d := f.Delivery
		d.ID, d.ReceivedAt, d.Run = id, n.ReceivedAt, n.Manifest.Run
		if d.Place == 0 {
			place++
			d.Place = place
		}
		if f.State == Held {
			d.State, d.Reason = "held", f.Reason
			n.Manifest.Deliveries = append(n.Manifest.Deliveries, d)
			continue
		}
		d.State = "current"
		n.replace(f, d)
		n.Manifest.Deliveries = append(n.Manifest.Deliveries, d)
		f.Delivery = d
		fresh = append(fresh, f)
	}
	return fresh
}

// replace marks older versions of the delivery, whose rows go when the mode
// says so or when they are read again.
func (n *Night) replace(f Found, d lake.Delivery) {
	for i, old := range n.Manifest.Deliveries {
		if old.Source != d.Source || old.Name != d.Name || old.State != "current" {
			continue
		}
		n.Manifest.Deliveries[i].State = "replaced"
		if f.Source.Mode == "append" || f.State == Remapped {
			n.dropped[d.Source] = append(n.dropped[d.Source], old.ID)
		}
	}
}

func (n *Night) delivery(id int64) *lake.Delivery {
	i := slices.IndexFunc(n.Manifest.Deliveries, func(d lake.Delivery) bool { return d.ID == id })
	return &n.Manifest.Deliveries[i]
}

func (n *Night) count(delivery int64, input string, change func(*lake.Counts)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := countKey{delivery, input}
	if n.counts[key] == nil {
		n.counts[key] = &lake.Counts{Input: input}
	}
	change(n.counts[key])
}

// balance enters the ledger and refuses to go on if a row is unaccounted for.
func (n *Night) balance(ctx context.Context, fresh []Found) error {
	for _, f := range fresh {
		d := n.delivery(f.Delivery.ID)
		for _, mapping := range f.Source.Maps {
			c := n.counts[countKey{d.ID, mapping.Input}]
			if c == nil {
				return fmt.Errorf("source %s, %s: no ledger for input %s; this is a fault of Nightjar, nothing was published", d.Source, d.Name, mapping.Input)
			}
			c.Staged = c.Emitted - c.Pending - c.Rejected - c.Superseded
			if !c.Balanced() || c.Staged < 0 {
				return fmt.Errorf("source %s, %s, input %s: the ledger does not balance: %+v; this is a fault of Nightjar, nothing was published", d.Source, d.Name, mapping.Input, *c)
			}
			d.Counts = append(d.Counts, *c)
		}
	}
	return n.proveStaged(ctx, fresh)
}

// found is the delivery of tonight that has the id.
func (n *Night) found(id int64) Found {
	i := slices.IndexFunc(n.fresh, func(f Found) bool { return f.Delivery.ID == id })
	return n.fresh[i]
}

// proveStaged compares what the ledger says was staged or waits tonight with
// what the live files hold.
func (n *Night) proveStaged(ctx context.Context, fresh []Found) error {
	inputs := map[string]int64{}
	for _, f := range fresh {
		for _, c := range n.delivery(f.Delivery.ID).Counts {
			inputs[c.Input] += c.Staged + c.Pending
		}
	}
	for input, want := range inputs {
		have, err := n.rowsOfTonight(ctx, input)
		if err != nil {
			return err
		}
		if have != want {
			return fmt.Errorf("input %s: the ledger says %d rows were staged tonight, the live files hold %d; this is a fault of Nightjar, nothing was published", input, want, have)
		}
	}
	return nil
}
