package pipeline

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightjar/extract"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/project"
)

// decisions is the source of what was decided, a file for each time.
func (n *night) decisions() *config.Source {
	return n.sourceOf("decision", "nightjar", "upsert", "decisions", "*")
}

// decide writes decisions once; without any it does nothing.
func (n *night) decide(run string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	return n.write(n.decisions(), "decision", run, rows)
}

// giveDecisions writes tonight's decisions once, to be read back by this night
// and all later ones.
func (n *night) giveDecisions() error {
	var rows []map[string]any
	for _, guard := range slices.Sorted(maps.Keys(n.options.Accept)) {
		rows = append(rows, map[string]any{
			"kind": "guard_accepted", "period": n.manifest.AsOf, "decision_key": guard,
			"value": "accepted", "reason": n.options.Accept[guard], "decided_by": "user",
		})
	}
	if err := n.decide(n.manifest.Run, rows); err != nil {
		return err
	}
	source := n.decisions()
	if files, _ := filepath.Glob(source.Files[0]); len(files) > 0 {
		n.Config.Sources = append(n.Config.Sources, source)
	}
	return nil
}

// accepted lists the guards that a decision accepts for the night's as_of.
func (n *night) accepted(ctx context.Context) (map[string]string, error) {
	accepted := map[string]string{}
	set := n.manifest.Inputs["decision"]
	if set == nil || len(set.Files()) == 0 {
		return accepted, nil
	}
	rows, err := n.db.QueryContext(ctx, "select decision_key, coalesce(reason, '') from "+duck.Live(n.Catalog.Inputs["decision"], n.Lake.Paths(set.Files()))+" where kind = 'guard_accepted' and period = ?", n.manifest.AsOf)
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	for rows.Next() {
		var guard, reason string
		if err := rows.Scan(&guard, &reason); err != nil {
			return nil, err
		}
		accepted[guard] = reason
	}
	return accepted, rows.Err()
}

// Rule says that a delivery is held from the next night on, released, or replayed. The
// decision is kept with all others, as a row of the input decision. Its error is
// that of a delivery that nobody knows, with those that there are.
func Rule(ctx context.Context, p *project.Project, now time.Time, source, delivery string, v extract.Verdict) error {
	n := &night{Project: p}
	if err := n.knows(ctx, source, delivery, now); err != nil {
		return err
	}
	value := "released"
	switch {
	case v.Held:
		value = "held"
	case v.Replay:
		value = "replay"
	}
	return n.decide(now.UTC().Format(runFormat), []map[string]any{{
		"kind": "delivery", "period": "always", "decision_key": source + "/" + delivery, "value": value, "reason": v.Reason, "decided_by": "user",
	}})
}

// knows says whether a source has, or had, a delivery of that name.
func (n *night) knows(ctx context.Context, source, delivery string, now time.Time) error {
	if n.Config.Sources.Named(source) == nil {
		return fmt.Errorf("there is no source %s in nightjar.yaml: its sources are %s", source, strings.Join(n.Config.Sources.Names(), ", "))
	}
	manifest, err := n.Lake.Current()
	if err != nil {
		return err
	}
	if manifest != nil {
		if _, known := manifest.Delivery(source, delivery); known {
			return nil
		}
	}
	found, err := extract.Discover(ctx, n.Config, extract.Look{Manifest: manifest, Now: now})
	if err != nil {
		return err
	}
	var names []string
	for _, f := range found {
		if f.Delivery.Source == source {
			names = append(names, f.Delivery.Name)
		}
	}
	if !slices.Contains(names, delivery) {
		return fmt.Errorf("source %s has no delivery %s: `nightjar plan` lists the new ones, and these lie there: %s", source, delivery, strings.Join(names[:min(len(names), 10)], ", "))
	}
	return nil
}

// verdicts reads what was decided about deliveries, by source/name: the latest
// counts.
func (n *night) verdicts() (map[string]extract.Verdict, error) {
	verdicts := map[string]extract.Verdict{}
	files, err := filepath.Glob(n.decisions().Files[0])
	if err != nil {
		return nil, err
	}
	for _, path := range files { // in order of their names, which are times
		if err := readVerdicts(path, verdicts); err != nil {
			return nil, fmt.Errorf("reading decisions: %s: %w", path, err)
		}
	}
	return verdicts, nil
}

func readVerdicts(path string, to map[string]extract.Verdict) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	header, err := rows.Read()
	if err != nil {
		return err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		field := func(name string) string { return row[slices.Index(header, name)] }
		if field("kind") == "delivery" {
			to[field("decision_key")] = extract.Verdict{
				Held: field("value") == "held", Replay: field("value") == "replay", Reason: field("reason"),
				Run: strings.TrimSuffix(filepath.Base(path), ".csv"),
			}
		}
	}
}
