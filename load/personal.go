package load

import (
	"context"
	"fmt"

	"nightjar/internal/duck"
	"nightjar/models"
)

// refusePersonal returns an error when a model of the warehouse file has a
// column that its header, or the contract of an input that it reads, marks as
// personal: those belong into a model with `file: person`.
func refusePersonal(n Night) error {
	for _, m := range n.Models {
		if m.Person() {
			continue
		}
		for _, c := range m.Columns {
			if c.Personal || personalInput(n.Catalog, m, c.Name) {
				return fmt.Errorf("%s: column %s is personal and may not go into the warehouse: move it to a model with `file: person`", m.Path, c.Name)
			}
		}
	}
	return nil
}

func personalInput(c *models.Catalog, m *models.Model, column string) bool {
	if c == nil {
		return false
	}
	for _, name := range m.Inputs {
		if in := c.Inputs[name]; in != nil {
			if found, ok := in.Column(column); ok && found.Personal {
				return true
			}
		}
	}
	return false
}

// separate checks the built files themselves: each holds exactly the tables of
// its own models, with the headers' columns and no others.
func (n Night) separate(ctx context.Context, s *store) error {
	present, err := s.tables(ctx, "main")
	if err != nil {
		return err
	}
	for _, m := range n.Models {
		if !fits(present[table(m)], m.Columns) {
			return fmt.Errorf("building the %s file: table %s does not have its header's columns; this is a bug, please report it", catalogOf(m), duck.Name(m.Name))
		}
		delete(present, table(m))
	}
	for name := range present {
		return fmt.Errorf("building the warehouse: table %s belongs to no model of this night; this is a bug, please report it", name)
	}
	return nil
}
