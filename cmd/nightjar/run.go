package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightjar/internal/pipeline"
	"nightjar/internal/project"
)

func newRun(c *console) *cobra.Command {
	o := pipeline.Options{}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the night: read what is new, build, audit, publish",
		Long: `Reads the deliveries that are new, rebuilds the months and tables that they
touch, and publishes a new warehouse when every audit holds. Readers keep the
one they have. Running again with nothing new changes nothing; a run that is
killed leaves last night's warehouse, and the next run goes on from there.

--select builds MODEL and everything downstream of it, where stale, from the rows
that the last night has and as of its day: no delivery is read, new ones wait for
the next whole night. Other models stay as they are; which of them are stale, the
report, status and nightjar.table_version say, and the next whole night builds them.

A guard that compares with another night may be right to fail: --accept lets it
pass tonight, for the --reason given. Who did so, when and why stands in
nightjar.decision; the next night is held to the guard again.`,
		Example: `  nightjar run
  nightjar run --dry-run             # read and check, publish nothing
  nightjar run --as-of 2025-12-31
  nightjar run --full --verify       # everything anew, from the sources
  nightjar run --select mart_customer,mart_cohort
  nightjar run --accept fact_sale.row_drop --reason 'two shops closed for good'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := project.Open(c.dir, c.state)
			if err != nil {
				return err
			}
			o.Now = time.Now()
			progress := c.progress()
			report, err := pipeline.Run(cmd.Context(), p, o, c.log(), progress)
			progress.Done()
			if report == nil {
				return err
			}
			if told := c.showReport(p, report); err == nil {
				err = told
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Full, "full", false, "read every delivery again and build everything anew")
	flags.StringVar(&o.AsOf, "as-of", "", "last business day that the warehouse speaks of, yyyy-mm-dd")
	flags.BoolVar(&o.DryRun, "dry-run", false, "read and check, say what would be rebuilt, publish nothing")
	flags.BoolVar(&o.Verify, "verify", false, "read also files whose size and time are as recorded, and prove that the warehouse holds the rows of its files")
	flags.StringSliceVar(&o.Select, "select", nil, "build this MODEL and everything downstream of it alone, and read no delivery; may be repeated")
	flags.StringSliceVar(&o.Accept, "accept", nil, "let a guard fail tonight: the MODEL.GUARD or SOURCE.GUARD that the run named; needs --reason")
	flags.StringVar(&o.Reason, "reason", "", "why what --accept names is right tonight; remembered")
	cmd.MarkFlagsMutuallyExclusive("accept", "dry-run")
	for _, whole := range []string{"full", "as-of", "dry-run", "verify"} {
		cmd.MarkFlagsMutuallyExclusive("select", whole)
	}
	return cmd
}

func (c *console) showReport(p *project.Project, r *pipeline.Report) error {
	if c.json {
		return c.emit(r)
	}
	if c.quiet || r.Error != "" && len(r.Deliveries) == 0 {
		return nil
	}
	for _, line := range reportLines(p, r) {
		if err := c.say("%s", line); err != nil {
			return err
		}
	}
	return nil
}

func waitingLines(r *pipeline.Report) []string {
	var lines []string
	for _, waiting := range r.Waiting {
		lines = append(lines, "waiting   "+waiting)
	}
	return lines
}

func reportLines(p *project.Project, r *pipeline.Report) []string {
	if r.Outcome == pipeline.NothingNew {
		return append(waitingLines(r), fmt.Sprintf("nothing new: the warehouse stands as of %s (%.2f s)", r.AsOf, r.Total))
	}
	lines := []string{fmt.Sprintf("read      %d deliveries: %d rows staged, %d rejected or amended, %d waiting for their owner", len(r.Deliveries), r.RowsStaged, r.Rejects, r.Pending)}
	if len(r.Selected) > 0 {
		lines = []string{fmt.Sprintf("selected  %s, and what is downstream: no delivery was read", strings.Join(r.Selected, ", "))}
	}
	for _, held := range r.Held {
		lines = append(lines, "held      "+held)
	}
	lines = append(lines, waitingLines(r)...)
	for _, gone := range r.Gone {
		lines = append(lines, "gone      "+gone)
	}
	for _, warning := range r.Warnings {
		lines = append(lines, "warning   "+warning)
	}
	partitions := 0
	for _, built := range r.Built {
		partitions += len(built)
	}
	verb := "built    "
	if r.Outcome == pipeline.DryRun {
		verb = "stale    "
	}
	lines = append(lines, fmt.Sprintf("%s %d partitions of %d models", verb, partitions, len(r.Built)))
	for _, model := range slices.Sorted(maps.Keys(r.Stale)) {
		lines = append(lines, fmt.Sprintf("stale     %s, %d of its partitions: the next whole night builds them", model, len(r.Stale[model])))
	}
	for _, model := range slices.Sorted(maps.Keys(r.LeftOut)) {
		lines = append(lines, fmt.Sprintf("left out  %s: %s", model, r.LeftOut[model]))
	}
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("%-9s %s", f.Outcome(), f.Message))
	}
	switch {
	case r.Rejects > 0 && r.Outcome == pipeline.Published:
		lines = append(lines, "rejects   see them with `nightjar rejects`")
	case r.Rejects > 0:
		lines = append(lines, "rejects   see them with `nightjar rejects --run "+r.Run+"`")
	}
	switch r.Outcome {
	case pipeline.Published:
		lines = append(lines, fmt.Sprintf("published night %d as of %s in %.1f s: %s", r.Number, r.AsOf, r.Total, strings.TrimSuffix(p.Lake.Dir(), "/")+"/warehouse.duckdb"))
	case pipeline.DryRun:
		lines = append(lines, "dry run: nothing was published")
	}
	return lines
}
