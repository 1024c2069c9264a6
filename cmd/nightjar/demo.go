package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"nightjar/internal/demo"
)

func newDemo(c *console) *cobra.Command {
	o, day := demo.Options{}, 0
	cmd := &cobra.Command{
		Use:   "demo DIR",
		Short: "Write the source files of a company that does not exist, with the truth about them",
		Long: `Writes DIR/data/… of a company with tills, a web shop and its call centre, an ERP,
customers known under several keys, opinion cards, employees, costs and a plan; as
CSV, lines of JSON and workbooks; with rows planted that break each rule there is,
unless --clean. DIR/truth.json says what is true of it: totals, bad rows,
and the parameters of what customers buy and think; DIR/identities.csv which keys are
one person. The same flags give the same bytes. --day N adds, instead, what the N-th
day after the history brings.`,
		Example: `  nightjar demo night --lines 100000 --years 3
  nightjar demo night --lines 100000 --years 3 --day 1`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Dir = args[0]
			p := c.progress()
			p.Stage("writing the demo", 0)
			truth, err := generate(cmd, o, day)
			p.Add(int64(len(truth.Files)))
			p.Done()
			if err != nil {
				return err
			}
			if c.json {
				return c.emit(truth)
			}
			if c.quiet {
				return nil
			}
			return c.say("%d files, %s to %s, in %s", len(truth.Files), truth.From, truth.To, filepath.Join(o.Dir, "data"))
		},
	}
	flags := cmd.Flags()
	flags.Int64Var(&o.Lines, "lines", 200_000, "sale lines of the whole history")
	flags.IntVar(&o.Customers, "customers", 20_000, "customers at its end")
	flags.IntVar(&o.Years, "years", 5, "length of the history")
	flags.Uint64Var(&o.Seed, "seed", 0, "which of many companies")
	flags.IntVar(&o.Stores, "stores", 8, "shops with tills")
	flags.BoolVar(&o.Clean, "clean", false, "plant no spoilt rows")
	flags.IntVar(&day, "day", 0, "write the N-th day after the history instead")
	return cmd
}

func generate(cmd *cobra.Command, o demo.Options, day int) (demo.Truth, error) {
	if day != 0 {
		return demo.NextDay(cmd.Context(), o, day)
	}
	return demo.Generate(cmd.Context(), o)
}
