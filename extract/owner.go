package extract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// checkOwners refuses contracts whose rows could not find one owner: the owner
// is a dated input, met by its whole key, whose sources all have a key.
func (n *Night) checkOwners() error {
	for _, name := range slices.Sorted(maps.Keys(n.Catalog.Inputs)) {
		in := n.Catalog.Inputs[name]
		var seen []string
		for owner := in; owner != nil && owner.Owner != nil; owner = n.Catalog.Inputs[owner.Owner.Input] {
			if slices.Contains(seen, owner.Name) {
				return fmt.Errorf("contract %s: its owners own each other: %s", name, strings.Join(append(seen, owner.Name), " → "))
			}
			seen = append(seen, owner.Name)
		}
		if err := n.checkOwner(in); err != nil {
			return fmt.Errorf("contract %s: %w", name, err)
		}
	}
	return nil
}

func (n *Night) checkOwner(in *models.Input) error {
	if in.Owner == nil {
		return nil
	}
	owner := n.Catalog.Inputs[in.Owner.Input]
	switch {
	case owner == nil:
		return fmt.Errorf("its owner %s is no input", in.Owner.Input)
	case !owner.Dated():
		return fmt.Errorf("its owner %s has no month to live in", owner.Name)
	case !slices.Equal(slices.Sorted(slices.Values(owner.Key)), slices.Sorted(slices.Values(in.Owner.On))):
		return fmt.Errorf("it meets its owner %s on %s, which is not the owner's key (%s)", owner.Name, strings.Join(in.Owner.On, ", "), strings.Join(owner.Key, ", "))
	}
	for _, s := range n.Config.Sources {
		if s.Maps.For(owner.Name) != nil && !s.HasKey() && n.feeds(in.Name) {
			return fmt.Errorf("its rows live with their %s, and source %s says that those have no key (nightjar.yaml): give source %s the contract's key", owner.Name, s.Name, s.Name)
		}
	}
	return nil
}

// feeds says whether the input has rows, or a source to bring them.
func (n *Night) feeds(input string) bool {
	set := n.Manifest.Inputs[input]
	return set != nil && len(set.Months)+len(set.Pending) > 0 ||
		slices.ContainsFunc(n.Config.Sources, func(s *config.Source) bool { return s.Maps.For(input) != nil })
}

// ownersFirst lists the inputs so that each comes after the one that owns it.
func (n *Night) ownersFirst() []*models.Input {
	var order []*models.Input
	var visit func(name string)
	visit = func(name string) {
		in := n.Catalog.Inputs[name]
		if in == nil || slices.Contains(order, in) {
			return
		}
		if in.Owner != nil {
			visit(in.Owner.Input)
		}
		order = append(order, in)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Catalog.Inputs)) {
		visit(name)
	}
	return order
}

// touched is the table of an owner's keys that came, changed or went tonight.
func touched(input string) string { return duck.Name("touched_" + input) }

// touch remembers which owners came, changed or went, for those they own: rows
// that go or move (changed), and rows that come, be it from pending.
func (m *merging) touch(ctx context.Context, staged []stagedFile) error {
	if !m.ownsOthers() {
		return nil
	}
	query := fmt.Sprintf("select %s, true as _changed from %s where _live", m.keys(""), m.table)
	if files := append(filesOf(staged), m.set.Pending...); len(files) > 0 {
		query += fmt.Sprintf(" union all select %s, false from %s", m.keys(""), m.relation(files))
	}
	var dropping []lake.File
	for _, f := range append(m.set.Files(), m.set.Pending...) {
		if m.hasDropped(f) {
			dropping = append(dropping, f)
		}
	}
	if len(dropping) > 0 {
		query += fmt.Sprintf(" union all select %s, true from %s where not (%s)", m.keys(""), m.relation(dropping), m.kept(""))
	}
	return m.exec(ctx, fmt.Sprintf("create or replace table %s as select %s, bool_or(_changed) as _changed from (%s) group by all", touched(m.input.Name), m.keys(""), query))
}

func (m *merging) ownsOthers() bool {
	for _, in := range m.Catalog.Inputs {
		if in.Owner != nil && in.Owner.Input == m.input.Name {
			return true
		}
	}
	return false
}

// on is the condition that a row and its owner meet.
func (m *merging) on(row, owner string) string { return equal(m.input.Owner.On, row, "=", owner) }

// owners is the relation of the owner's live rows of one system: what they are met by,
// their month, and the values that the owned rows take.
func (m *merging) owners(system string) string {
	owner := m.Catalog.Inputs[m.input.Owner.Input]
	var files []lake.File
	if set := m.Manifest.Inputs[owner.Name]; set != nil {
		files = slices.DeleteFunc(set.Files(), func(f lake.File) bool { return f.System != system })
	}
	columns := "system, " + duck.Names(m.input.Owner.On) + ", month"
	for _, c := range m.takes() {
		columns += fmt.Sprintf(", coalesce(%s) as %s", duck.Names(c.FromOwner), duck.Name(c.Name))
	}
	return "(select " + columns + " from " + m.full(owner, files) + ")"
}

// takes lists the columns whose values are the owner's.
func (m *merging) takes() []models.Column {
	var columns []models.Column
	for _, c := range m.input.Columns {
		if len(c.FromOwner) > 0 {
			columns = append(columns, c)
		}
	}
	return columns
}
