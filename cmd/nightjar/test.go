package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/project"
	"nightjar/transform"
	"nightjar/transform/fixture"
)

func newTest(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "test [MODEL]...",
		Short: "Run the tests that lie beside the models",
		Long: `Runs <model>.test.yaml of the models named, or of all: given rows, expected rows.
It reads no data of the project, and needs none: outside a project, the standard
models are tested. Ends with 8 when a test fails.`,
		Example: `  nightjar test
  nightjar test mart_store_month fact_sale`,
		RunE: func(cmd *cobra.Command, names []string) error {
			results, err := runTests(cmd, c, names)
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
			if failed > 0 {
				return exitcode.With(exitcode.Fixture, fmt.Errorf("testing the models: %d of %d tests failed: mend the model or its test", failed, len(results)))
			}
			if c.json || c.quiet {
				return nil
			}
			return c.say("%d tests hold", len(results))
		},
	}
}

func runTests(cmd *cobra.Command, c *console, names []string) ([]fixture.Result, error) {
	catalog, err := project.Catalog(c.dir)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "nightjar-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	db, err := duck.Open(cmd.Context(), duck.Options{Temp: temp})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	engine := transform.NewDuck(db, catalog)
	engine.Fast = true
	return fixture.Run(cmd.Context(), catalog, engine, names)
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
