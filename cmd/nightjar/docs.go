package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/exitcode"
	"nightjar/internal/pipeline"
	"nightjar/internal/reference"
)

func newDocs(c *console) *cobra.Command {
	format, output := "html", ""
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Write what models, columns and measures mean, and are made of",
		Long: `Writes the reference of the project: each model with its grain, columns, units,
tests and measures, what it reads and who reads it, and for each column the columns
that it is made of, down to the inputs. Own models are in it, and models that the
project does not build say which input is missing. It needs no night to have run.

html is one page with search, which opens from a file and loads nothing from elsewhere;
markdown is for a repository or a wiki. Outside a project, what ships is told of.
Lineage comes from DuckDB's parse tree; what that does not tell is called unresolved.`,
		Example: `  nightjar docs
  nightjar docs --output shop.html
  nightjar docs --format markdown --output models.md
  nightjar docs --format markdown --output - | less`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(reference.Formats, format) {
				return exitcode.With(exitcode.Usage, fmt.Errorf("writing the reference: there is no format %q: use %s", format, strings.Join(reference.Formats, " or ")))
			}
			r, err := pipeline.Reference(cmd.Context(), c.dir, c.state)
			if err != nil {
				return err
			}
			if output == "-" {
				return r.Write(c.out, format)
			}
			if output == "" {
				output = map[string]string{"html": "nightjar-reference.html", "markdown": "nightjar-reference.md"}[format]
			}
			if err := writeFile(output, func(w io.Writer) error { return r.Write(w, format) }); err != nil {
				return fmt.Errorf("writing the reference: %w", err)
			}
			if c.json {
				return c.emit(map[string]string{"path": output})
			}
			if c.quiet {
				return nil
			}
			return c.say("wrote %s", output)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "html or markdown")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write, - for standard output (default nightjar-reference.html or .md here)")
	return cmd
}

// writeFile writes a file, which is removed again when that fails.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	err = write(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}
