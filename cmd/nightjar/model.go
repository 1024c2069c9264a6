package main

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/internal/exitcode"
	"nightjar/models"
)

func newModel(c *console) *cobra.Command {
	own := false
	cmd := &cobra.Command{
		Use:   "model NAME",
		Short: "Print a model as it ships, to read it or to replace it",
		Long: `Prints the file of a model that ships with Nightjar. With --own, its header says
which version it overrides: written into the project's models folder and changed
there, it replaces ours. When ours has changed since, plan and run say so.`,
		Example: `  nightjar model fact_sale
  nightjar model dim_store --own > models/dim_store.sql
  nightjar model dim_store | diff models/dim_store.sql -`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := shipped(args[0], own)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.out, text)
			return err
		},
	}
	cmd.Flags().BoolVar(&own, "own", false, "say in the header which version it overrides")
	return cmd
}

// shipped is the text of a standard model.
func shipped(name string, own bool) (string, error) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		return "", err
	}
	m := catalog.Models[name]
	if m == nil {
		hint := ""
		if near := models.Nearest(name, slices.Sorted(maps.Keys(catalog.Models))); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return "", exitcode.With(exitcode.Usage, fmt.Errorf("no model %s ships with Nightjar%s", name, hint))
	}
	text, err := fs.ReadFile(models.Standard, m.Path)
	if err != nil || !own {
		return string(text), err
	}
	named := "\nname: " + name + "\n"
	return strings.Replace(string(text), named, named+"overrides: "+m.Fingerprint+"\n", 1), nil
}
