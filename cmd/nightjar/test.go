package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/project"
	"nightjar/transform"
	"nightjar/transform/fixture"
)

func newTest(c *console) *cobra.Command {
	coverage := false
	cmd := &cobra.Command{
		Use:   "test [MODEL]...",
		Short: "Run the tests that lie beside the models",
		Long: `Runs <model>.test.yaml of the models named, or of all: given rows, expected rows.
It reads no data of the project, and needs none: outside a project, the standard
models are tested. Ends with 8 when a test fails.

At the end it counts the models that have tests, and the columns of which some test
expects a value. --coverage lists those of which none does; they change no exit code.`,
		Example: `  nightjar test
  nightjar test mart_store_month fact_sale
  nightjar test --coverage
  nightjar test --coverage --json | jq 'select(.unasserted)'`,
		RunE: func(cmd *cobra.Command, names []string) error {
			results, covered, err := runTests(cmd, c, names)
			if err != nil {
				return err
			}
			failed := 0
			for _, r := range results {
				if r.Err != nil {
					failed++
				}
				if err := c.showResult(r); err != nil {
					return err
				}
			}
			if err := c.showCoverage(covered, coverage); err != nil {
				return err
			}
			if failed > 0 {
				return exitcode.With(exitcode.Fixture, fmt.Errorf("testing the models: %d of %d tests failed: mend the model or its test", failed, len(results)))
			}
			if c.json || c.quiet {
				return nil
			}
			return c.say("%d tests hold", len(results))
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "list the columns of which no test expects a value")
	return cmd
}

func runTests(cmd *cobra.Command, c *console, names []string) ([]fixture.Result, []fixture.Coverage, error) {
	catalog, err := project.Catalog(c.dir)
	if err != nil {
		return nil, nil, err
	}
	temp, err := os.MkdirTemp("", "nightjar-test-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(temp)
	db, err := duck.Open(cmd.Context(), duck.Options{Temp: temp})
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	engine := transform.NewDuck(db, catalog)
	engine.Fast = true
	results, err := fixture.Run(cmd.Context(), catalog, engine, names)
	return results, fixture.Cover(catalog, names), err
}

// showCoverage counts what the tests assert, and lists what they do not.
func (c *console) showCoverage(covered []fixture.Coverage, list bool) error {
	tested, columns, asserted := 0, 0, 0
	for _, m := range covered {
		if m.Tests > 0 {
			tested++
		}
		columns += m.Columns
		asserted += m.Columns - len(m.Unasserted)
		if err := c.showUnasserted(m, list); err != nil {
			return err
		}
	}
	if c.json || c.quiet {
		return nil
	}
	return c.say("%d of %d models have tests, which expect values of %d of %d columns", tested, len(covered), asserted, columns)
}

func (c *console) showUnasserted(m fixture.Coverage, list bool) error {
	switch {
	case !list:
		return nil
	case c.json:
		return c.emit(m)
	case m.Tests == 0:
		return c.say("no test      %s", m.Model)
	case len(m.Unasserted) > 0:
		return c.say("no value of  %s: %s", m.Model, strings.Join(m.Unasserted, ", "))
	}
	return nil
}

func (c *console) showResult(r fixture.Result) error {
	switch difference := (*fixture.Difference)(nil); {
	case c.json:
		object := map[string]any{"model": r.Model, "test": r.Test, "path": r.Path, "line": r.Line, "ok": r.Err == nil}
		if r.Err != nil {
			object["error"] = r.Err.Error()
		}
		return c.emit(object)
	case r.Err == nil && c.quiet:
		return nil
	case r.Err == nil:
		return c.say("ok    %s: %s", r.Model, r.Test)
	case errors.As(r.Err, &difference):
		return c.say("FAIL  %s: %s\n      %s:%d: the rows differ (- expected, + given by the model)\n%s", r.Model, r.Test, r.Path, r.Line, difference.Rows)
	default:
		return c.say("FAIL  %s: %s\n      %s:%d: %s", r.Model, r.Test, r.Path, r.Line, r.Err)
	}
}
