package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/internal/rejects"
	"nightjar/internal/status"
)

func newRejects(c *console) *cobra.Command {
	o := rejects.Options{}
	var by []string
	export := ""
	cmd := &cobra.Command{
		Use:   "rejects",
		Short: "List the rows that could not be taken, with raw text, file, line, rule and reason",
		Long: `Lists the rejects of the current night or, with --run, those of one run, a failed
one too. --by tallies them: what to correct first. --export writes them as CSV for
whoever must correct them. Values and raw text may be personal: --no-raw leaves them
out. Once the file or the mapping is corrected, the next run takes the rows; nightjar
replay has a delivery read again in the place that it had.`,
		Example: `  nightjar rejects
  nightjar rejects --by rule,source
  nightjar rejects --source till --export to-correct.csv
  nightjar rejects --source till --rule required --limit 0
  nightjar rejects --run 20260102T030000.000000 --no-raw --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := project.OpenLake(c.dir, c.state)
			if err != nil {
				return err
			}
			switch {
			case len(by) > 0:
				return c.tallyRejects(cmd, l, o, by)
			case export != "":
				count, err := rejects.Export(cmd.Context(), l, o, export)
				if err != nil {
					return err
				}
				return c.say("%d rejects are in %s", count, export)
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
	flags.StringSliceVar(&by, "by", nil, "tally them by these: "+strings.Join(rejects.Dimensions, ", "))
	flags.StringVar(&export, "export", "", "write them, all of them, as CSV to this file")
	cmd.MarkFlagsMutuallyExclusive("by", "export")
	return cmd
}

// tallyRejects shows how many rejects there are of each kind.
func (c *console) tallyRejects(cmd *cobra.Command, l *lake.Lake, o rejects.Options, by []string) error {
	tallies, err := rejects.By(cmd.Context(), l, o, by)
	if err != nil {
		return err
	}
	for _, t := range tallies {
		if c.json {
			err = c.emit(t)
		} else {
			err = c.say("%6d rejected %6d amended  %s (first: %s)", t.Rejects, t.Amended, strings.Join(t.Words, ", "), strings.TrimSpace(fmt.Sprintf("%s:%d %s", t.Delivery, t.Line, t.Shape)))
		}
		if err != nil {
			return err
		}
	}
	if len(tallies) == 0 && !c.json {
		return c.say("0 rejects")
	}
	return nil
}

func (c *console) showReject(r rejects.Reject) error {
	if c.json {
		return c.emit(r)
	}
	rule := r.Rule
	if r.Column != "" {
		rule += " " + r.Column
	}
	looks := ""
	switch {
	case r.Value != "":
		looks = fmt.Sprintf(": %q", r.Value)
	case r.Shape != "":
		looks = ", looks like " + r.Shape
	}
	if err := c.say("%s:%d: %s (%s, %s, %s)%s", r.Delivery, r.Line, r.Reason, r.Input, rule, r.Action, looks); err != nil || r.Raw == "" {
		return err
	}
	return c.say("    %q", r.Raw)
}
