package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/internal/config"
	"nightjar/internal/lake"
)

// A LimitError says that too many rows of a delivery were rejected.
type LimitError struct {
	Run, Source, Delivery, Input string
	Rejected, Records            int64
	// Rules tells which rules were broken, and how often among the rejects shown.
	Rules string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("source %s, %s, input %s: %d of %d rows were rejected (%s), more than rejects.max_rows and max_share allow: see them with `nightjar rejects --run %s`, correct the file or the mapping, then run again",
		e.Source, e.Delivery, e.Input, e.Rejected, e.Records, e.Rules, e.Run)
}

// shareCountsFrom is how many rejects a small delivery may have, whatever their share.
const shareCountsFrom = 10

// beyondLimit says whether a delivery has more rejects than the project allows.
func (n *Night) beyondLimit(f Found, input string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.counts[countKey{f.Delivery.ID, input}]
	return n.tooMany(c.Rejected+c.Unreadable, max(c.Read, c.Emitted))
}

func (n *Night) tooMany(bad, of int64) bool {
	limit := n.Config.Rejects
	return bad > limit.MaxRows || bad > shareCountsFrom && float64(bad) > limit.MaxShare*float64(of)
}

func (n *Night) limitError(f Found, input string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.counts[countKey{f.Delivery.ID, input}]
	rules := map[string]int64{}
	for _, r := range n.rejects[f.Delivery.ID] {
		if r.Action == "reject" {
			rules[r.Rule]++
		}
	}
	return &LimitError{Run: n.Manifest.Run, Source: f.Source.Name, Delivery: f.Delivery.Name, Input: input, Rejected: c.Rejected + c.Unreadable, Records: max(c.Read, c.Emitted), Rules: tally(rules)}
}

// unreadableKinds are the irregularities of which no row can be made.
var unreadableKinds = []string{csvfile.Ragged, csvfile.BadQuote, csvfile.BadEncoding, csvfile.NulByte, csvfile.TooLong}

// readableEnough stops at a file of which too many records are unreadable, such
// as one whose delimiter is another, before all of them are gathered.
func (n *Night) readableEnough(f Found, scan csvfile.Result) error {
	rules, bad := map[string]int64{}, int64(0)
	for kind, count := range scan.IrregularCount {
		if slices.Contains(unreadableKinds, kind) {
			rules[kind], bad = count, bad+count
		}
	}
	if !n.tooMany(bad, scan.Records) {
		return nil
	}
	input := f.Source.Maps[0].Input
	for i, place := range scan.Irregular {
		if slices.Contains(unreadableKinds, place.Kind) {
			n.reject(f.Delivery.ID, Reject{Input: input, Rule: place.Kind, Line: place.Line, SourceRow: place.Record, Reason: place.Detail, Action: "reject"}, i)
		}
	}
	n.count(f.Delivery.ID, input, func(c *lake.Counts) { c.Read, c.Unreadable = scan.Records, bad })
	return &LimitError{Run: n.Manifest.Run, Source: f.Source.Name, Delivery: f.Delivery.Name, Input: input, Rejected: bad, Records: scan.Records, Rules: tally(rules)}
}

// tooManyUnreadable is the error for a table of which too many records are none.
func (n *Night) tooManyUnreadable(f Found, from string, r *reading) error {
	i := slices.IndexFunc(f.Source.Maps, func(m *config.Mapping) bool { return m.From == from })
	input, rules := f.Source.Maps[i].Input, map[string]int64{}
	for _, u := range r.unreadable {
		rules[u.Rule]++
	}
	bad, records := int64(len(r.unreadable)), r.records()
	r.unreadable = r.unreadable[:min(len(r.unreadable), keptBeyond)]
	n.refuse(lakeDelivery{id: f.Delivery.ID}, input, r)
	n.count(f.Delivery.ID, input, func(c *lake.Counts) { c.Read, c.Unreadable = records, bad })
	return &LimitError{Run: n.Manifest.Run, Source: f.Source.Name, Delivery: f.Delivery.Name, Input: input, Rejected: bad, Records: records, Rules: tally(rules)}
}

func tally(rules map[string]int64) string {
	var parts []string
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		parts = append(parts, fmt.Sprintf("%s %d", rule, rules[rule]))
	}
	return strings.Join(parts, ", ")
}
