package models

import (
	"errors"
	"fmt"
	"slices"
)

// checkView checks that a view is made of tables alone.
func (m *Model) checkView() error {
	if m.View && (m.Kind() != "mart" || m.Monthly() || m.Person() || m.Fit != "" || m.Upkeep != nil || m.Remembers() || len(m.Inputs) > 0) {
		return errors.New("`view: true` is for marts without partition that only refer to models of the warehouse")
	}
	return nil
}

// checkViews checks that what a view refers to is in the warehouse, and that nobody asks
// what a view was last night.
func (c *Catalog) checkViews(m *Model) error {
	for _, name := range m.Refs {
		switch to := c.Models[name]; {
		case m.View && (to.IsStep() || to.Person()):
			return fmt.Errorf("it is a view, and %s is no table of the warehouse", name)
		case to.View && (m.Upkeep != nil || m.Remembers()):
			return fmt.Errorf("it looks at the night before, and %s is a view, which has none: refer to what it is made of", name)
		}
	}
	return nil
}

// Reads lists what a model's SQL reads: the models that it refers to, with what views are
// made of in the place of these; and the views.
func (c *Catalog) Reads(m *Model) (tables []string, views []*Model) {
	for _, name := range m.Refs {
		under := []string{name}
		if to := c.Models[name]; to != nil && to.View {
			var above []*Model
			under, above = c.Reads(to)
			views = append(append(views, to), above...)
		}
		for _, table := range under {
			if !slices.Contains(tables, table) {
				tables = append(tables, table)
			}
		}
	}
	return tables, views
}
