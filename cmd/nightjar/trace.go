package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/exitcode"
	"nightjar/internal/pipeline"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"
	"nightjar/internal/trace"
)

type traceOptions struct {
	trace.Options
	check bool
}

func newTrace(c *console) *cobra.Command {
	o := traceOptions{}
	cmd := &cobra.Command{
		Use:   "trace TABLE KEY… COLUMN",
		Short: "Show what a value is made of, down to lines of the delivered files",
		Long: `Shows the value of one column of one row, and step by step the rows that it is made
of: of a mart, of facts, and the lines of the files that were delivered, each with
the amount that it adds. At every step the amounts sum to the value; a value that
is no sum (a first date, a status) has the rows that decide it; a ratio has both
of its parts traced.

KEY are the values of the columns that tell the table's rows apart, in the order of
its header, or as name=value. --raw shows the lines themselves, which may hold
personal data. With --check, the traces that the headers of the tables named (all,
if none is) declare are compared with every row of the tables.`,
		Example: `  nightjar trace mart_customer pos:4711 net_amount
  nightjar trace fact_customer_value pos:4711 2024-03 margin_amount --limit 0
  nightjar trace fact_sale pos T-100 line_no=2 is_return=false net_amount --raw
  nightjar trace mart_sales_month 2024-03 pos:S1 shop net_amount --json
  nightjar trace --check mart_store_month`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := project.Open(c.dir, c.state)
			if err != nil {
				return err
			}
			t, err := trace.Open(cmd.Context(), p.Catalog, p.Lake, pipeline.Originals{Project: p})
			if err != nil {
				return err
			}
			defer t.Close()
			if o.check {
				return c.checkTraces(cmd.Context(), t, p, args)
			}
			cell, err := trace.ParseCell(args)
			if err != nil {
				return err
			}
			traced, err := t.Trace(cmd.Context(), cell, o.Options)
			if err != nil {
				return err
			}
			if c.json {
				return traced.Objects(c.emit)
			}
			return traced.WriteText(c.out, telemetry.Width(c.out))
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.Limit, "limit", 20, "rows of each step to show, the largest amounts first; 0 shows all")
	flags.BoolVar(&o.Raw, "raw", false, "show the lines themselves, which may hold personal data")
	flags.BoolVar(&o.check, "check", false, "compare what the headers of the tables declare with their rows")
	return cmd
}

// checkTraces checks the traces of the models named, or of all that have any.
func (c *console) checkTraces(ctx context.Context, t *trace.Tracer, p *project.Project, names []string) error {
	if len(names) == 0 {
		for _, name := range slices.Sorted(maps.Keys(p.Catalog.Models)) {
			if len(p.Catalog.Models[name].Trace) > 0 && t.Has(name) {
				names = append(names, name)
			}
		}
	}
	failed := 0
	for _, name := range names {
		held, broken, err := t.Check(ctx, name)
		if err != nil {
			return err
		}
		failed += len(broken)
		if err := c.showTraces(name, held, broken); err != nil {
			return err
		}
	}
	if failed > 0 {
		return exitcode.With(exitcode.Fixture, fmt.Errorf("checking traces: %d columns are not what the headers say; mend the trace in the header, or the model", failed))
	}
	return nil
}

func (c *console) showTraces(name string, held []string, broken []trace.Broken) error {
	if c.json {
		return c.emit(map[string]any{"table": name, "held": held, "broken": broken})
	}
	for _, b := range broken {
		if err := c.say("FAIL  %s", b); err != nil {
			return err
		}
	}
	if len(broken) > 0 {
		return nil
	}
	return c.say("ok    %s: %s", name, strings.Join(held, ", "))
}
