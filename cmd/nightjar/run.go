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
killed leaves last night's warehouse, and the next run goes on from there.`,
		Example: `  nightjar run
  nightjar run --dry-run             # read and check, publish nothing
  nightjar run --as-of 2025-12-31
  nightjar run --full --verify       # everything anew, from the sources
  nightjar run --accept fact_sale.row_drop='shop closed'`,
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
	flags.StringToStringVar(&o.Accept, "accept", nil, "let a guard fail tonight, with the reason: MODEL.GUARD=REASON")
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
	for _, model := range slices.Sorted(maps.Keys(r.LeftOut)) {
		lines = append(lines, fmt.Sprintf("left out  %s: %s", model, r.LeftOut[model]))
	}
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("%-9s %s", map[string]string{"block": "FAILED", "warn": "warning"}[f.Severity], f.Message))
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
