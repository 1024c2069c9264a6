package models

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
)

// A Catalog is every input and model that a project knows: the standard ones,
// and the user's own, which replace those of the same name.
type Catalog struct {
	Inputs map[string]*Input
	Models map[string]*Model
	// Moved says of which own models and contracts the original has changed since.
	Moved []string
	// Fixtures is the text of each model's `<model>.test.yaml`, by model.
	Fixtures map[string]Fixture
}

// A Fixture is the text of a model's tests and where it lies.
type Fixture struct{ Path, Text string }

// Load reads contracts (`*.yaml` beside an `inputs` folder), models (`*.sql`)
// and fixtures (`*.test.yaml`) from the trees, in order; later ones replace
// earlier ones of the same name. A replacement names the version that it
// overrides, and keeps at least the columns and the grain or key of it.
func Load(trees ...fs.FS) (*Catalog, error) {
	c := &Catalog{Inputs: map[string]*Input{}, Models: map[string]*Model{}, Fixtures: map[string]Fixture{}}
	for _, tree := range trees {
		err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			return c.add(tree, path)
		})
		if err != nil {
			return nil, err
		}
	}
	return c, c.resolve()
}

func (c *Catalog) add(tree fs.FS, path string) error {
	text, err := fs.ReadFile(tree, path)
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(path, ".test.yaml"):
		base := path[strings.LastIndexByte(path, '/')+1:]
		c.Fixtures[strings.TrimSuffix(base, ".test.yaml")] = Fixture{Path: path, Text: string(text)}
	case strings.HasSuffix(path, ".yaml"):
		in, err := ParseInput(path, text)
		if err != nil {
			return err
		}
		if err := c.replacesInput(path, in); err != nil {
			return err
		}
		c.Inputs[in.Name] = in
	case strings.HasSuffix(path, ".sql"):
		m, err := ParseModel(path, text)
		if err != nil {
			return err
		}
		if err := c.replacesModel(m); err != nil {
			return err
		}
		c.Models[m.Name] = m
	}
	return nil
}

// readsChanged counts what a model asks the changed rows of among what it reads.
func (c *Catalog) readsChanged(m *Model) {
	for _, name := range m.Changed {
		switch {
		case slices.Contains(m.Inputs, name) || slices.Contains(m.Refs, name):
		case c.Models[name] != nil:
			m.Refs = append(m.Refs, name)
		default:
			m.Inputs = append(m.Inputs, name)
		}
	}
}

// resolve checks that everything named exists, and that no model waits for itself.
func (c *Catalog) resolve() error {
	for _, name := range keys(c.Inputs) {
		if err := c.references(c.Inputs[name]); err != nil {
			return err
		}
	}
	for _, m := range c.Models {
		c.readsChanged(m)
		for _, name := range m.Inputs {
			if c.Inputs[name] == nil {
				return fmt.Errorf("%s: input %q does not exist%s", m.Path, name, nearest(name, keys(c.Inputs)))
			}
		}
		if m.Carries != "" && !slices.Contains(m.Inputs, m.Carries) {
			return fmt.Errorf("%s: the header carries %q, which the model does not read", m.Path, m.Carries)
		}
		for _, name := range slices.Concat(m.Refs, m.Previous) {
			if c.Models[name] == nil {
				return fmt.Errorf("%s: model %q does not exist%s", m.Path, name, nearest(name, keys(c.Models)))
			}
		}
		if err := c.checkViews(m); err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		if err := c.checkRelationships(m); err != nil {
			return err
		}
		for _, t := range m.Trace {
			if err := c.checkTrace(t); err != nil {
				return fmt.Errorf("%s: %w", m.Path, err)
			}
		}
	}
	_, err := c.Order()
	return err
}

// references checks that what a contract's columns refer to exists.
func (c *Catalog) references(in *Input) error {
	for _, column := range in.Columns {
		if column.References == "" {
			continue
		}
		to, key, _ := strings.Cut(column.References, ".")
		switch other := c.Inputs[to]; {
		case other == nil:
			return fmt.Errorf("contract %s: column %s references the input %q, which does not exist%s", in.Name, column.Name, to, nearest(to, keys(c.Inputs)))
		case !slices.ContainsFunc(other.Columns, func(o Column) bool { return o.Name == key }):
			return fmt.Errorf("contract %s: column %s references %s: write input.column", in.Name, column.Name, column.References)
		}
	}
	return nil
}

// Carry gives an input columns of the project's own, named x_…, and lets the
// models that carry the input have those that are not personal.
func (c *Catalog) Carry(input string, columns []Column) {
	c.Inputs[input].Own = columns
	public := slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return c.Personal })
	for _, m := range c.Models {
		if m.Carries == input && len(public) > 0 {
			m.carry(public)
		}
	}
}

func (m *Model) carry(columns []Column) {
	text := m.Fingerprint
	for _, column := range columns {
		column.Description = "The project's own column of " + m.Carries + "."
		m.Columns = append(slices.Clip(m.Columns), column)
		m.Carried = append(m.Carried, column.Name)
		text += "\n" + column.Name + " " + string(column.Type)
	}
	m.Fingerprint = hashed([]byte(text))
}

// Order lists the models so that each comes after those it refers to; equals
// by name. A cycle is an error that names it.
func (c *Catalog) Order() ([]*Model, error) {
	var order []*Model
	state := map[string]int{}
	var visit func(name string, trail []string) error
	visit = func(name string, trail []string) error {
		switch state[name] {
		case 2:
			return nil
		case 1:
			return fmt.Errorf("models wait for each other: %s", strings.Join(append(trail, name), " → "))
		}
		state[name] = 1
		for _, ref := range c.Models[name].Refs {
			if err := visit(ref, append(trail, name)); err != nil {
				return err
			}
		}
		state[name] = 2
		order = append(order, c.Models[name])
		return nil
	}
	for _, name := range keys(c.Models) {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return order, nil
}

func keys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func nearest(name string, candidates []string) string {
	if best := Nearest(name, candidates); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}
