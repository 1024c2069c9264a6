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
		Short: "Print a model or an input's contract as it ships, to read it or to replace it",
		Long: `Prints the file of a model, or of an input's contract, that ships with Nightjar.
With --own, its header says which version it overrides: written into the project's
models folder and changed there, it replaces ours. When ours has changed since, plan
and run say so.`,
		Example: `  nightjar model fact_sale
  nightjar model dim_store --own > models/dim_store.sql
  nightjar model store --own > models/inputs/store.yaml
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

// shipped is the text of a standard model, or of an input's contract.
func shipped(name string, own bool) (string, error) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		return "", err
	}
	var text, named, fingerprint string
	switch m, in := catalog.Models[name], catalog.Inputs[name]; {
	case m != nil:
		file, err := fs.ReadFile(models.Standard, m.Path)
		if err != nil {
			return "", err
		}
		text, named, fingerprint = string(file), "name: "+name+"\n", m.Fingerprint
	case in != nil:
		text, named, fingerprint = in.Text, "input: "+name+"\n", in.Fingerprint()
	default:
		hint := ""
		if near := models.Nearest(name, slices.Concat(slices.Sorted(maps.Keys(catalog.Models)), slices.Sorted(maps.Keys(catalog.Inputs)))); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return "", exitcode.With(exitcode.Usage, fmt.Errorf("no model or input %s ships with Nightjar%s", name, hint))
	}
	if own {
		text = strings.Replace(text, named, named+"overrides: "+fingerprint+"\n", 1)
	}
	return text, nil
}
