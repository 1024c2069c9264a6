package pipeline

import (
	"context"
	"maps"
	"slices"
	"time"

	"nightjar/extract"
	"nightjar/internal/project"
	"nightjar/transform"
)

// A Plan says what the next run would do, and why. What the rows of new
// deliveries touch is known only when they are read: `run --dry-run` does.
type Plan struct {
	AsOf       string           `json:"as_of"`
	Deliveries []PlannedReading `json:"deliveries"`
	// Unchanged is how many deliveries count as they are.
	Unchanged int            `json:"unchanged"`
	Models    []PlannedModel `json:"models"`
	// LeftOut says why a model is not built.
	LeftOut map[string]string `json:"left_out,omitempty"`
	// Contracts says how inputs' contracts differ from those that live rows were
	// read under.
	Contracts []string `json:"contracts,omitempty"`
	// Warnings are about own models whose original has moved on, and sources
	// that nightjar.yaml no longer has.
	Warnings []string `json:"warnings,omitempty"`
}

// A PlannedReading is a delivery that the run would read, hold or miss.
type PlannedReading struct {
	Source string `json:"source"`
	Name   string `json:"name"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	Bytes  int64  `json:"bytes"`
}

// A PlannedModel is a model with partitions that are stale already, before any
// new delivery is read.
type PlannedModel struct {
	Model      string   `json:"model"`
	Partitions []string `json:"partitions"`
	Why        string   `json:"why"`
}

// Empty says whether a run now would find nothing to do.
func (p *Plan) Empty() bool {
	return len(p.Deliveries) == 0 && len(p.Models) == 0 && len(p.Contracts) == 0
}

// MakePlan looks at the project's files and manifest, and changes nothing but
// the landing of rows given in nightjar.yaml.
func MakePlan(ctx context.Context, p *project.Project, o Options) (*Plan, error) {
	n := &night{Project: p, options: o, report: newReport("plan", o)}
	n.options.Now = o.Now.UTC().Truncate(time.Microsecond)
	found, err := n.begin(ctx, "plan")
	if err != nil {
		return nil, err
	}
	plan := &Plan{AsOf: n.manifest.AsOf, Warnings: slices.Concat(p.Catalog.Moved, warnOf(n.forsaken()))}
	for _, name := range slices.Sorted(maps.Keys(p.Catalog.Inputs)) {
		for _, change := range extract.Changes(p.Catalog.Inputs[name], n.manifest.Inputs[name]) {
			plan.Contracts = append(plan.Contracts, name+": "+change)
		}
	}
	for _, f := range found {
		if f.State == extract.Unchanged {
			plan.Unchanged++
			continue
		}
		plan.Deliveries = append(plan.Deliveries, PlannedReading{Source: f.Delivery.Source, Name: f.Delivery.Name, State: string(f.State), Reason: f.Reason, Bytes: f.Delivery.Size})
	}
	order, left := transform.Available(n.Catalog, n.fed())
	plan.LeftOut = left
	for _, m := range order {
		stale, _ := n.plot().needs(m)
		if len(stale) == 0 || !n.chosen(m) {
			continue
		}
		planned := PlannedModel{Model: m.Name, Why: stale[0].why}
		for _, s := range stale {
			planned.Partitions = append(planned.Partitions, s.partition())
		}
		plan.Models = append(plan.Models, planned)
	}
	return plan, nil
}
