package main

import (
	"github.com/spf13/cobra"

	"nightjar/internal/scaffold"
)

func newInit(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Begin a commented project that runs as it stands",
		Long: `Writes a small project: a commented nightjar.yaml, three months of example data,
and a model of its own with its test. Nothing is overwritten.`,
		Example: `  nightjar init shop
  nightjar -C shop run`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := scaffold.Write(args[0])
			if err != nil {
				return err
			}
			for _, path := range paths {
				if c.json {
					err = c.emit(map[string]string{"written": path})
				} else if !c.quiet {
					err = c.say("%s", path)
				}
				if err != nil {
					return err
				}
			}
			if c.json || c.quiet {
				return nil
			}
			return c.say("\nNext: nightjar -C %s run", args[0])
		},
	}
}
