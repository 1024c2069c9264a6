package pipeline

import (
	"context"
	"fmt"

	"nightjar/extract"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// nothingLost refuses a full run that would forget rows which no file gives any
// more, and gives every delivery that is read again the place and the time of
// receipt that it had.
func (n *night) nothingLost(ctx context.Context, found []extract.Found) error {
	if n.previous == nil {
		return nil
	}
	type name struct{ source, name string }
	again, changed := map[name]*lake.Delivery{}, map[name]bool{}
	for i, f := range found {
		again[name{f.Delivery.Source, f.Delivery.Name}] = &found[i].Delivery
	}
	known, err := n.discover(ctx, n.previous)
	if err != nil {
		return err
	}
	for _, f := range known {
		changed[name{f.Delivery.Source, f.Delivery.Name}] = f.State == extract.Changed && f.Source.Mode != "append"
	}
	live := n.previous.Live()
	for _, d := range n.previous.Deliveries {
		is := name{d.Source, d.Name}
		delivery, isThere := again[is]
		switch {
		case d.State != "current" && !live[d.ID]:
		case !isThere:
			return lost(d, "its file is no longer there")
		case live[d.ID] && (d.State != "current" || changed[is]):
			return lost(d, "the file of that name is a newer version, which does not have all of its rows")
		default:
			delivery.Place, delivery.ReceivedAt = d.Place, d.ReceivedAt
		}
	}
	return nil
}

func lost(d lake.Delivery, because string) error {
	return exitcode.With(exitcode.Source, fmt.Errorf("a full run would lose rows of %s of source %s, received %s: %s; restore it, or run without --full",
		d.Name, d.Source, d.ReceivedAt.Format("2006-01-02"), because))
}
