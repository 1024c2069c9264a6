package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nightjar/internal/project"
	"nightjar/internal/status"
)

func newStatus(c *console) *cobra.Command {
	runs := 5
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the current night, its age, the last runs and who holds the lock",
		Example: `  nightjar status
  nightjar status --json | jq .current.age_seconds`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, err := project.OpenLake(c.dir, c.state)
			if err != nil {
				return err
			}
			s, err := status.Of(l, time.Now(), runs)
			if err != nil {
				return err
			}
			if c.json {
				return c.emit(s)
			}
			return c.showStatus(s)
		},
	}
	cmd.Flags().IntVar(&runs, "runs", runs, "how many of the last runs to show")
	return cmd
}

func (c *console) showStatus(s status.Status) error {
	lines := []string{"no night has been published yet: run `nightjar run`"}
	if n := s.Current; n != nil {
		lines = []string{
			fmt.Sprintf("current   run %s (night %d), as of %s", n.Run, n.Number, n.AsOf),
			fmt.Sprintf("age       %s (received %s)", time.Duration(n.AgeSeconds)*time.Second, n.ReceivedAt.Format("2006-01-02 15:04:05Z")),
			fmt.Sprintf("rows      %d live", n.Rows),
			"warehouse " + n.Warehouse,
		}
		for _, input := range slices.Sorted(maps.Keys(n.Pending)) {
			lines = append(lines, fmt.Sprintf("pending   %d rows of %s wait for their owner", n.Pending[input], input))
		}
		for _, h := range n.Held {
			lines = append(lines, fmt.Sprintf("held      %s, %s: %s", h.Source, h.Name, h.Reason))
		}
	}
	lines = append(lines, "lock      "+holder(s))
	for _, r := range s.Runs {
		if s.Current != nil && r.Run == s.Current.Run && len(r.Stale) > 0 {
			lines = append(lines, fmt.Sprintf("stale     %s: left by --select, run without it", strings.Join(slices.Sorted(maps.Keys(r.Stale)), ", ")))
		}
	}
	for _, r := range s.Runs {
		lines = append(lines, fmt.Sprintf("run       %s  %-11s %6.1f s  %d deliveries, %d rows, %d rejects", r.Run, r.Outcome, r.Seconds, r.Deliveries, r.RowsStaged, r.Rejects))
		if r.Error != "" {
			lines = append(lines, fmt.Sprintf("          exit %d: %s", r.ExitCode, r.Error))
		}
	}
	for _, line := range lines {
		if err := c.say("%s", line); err != nil {
			return err
		}
	}
	return nil
}

func holder(s status.Status) string {
	if s.Lock == nil {
		return "free"
	}
	return fmt.Sprintf("held by run %s since %s (process %d on %s)", cmp.Or(s.Lock.Run, "that is starting"), s.Lock.Since.UTC().Format("2006-01-02 15:04:05Z"), s.Lock.PID, s.Lock.Host)
}
