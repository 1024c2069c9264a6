package config

import (
	"slices"

	"nightjar/models"
)

// acrossSystems are the inputs whose rows belong to no system in particular:
// given in place they need not name one.
var acrossSystems = []string{"decision", "fx_rate", "identity_link"}

// rows checks the rows of an input given in place, and fills in their system:
// the project's only one, or for inputs that hold across systems "nightjar".
func (c *checker) rows(input string, rows []map[string]any) {
	path := join("rows", input)
	contract := c.catalog.Inputs[input]
	if contract == nil {
		c.at(path, "is no input%s", c.near(path, input, c.inputs()))
		return
	}
	c.config.contracts[input] = contract.Text
	names := append(models.Names(contract.Columns), "system")
	for i, row := range rows {
		here := item(path, i)
		for _, column := range sorted(row) {
			if !slices.Contains(names, column) {
				c.at(join(here, column), "is no column of %s%s", input, c.near(here, column, names))
			}
		}
		for _, column := range contract.Columns {
			if needed(column) && row[column.Name] == nil && row[column.CutFrom] == nil {
				c.at(here, "has no %s, which %s needs", column.Name, input)
			}
		}
		c.systemOfRow(input, row, here)
	}
}

func (c *checker) systemOfRow(input string, row map[string]any, path string) {
	if row == nil || row["system"] != nil {
		return
	}
	systems := c.config.Sources.Systems()
	switch {
	case slices.Contains(acrossSystems, input):
		row["system"] = "nightjar"
	case len(systems) == 1:
		row["system"] = systems[0]
	default:
		c.at(path, "has no system, and the project has %s: name the one that the row belongs to", orNone(systems))
	}
}
