package pipeline

import (
	"context"
	"errors"
	"fmt"

	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/load"
	"nightjar/transform"
)

// publish loads the night into a new warehouse, audits it, and makes it
// current. A blocking finding publishes nothing.
func (n *night) publish(ctx context.Context) error {
	accepted, err := n.accepted(ctx)
	if err != nil {
		return err
	}
	night := load.Night{
		Lake: n.Lake, Manifest: n.manifest, Previous: n.previous, Catalog: n.Catalog, Models: n.models,
		Audits: n.Config.Audits, RowDrop: n.Config.Guards.RowDrop, Accepted: accepted, Engine: n.duckOptions(), Runs: n.runs(),
	}
	n.progress.Stage("loading the warehouse", 0)
	defer n.progress.Done()
	if err := load.Build(ctx, night); err != nil {
		return err
	}
	findings, err := load.Audit(ctx, night)
	if err != nil {
		return err
	}
	n.report.Findings = findings
	if findings.Block() {
		return exitcode.With(exitcode.Audit, fmt.Errorf("%w: last night's warehouse stays current; the offending rows are in %s", findings.Err(), n.Lake.RunDir(n.manifest.Run)))
	}
	if err := load.Publish(ctx, night); err != nil {
		if errors.Is(err, lake.ErrRival) {
			return exitcode.With(exitcode.Rival, err)
		}
		return err
	}
	n.report.Outcome = Published
	_, err = n.Lake.Sweep(n.Config.Keep)
	return err
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
