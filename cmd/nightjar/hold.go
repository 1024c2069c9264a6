package main

import (
	"time"

	"github.com/spf13/cobra"

	"nightjar/extract"
	"nightjar/internal/pipeline"
	"nightjar/internal/project"
	"nightjar/internal/status"
)

func newHold(c *console) *cobra.Command {
	reason := ""
	cmd := &cobra.Command{
		Use:   "hold [SOURCE DELIVERY]",
		Short: "Keep a delivery back, or list those that are",
		Long: `Keeps a delivery back from the next run on: none of its rows count, and what it had
overruled counts again, until it is released. The night goes on without it, saying so.
Without arguments, lists the deliveries that are held, by hand or by Nightjar, and why.`,
		Example: `  nightjar hold
  nightjar hold till till-2026-01-02.csv --reason "the shop sends it again"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cobra.ExactArgs(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.listHeld()
			}
			return c.rule(cmd, args, extract.Verdict{Held: true, Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for those who ask later")
	return cmd
}

func newRelease(c *console) *cobra.Command {
	reason := ""
	cmd := &cobra.Command{
		Use:   "release SOURCE DELIVERY",
		Short: "Let a delivery that is held count again",
		Long: `Lets a delivery count that is held, by hand or by Nightjar: the next run reads it, in the
place that it had in the order of its source.`,
		Example: `  nightjar release till till-2026-01-02.csv
  nightjar release till till-2026-01-02-copy.csv --reason "two tills, equal files"`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.rule(cmd, args, extract.Verdict{Reason: reason})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for those who ask later")
	return cmd
}

func newReplay(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "replay SOURCE DELIVERY",
		Short: "Have a delivery read again, in the place that it had",
		Long: `Has the next run read a delivery again: as if it came when it first came. A file that was
corrected in place then does not overrule what came after it, as a new version would.
Deliveries whose mapping changed are read again without it.`,
		Example: `  nightjar rejects --by delivery
  nightjar replay till till-2026-01-02.csv`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.rule(cmd, args, extract.Verdict{Replay: true})
		},
	}
}

// rule notes what was decided about a delivery.
func (c *console) rule(cmd *cobra.Command, args []string, v extract.Verdict) error {
	p, err := project.Open(c.dir, c.state)
	if err != nil {
		return err
	}
	if err := pipeline.Rule(cmd.Context(), p, time.Now(), args[0], args[1], v); err != nil {
		return err
	}
	switch {
	case v.Held:
		return c.say("%s, %s is held from the next run on", args[0], args[1])
	case v.Replay:
		return c.say("%s, %s is read again by the next run, in its place", args[0], args[1])
	}
	return c.say("%s, %s counts from the next run on", args[0], args[1])
}

func (c *console) listHeld() error {
	l, err := project.OpenLake(c.dir, c.state)
	if err != nil {
		return err
	}
	now, err := status.Of(l, time.Now(), 0)
	if err != nil {
		return err
	}
	var held []status.Held
	if now.Current != nil {
		held = now.Current.Held
	}
	for _, h := range held {
		if c.json {
			err = c.emit(h)
		} else {
			err = c.say("%s, %s: %s", h.Source, h.Name, h.Reason)
		}
		if err != nil {
			return err
		}
	}
	if len(held) == 0 && !c.json {
		return c.say("nothing is held")
	}
	return nil
}
