package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/exitcode"
	"nightjar/internal/project"
	"nightjar/internal/query"
	"nightjar/internal/telemetry"
)

type sqlOptions struct {
	query.Options
	file, output string
}

func newSQL(c *console) *cobra.Command {
	o := sqlOptions{}
	cmd := &cobra.Command{
		Use:   "sql [QUERY]",
		Short: "Ask the warehouse, also while the next night is loading",
		Long: `Runs one select (or from, with, values, describe, show, summarize) on the current
warehouse, read-only: neither files nor network can be reached, nothing changed.

csv, json (one object a line) and parquet stream any number of rows; without an
"order by", they come in any order. A table shows the first --limit rows. Decimals
are exact, points in time UTC; null is empty in csv and null in json, as are the
numbers that JSON lacks (infinity, not a number).`,
		Example: `  nightjar sql 'show tables'
  nightjar sql 'from mart_customer order by customer_id' --limit 20
  nightjar sql 'from fact_sale' --format csv | gzip > sales.csv.gz
  nightjar sql -f report.sql --format parquet -o report.parquet --timeout 30s
  echo 'select count(*) from fact_sale' | nightjar sql -f -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runSQL(cmd, c, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Format, "format", "table", strings.Join(query.Formats, ", "))
	flags.StringVarP(&o.file, "file", "f", "", "read the query from a file; - is standard input")
	flags.StringVarP(&o.output, "output", "o", "", "write to a file, which appears when the answer is whole")
	flags.IntVar(&o.Limit, "limit", 1000, "rows that a table or Markdown shows; 0 shows all")
	flags.DurationVar(&o.Timeout, "timeout", 0, "give up after this long, such as 30s; 0 never does")
	flags.StringVar(&o.Memory, "memory", query.DefaultMemory, "memory that the query may use before it spills to disk")
	flags.BoolVar(&o.Person, "person", false, "attach the personal data, as person.<table>")
	return cmd
}

func runSQL(cmd *cobra.Command, c *console, o sqlOptions, args []string) error {
	if c.json && !cmd.Flags().Changed("format") {
		o.Format = "json"
	}
	if err := o.check(c, args); err != nil {
		return exitcode.With(exitcode.Usage, fmt.Errorf("reading the command line: %w", err))
	}
	var err error
	if o.SQL, err = o.text(c, args); err != nil {
		return exitcode.With(exitcode.Usage, fmt.Errorf("reading the query: %w", err))
	}
	l, err := project.OpenLake(c.dir, c.state)
	if err != nil {
		return err
	}
	if o.output != "" {
		return query.RunToFile(cmd.Context(), l, o.Options, o.output)
	}
	o.Width = telemetry.Width(c.out)
	return query.Run(cmd.Context(), l, o.Options, c.out)
}

func (o sqlOptions) check(c *console, args []string) error {
	switch {
	case !slices.Contains(query.Formats, o.Format):
		return fmt.Errorf("there is no format %q: use %s", o.Format, strings.Join(query.Formats, ", "))
	case (len(args) == 0) == (o.file == ""):
		return errors.New("give the query as one argument, or its file with -f")
	case o.Format == "parquet" && o.output == "" && telemetry.IsTerminal(c.out):
		return errors.New("parquet is nothing to look at: name a file with -o")
	}
	return nil
}

// text is the query itself.
func (o sqlOptions) text(c *console, args []string) (string, error) {
	if o.file == "" {
		return args[0], nil
	}
	if o.file == "-" {
		text, err := io.ReadAll(c.in)
		return string(text), err
	}
	text, err := os.ReadFile(o.file)
	return string(text), err
}
