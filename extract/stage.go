package extract

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/lake"
)

// A stagedFile holds rows of one delivery that passed the contract. Without a
// month they are still to be placed by their owner.
type stagedFile struct {
	lake.File
	month    string
	delivery int64
	source   *config.Source
	// printed are the fingerprints of the keys that its rows are among; nil for none.
	printed *printed
	// measured says that its manifest entry lacks nothing: no row reaches another month.
	measured bool
}

// read takes one delivery through every mapping of its source.
func (n *Night) read(ctx context.Context, f Found) error {
	err := n.readDelivery(ctx, f)
	limit, beyond := errors.AsType[*LimitError](err)
	switch {
	case ctx.Err() != nil:
		return errors.Join(err, ctx.Err())
	case err == nil:
		return nil
	case beyond:
		return limit // it names all that it is about
	case strings.Contains(err.Error(), f.Path):
		return fmt.Errorf("source %s: %w", f.Source.Name, err)
	default:
		return fmt.Errorf("source %s: reading %s: %w", f.Source.Name, f.Path, err)
	}
}

func (n *Night) readDelivery(ctx context.Context, f Found) error {
	d, err := n.about(f)
	if err != nil {
		return err
	}
	tables := map[string]*reading{}
	defer func() {
		for _, r := range tables {
			r.remove()
		}
	}()
	whole := true
	for i, mapping := range f.Source.Maps {
		r := tables[mapping.From]
		if r == nil {
			if r, err = n.readTable(ctx, f, mapping.From); err != nil {
				return err
			}
			tables[mapping.From] = r
			whole = whole && len(r.unreadable) == 0
			n.refuse(d, mapping.Input, r)
		}
		n.count(d.id, mapping.Input, func(c *lake.Counts) {
			c.Read, c.Unreadable = r.records(), int64(len(r.unreadable))
		})
		if err := n.readMapping(ctx, f, r, d, mapping, i); err != nil {
			return fmt.Errorf("input %s: %w", mapping.Input, n.blamed(ctx, r, err))
		}
	}
	if err := unmoved(f); err != nil {
		return err
	}
	if err := n.land(ctx, f); err != nil {
		return err
	}
	if f.Source.Mode == "snapshot" {
		n.mu.Lock()
		n.snapshots[f.Source.Name] = append(n.snapshots[f.Source.Name], snapshot{id: d.id, place: f.Delivery.Place, whole: whole, set: setOf(f)})
		n.mu.Unlock()
	}
	if n.Step != nil {
		n.Step(f.Delivery.Name, tables[f.Source.Maps[0].From].scan.Records)
	}
	return nil
}

// refuse notes the records of a table of which no row can be made.
func (n *Night) refuse(d lakeDelivery, input string, r *reading) {
	for i, u := range r.unreadable {
		n.reject(d.id, Reject{Input: input, Rule: u.Rule, Line: u.Line, SourceRow: u.Record, Reason: u.Reason, Action: "reject", Raw: u.Raw}, i)
	}
}

func (n *Night) readMapping(ctx context.Context, f Found, r *reading, d lakeDelivery, mapping *config.Mapping, ordinal int) error {
	kinds, err := n.kinds(ctx, f.Source, mapping, r)
	if err != nil {
		return err
	}
	c, err := n.compile(f.Source, mapping, r, d, kinds)
	if err != nil {
		return err
	}
	return n.stage(ctx, f, c, ordinal)
}

// about is what expressions may ask of a delivery: its own date is that of its
// name, else of the day on which it came.
func (n *Night) about(f Found) (lakeDelivery, error) {
	d := lakeDelivery{id: f.Delivery.ID, receivedAt: f.Delivery.ReceivedAt, receivedOn: n.dayOf(f.Delivery.ReceivedAt)}
	d.deliveredOn = d.receivedOn
	if f.Source.DateFromName == "" {
		return d, nil
	}
	pattern, err := regexp.Compile(f.Source.DateFromName)
	if err != nil {
		return d, fmt.Errorf("date_from_name: %w", err)
	}
	found := pattern.FindStringSubmatch(f.Delivery.Name)
	if found == nil {
		return d, fmt.Errorf("its name has no date as date_from_name (%s) expects", f.Source.DateFromName)
	}
	d.deliveredOn, err = time.Parse("20060102", strings.NewReplacer("-", "", "_", "").Replace(found[1]))
	if err != nil {
		return d, fmt.Errorf("its name gives %q, which is no date; correct date_from_name", found[1])
	}
	return d, nil
}

// dayOf is the date of an instant in the project's zone.
func (n *Night) dayOf(instant time.Time) time.Time {
	zone, err := time.LoadLocation(n.Config.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	local := instant.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
