package models

import (
	"errors"
	"fmt"
	"slices"
)

// An Upkeep lets a model be brought from last night's rows to tonight's by those of
// touched keys alone. The SQL is the same either way; it restricts itself to them by
// {{ touched "column" }}, which is true where everything is built.
type Upkeep struct {
	// Touched is the model that lists the keys of whom anything may have changed since
	// the last published night. What it does not say with {{ changed }} must be as it
	// was, else everything is built.
	Touched string `yaml:"touched"`
	// Replaces is the grain column by which rows of touched keys take the place of
	// last night's. Of a column of that name in Touched.
	Replaces string `yaml:"replaces"`
	// Adds says that every column beyond the grain is a sum over keys: last night's
	// sums, less what the touched keys gave then, and what they give now. Rows whose
	// sums are all zero do not exist.
	Adds bool `yaml:"adds"`
}

// checkUpkeep checks what a header says of its upkeep.
func (m *Model) checkUpkeep() error {
	u := m.Upkeep
	switch {
	case u == nil && len(named(m.SQL, "touched")) > 0:
		return errors.New("the SQL asks for touched keys, and the header has no `upkeep`")
	case u == nil:
		return nil
	case u.Touched == "":
		return errors.New("upkeep names no model of `touched` keys")
	case len(named(m.SQL, "touched")) == 0:
		return errors.New("the header has an `upkeep`, and the SQL restricts itself nowhere: say {{ touched \"column\" }}")
	case m.Monthly() || m.Fit != "" || m.Remembers():
		return errors.New("upkeep is for models without partition, fit or look at the night before")
	case u.Adds == (u.Replaces != ""):
		return errors.New("upkeep either `adds: true` or `replaces: column`")
	case u.Replaces != "" && !slices.Contains(m.Grain, u.Replaces):
		return fmt.Errorf("upkeep replaces by %s, which is no column of the grain", u.Replaces)
	}
	return nil
}

// Patches says whether tonight's rows of the model may be kept as a patch: see Relation.
func (m *Model) Patches() bool { return m.Upkeep != nil && m.Upkeep.Replaces != "" }

// Relation is the SQL of the rows in a model's files, as read spells the reading of files.
// Three files of a model that patches are its base, the keys whose rows no longer count
// there, and the patch: the rows that take their place.
func (m *Model) Relation(files []string, read func(files []string) string) string {
	if !m.Patches() || len(files) != 3 {
		return read(files)
	}
	base, keys, patch := read(files[:1]), read(files[1:2]), read(files[2:])
	return fmt.Sprintf("(select * from %s where %s not in (select %[2]s from %s) union all by name select * from %s)", base, m.Upkeep.Replaces, keys, patch)
}

// UniqueByKey says whether rows of different keys of the model's patches are never alike in
// what a test calls unique.
func (m *Model) UniqueByKey() bool {
	for _, t := range m.Tests {
		if len(t.Unique) > 0 && !slices.Contains(t.Unique, m.Upkeep.Replaces) {
			return false
		}
	}
	return !slices.ContainsFunc(m.Columns, func(c Column) bool {
		return c.Name != m.Upkeep.Replaces && slices.ContainsFunc(c.Tests, func(t ColumnTest) bool { return t.Kind == "unique" })
	})
}

// IsStep says whether the model is a step on the way to others: it stays in the lake.
func (m *Model) IsStep() bool { return m.Kind() == "step" }

// Upkeeps says whether the model takes from the named one only who is touched.
func (m *Model) Upkeeps(name string) bool { return m.Upkeep != nil && m.Upkeep.Touched == name }
