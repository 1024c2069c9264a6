package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"nightjar/internal/project"
	"nightjar/internal/rejects"
	"nightjar/internal/status"
)

func newRejects(c *console) *cobra.Command {
	o := rejects.Options{}
	cmd := &cobra.Command{
		Use:   "rejects",
		Short: "List the rows that could not be taken, with raw text, file, line, rule and reason",
		Long: `Lists the rejects of the current night or, with --run, those of one run, a failed
one too. The raw text may hold personal data: --no-raw leaves it out.`,
		Example: `  nightjar rejects
  nightjar rejects --source till --rule required --limit 0
  nightjar rejects --run 20260102T030000.000000 --no-raw --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := project.OpenLake(c.dir, c.state)
			if err != nil {
				return err
			}
			shown := int64(0)
			total, err := rejects.Each(cmd.Context(), l, o, func(r rejects.Reject) error {
				shown++
				return c.showReject(r)
			})
			if err != nil || c.json || c.quiet {
				return err
			}
			if last, err := status.Runs(l, 1); err == nil && o.Run == "" && len(last) == 1 && last[0].ExitCode != 0 && last[0].Rejects > 0 {
				fmt.Fprintf(c.err, "the last run failed and left %d rejects of its own: nightjar rejects --run %s\n", last[0].Rejects, last[0].Run)
			}
			if total > shown {
				return c.say("… %d of %d rejects; --limit 0 lists all", shown, total)
			}
			return c.say("%d rejects", total)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Source, "source", "", "only of this source")
	flags.StringVar(&o.Delivery, "delivery", "", "only of this delivery")
	flags.StringVar(&o.Input, "input", "", "only for this input")
	flags.StringVar(&o.Rule, "rule", "", "only by this rule")
	flags.StringVar(&o.Run, "run", "", "those that this run left, a failed one too")
	flags.BoolVar(&o.NoRaw, "no-raw", false, "leave the raw text out")
	flags.IntVar(&o.Limit, "limit", 100, "how many to list; 0 lists all")
	return cmd
}

func (c *console) showReject(r rejects.Reject) error {
	if c.json {
		return c.emit(r)
	}
	rule := r.Rule
	if r.Column != "" {
		rule += " " + r.Column
	}
	if err := c.say("%s:%d: %s (%s, %s, %s)", r.Delivery, r.Line, r.Reason, r.Input, rule, r.Action); err != nil || r.Raw == "" {
		return err
	}
	return c.say("    %q", r.Raw)
}
