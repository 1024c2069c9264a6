package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"nightjar/extract"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/internal/status"
	"nightjar/load"
	"nightjar/models"
	"nightjar/transform"
)

// publish loads the night into a new warehouse, audits it, and makes it
// current. A blocking finding publishes nothing.
func (n *night) publish(ctx context.Context) error {
	accepted, err := n.accepted()
	if err != nil {
		return err
	}
	runs, err := n.runs()
	if err != nil {
		return err
	}
	// Parsing all models costs some 80 ms: less than to remember what did not change.
	columns, err := transform.Lineage(ctx, n.db, n.Catalog, n.models)
	if err != nil {
		return err
	}
	views, err := n.views()
	if err != nil {
		return err
	}
	night := load.Night{
		Lake: n.Lake, Manifest: n.manifest, Previous: n.previous, Catalog: n.Catalog, Models: slices.DeleteFunc(slices.Clone(n.models), (*models.Model).IsStep),
		Audits: n.Config.Audits, RowDrop: n.Config.Guards.RowDrop, LastNight: n.Config.Guards.LastNight, ComparableDay: n.Config.Guards.ComparableDay,
		Stale: n.report.Stale, Moves: n.moves(), ExpectDays: n.expected(), Accepted: accepted, Engine: n.duckOptions(), Lineage: columns, Views: views, Runs: runs, Verify: n.options.Verify,
	}
	n.progress.Stage("loading the warehouse", 0)
	defer n.progress.Done()
	if _, err := load.Build(ctx, night); err != nil {
		return err
	}
	findings, err := load.Audit(ctx, night)
	if err != nil {
		return err
	}
	n.report.Findings = findings.Noted()
	switch err := load.Publish(ctx, night, findings); {
	case errors.Is(err, load.ErrBlocked):
		return exitcode.With(exitcode.Audit, fmt.Errorf("%w%s; last night's warehouse stays current, the offending rows are in %s", err, n.mixed(), n.Lake.RunDir(n.manifest.Run)))
	case errors.Is(err, lake.ErrRival):
		return exitcode.With(exitcode.Rival, err)
	case err != nil:
		return err
	}
	n.report.Outcome = Published
	if err := errors.Join(
		extract.ExpireLanding(n.Lake, n.Config.Landing.KeepDays, n.options.Now),
		extract.ExpireEvidence(n.Lake, n.Config.Rejects.KeepRawDays, n.options.Now),
	); err != nil {
		return err
	}
	_, err = n.Lake.Sweep(n.Config.Keep)
	return err
}

// views are the SQL of tonight's views by model.
func (n *night) views() (map[string]string, error) {
	views := map[string]string{}
	for _, m := range n.models {
		if m.View {
			query, err := transform.RenderView(m, n.vars)
			if err != nil {
				return nil, err
			}
			views[m.Name] = query
		}
	}
	return views, nil
}

// moves are those that the project gives in place of a header's.
func (n *night) moves() map[string]models.Moves {
	if n.Config.Deals.Moves == nil {
		return nil
	}
	return map[string]models.Moves{"fact_document.status": n.Config.Deals.Moves}
}

// expected says by source within how many days it should deliver.
func (n *night) expected() map[string]int {
	days := map[string]int{}
	for _, source := range n.Config.Sources {
		if source.ExpectDays > 0 {
			days[source.Name] = source.ExpectDays
		}
	}
	return days
}

// dryRun says what would be rebuilt after what was read.
func (n *night) dryRun() error {
	n.report.Outcome = DryRun
	order, left := transform.Available(n.Catalog, n.fed())
	n.report.LeftOut = left
	for _, m := range order {
		stale, _ := n.plot().needs(m)
		for _, s := range stale {
			n.report.Built[m.Name] = append(n.report.Built[m.Name], s.partition())
		}
	}
	_, err := n.Lake.Sweep(n.Config.Keep)
	return err
}

// runs are the reports of earlier runs, for the warehouse about itself.
func (n *night) runs() ([]load.Run, error) {
	earlier, err := status.Runs(n.Lake, math.MaxInt)
	if err != nil {
		return nil, err
	}
	var runs []load.Run
	for _, r := range slices.Backward(earlier) {
		runs = append(runs, load.Run{ID: r.Run, Number: r.Number, AsOf: r.AsOf, ReceivedAt: r.StartedAt, StartedAt: r.StartedAt, EndedAt: r.EndedAt, Outcome: r.Outcome, Message: r.Error})
	}
	return runs, nil
}
