package models

import (
	"crypto/sha256"
	"encoding/hex"
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
	// Moved says of which own models the original has changed since.
	Moved []string
	// Fixtures is the text of each model's `<model>.test.yaml`, by model.
	Fixtures map[string]Fixture
}

// A Fixture is the text of a model's tests and where it lies.
type Fixture struct{ Path, Text string }

// Load reads contracts (`*.yaml` beside an `inputs` folder), models (`*.sql`)
// and fixtures (`*.test.yaml`) from the trees, in order; later ones replace
// earlier ones of the same name. A replacement keeps at least the columns and
// the grain of what it replaces.
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
		c.Inputs[in.Name] = in
	case strings.HasSuffix(path, ".sql"):
		m, err := ParseModel(path, text)
		if err != nil {
			return err
		}
		if err := c.replaces(m); err != nil {
			return err
		}
		c.Models[m.Name] = m
	}
	return nil
}

// replaces checks that a user's model keeps the grain and columns of the one
// that it replaces, and names the fingerprint that it overrides.
func (c *Catalog) replaces(m *Model) error {
	old, exists := c.Models[m.Name]
	if !exists {
		return nil
	}
	if m.Overrides == "" {
		return fmt.Errorf("%s: a model %s ships with Nightjar: to replace it, add `overrides: %s` to the header; `nightjar model %[2]s --own` prints ours so", m.Path, m.Name, old.Fingerprint)
	}
	if m.Overrides != old.Fingerprint {
		c.Moved = append(c.Moved, fmt.Sprintf("%s overrides version %s of %s, which now is %s: see with `nightjar model %[3]s` what changed in it, then say `overrides: %[4]s`", m.Path, m.Overrides, m.Name, old.Fingerprint))
	}
	if !slices.Equal(m.Grain, old.Grain) {
		return fmt.Errorf("%s: the grain must stay %v, as in the model that it replaces", m.Path, old.Grain)
	}
	for _, column := range old.Columns {
		if !m.has(column.Name) {
			return fmt.Errorf("%s: column %s of the model that it replaces is missing", m.Path, column.Name)
		}
	}
	return nil
}

// resolve checks that everything named exists, and that no model waits for itself.
func (c *Catalog) resolve() error {
	for _, name := range keys(c.Inputs) {
		if err := c.references(c.Inputs[name]); err != nil {
			return err
		}
	}
	for _, m := range c.Models {
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
	sum := sha256.Sum256([]byte(text))
	m.Fingerprint = hex.EncodeToString(sum[:8])
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
