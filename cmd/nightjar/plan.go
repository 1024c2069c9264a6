package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"nightjar/internal/pipeline"
	"nightjar/internal/project"
)

func newPlan(c *console) *cobra.Command {
	o := pipeline.Options{}
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what the next run would do, and why",
		Long: `Compares the sources' files, the models and the configuration with the current
night, and lists what is new, what would be read again, what is held, and which
tables are stale. It reads no rows: which months new rows touch, only
` + "`nightjar run --dry-run`" + ` tells.`,
		Example: `  nightjar plan
  nightjar plan --select mart_customer
  nightjar plan --json | jq .deliveries`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := project.Open(c.dir, c.state)
			if err != nil {
				return err
			}
			o.Now = time.Now()
			plan, err := pipeline.MakePlan(cmd.Context(), p, o)
			if err != nil {
				return err
			}
			if c.json {
				return c.emit(plan)
			}
			for _, line := range planLines(plan) {
				if err := c.say("%s", line); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&o.AsOf, "as-of", "", "plan for this last business day, yyyy-mm-dd")
	cmd.Flags().StringSliceVar(&o.Select, "select", nil, "plan for a run with --select: this MODEL and everything downstream of it alone")
	cmd.Flags().BoolVar(&o.Verify, "verify", false, "read also files whose size and time are as recorded")
	cmd.MarkFlagsMutuallyExclusive("select", "as-of")
	cmd.MarkFlagsMutuallyExclusive("select", "verify")
	return cmd
}

func planLines(plan *pipeline.Plan) []string {
	lines := []string{"as of     " + plan.AsOf}
	for _, d := range plan.Deliveries {
		line := fmt.Sprintf("%-9s %s, %s (%d bytes)", d.State, d.Source, d.Name, d.Bytes)
		if d.Reason != "" {
			line += ": " + d.Reason
		}
		lines = append(lines, line)
	}
	if plan.Unchanged > 0 {
		lines = append(lines, fmt.Sprintf("unchanged %d deliveries", plan.Unchanged))
	}
	for _, change := range plan.Contracts {
		lines = append(lines, "contract  "+change)
	}
	for _, m := range plan.Models {
		lines = append(lines, fmt.Sprintf("stale     %s, %d of its partitions: %s", m.Model, len(m.Partitions), m.Why))
	}
	for _, model := range slices.Sorted(maps.Keys(plan.LeftOut)) {
		lines = append(lines, fmt.Sprintf("left out  %s: %s", model, plan.LeftOut[model]))
	}
	for _, warning := range plan.Warnings {
		lines = append(lines, "warning   "+warning)
	}
	if plan.Empty() {
		lines = append(lines, "nothing new: a run would change nothing")
	}
	return lines
}
