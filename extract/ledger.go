package extract

import (
	"context"
	"fmt"
	"slices"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// count changes the ledger of one delivery through one mapping.
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
func (n *Night) balance(ctx context.Context) error {
	for _, f := range n.fresh {
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
	return n.proveStaged(ctx)
}

// proveStaged compares what the ledger says was staged or waits tonight with
// what the live files hold.
func (n *Night) proveStaged(ctx context.Context) error {
	inputs := map[string]int64{}
	for _, f := range n.fresh {
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

// rowsOfTonight counts the rows of tonight's deliveries in the live files.
func (n *Night) rowsOfTonight(ctx context.Context, input string) (int64, error) {
	set := n.Manifest.Inputs[input]
	if set == nil {
		return 0, nil
	}
	total := int64(0)
	var mixed []lake.File
	for _, f := range set.All() {
		switch first := n.firstID; {
		case slices.Min(f.Deliveries) >= first:
			total += f.Rows
		case slices.Max(f.Deliveries) >= first:
			mixed = append(mixed, f)
		}
	}
	if len(mixed) == 0 {
		return total, nil
	}
	var more int64
	err := n.DB.QueryRowContext(ctx, fmt.Sprintf("select count(*) from %s where delivery_id >= %d", duck.Parquet(n.Lake.Paths(mixed)), n.firstID)).Scan(&more)
	return total + more, duck.Scrub(err)
}
