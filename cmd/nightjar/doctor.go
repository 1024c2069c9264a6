package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"nightjar/internal/doctor"
	"nightjar/internal/exitcode"
)

func newDoctor(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what would make a night fail, before it does",
		Long: `Checks who can read credentials, the project file, the sources and their files, the
engine, the state folder, the lock, the disk, the clock, the time zone, the version that
wrote the lake, the current warehouse and what runs left behind, and says what to do
about each finding. Ends with 9 when one of them would fail a night.`,
		Example: `  nightjar doctor
  nightjar doctor --json | jq 'select(.level != "ok")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := doctor.Examine(cmd.Context(), c.dir, c.state, time.Now())
			for _, check := range checks {
				if err := c.showCheck(check); err != nil {
					return err
				}
			}
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if doctor.Failed(checks) {
				return exitcode.With(exitcode.Doctor, errors.New("examining the project: a check failed: do what it says, and look again"))
			}
			return nil
		},
	}
}

func (c *console) showCheck(check doctor.Check) error {
	switch {
	case c.json:
		return c.emit(check)
	case c.quiet && check.Level == doctor.OK:
		return nil
	}
	if err := c.say("%-4s  %s: %s", check.Level, check.Name, check.Found); err != nil || check.Do == "" {
		return err
	}
	return c.say("      → %s", check.Do)
}
