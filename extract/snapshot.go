package extract

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// A snapshot is one that was read tonight. Whole says that every record of it
// could be read: one that is not whole proves nobody's absence.
type snapshot struct {
	id, place int64
	whole     bool
}

func (m *merging) snapshotTonight() bool {
	for source := range m.snapshots {
		if m.Config.Sources.Named(source).Maps.For(m.input.Name) != nil {
			return true
		}
	}
	return false
}

// refused is the table of what the rows are about that a snapshot holds but the
// contract refuses: delivery_id, system and the key less valid_from.
func refused(input string) string { return duck.Name("refused_" + input) }

// noteRefused remembers what a snapshot's rejected rows are about: they are not
// missing from it, so that what was there before stays.
func (n *Night) noteRefused(ctx context.Context, c *compiled) error {
	in := c.mapping.Contract
	n.refusing.Lock()
	defer n.refusing.Unlock()
	statement := "create or replace table " + refused(in.Name) + " as "
	if n.refused[in.Name] {
		statement = "insert into " + refused(in.Name) + " "
	}
	n.refused[in.Name] = true
	_, err := n.DB.ExecContext(ctx, statement+c.refusedKeys(entityOf(in)))
	return duck.Scrub(err)
}

// findMissing finds the rows that a later snapshot of their source no longer
// has. A row must be in every whole snapshot that comes after its own, by
// place, so that snapshots read together give what they give one by one. When
// old snapshots are read again and a later one is not, what was live stands for
// that one.
func (m *merging) findMissing(ctx context.Context, staged []stagedFile) error {
	for _, source := range slices.Sorted(maps.Keys(m.snapshots)) {
		if m.Config.Sources.Named(source).Maps.For(m.input.Name) == nil {
			continue
		}
		var live, arrived []lake.File
		for _, f := range append(m.set.Files(), m.set.Pending...) {
			if f.Source == source {
				live = append(live, f)
			}
		}
		for _, s := range staged {
			if s.source.Name == source {
				arrived = append(arrived, s.File)
			}
		}
		if err := m.findMissingOf(ctx, source, arrived, live); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) findMissingOf(ctx context.Context, source string, arrived, live []lake.File) error {
	order := slices.Clone(m.snapshots[source])
	before := snapshot{place: m.placeBefore(source), whole: true}
	order = append(order, before)
	slices.SortFunc(order, func(a, b snapshot) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id)) })
	position := slices.Index(order, before)
	if len(arrived) > 0 {
		query := fmt.Sprintf("select s.*, o._ordinal, false as _live, 'superseded' as _outcome from %s s join %s using (delivery_id)", m.relation(arrived), ordinals(order))
		if _, err := m.lose(ctx, m.absent(query, order, arrived, live)); err != nil {
			return err
		}
	}
	if len(live) == 0 {
		return nil
	}
	query := fmt.Sprintf("select s.*, %d as _ordinal, true as _live, 'removed' as _outcome from %s s where %s", position, m.relation(live), m.kept("s."))
	deleted, err := m.lose(ctx, m.absent(query, order, arrived, live))
	if err != nil {
		return err
	}
	return m.guardDeleted(source, deleted, live)
}

// placeBefore is the greatest place of the source's deliveries that count and
// were not read tonight, 0 without any.
func (m *merging) placeBefore(source string) int64 {
	place := int64(0)
	for _, d := range m.Manifest.Deliveries {
		if d.Source == source && d.State == "current" && d.ID < m.firstID {
			place = max(place, d.Place)
		}
	}
	return place
}

// ordinals is the relation of tonight's snapshots and their position.
func ordinals(order []snapshot) string {
	var rows []string
	for i, s := range order {
		if s.id != 0 {
			rows = append(rows, fmt.Sprintf("(%d, %d)", s.id, i))
		}
	}
	return "(values " + strings.Join(rows, ", ") + ") o(delivery_id, _ordinal)"
}

// absent is the query of those rows, each with its ordinal, that some later
// whole snapshot lacks and that do not go already.
func (m *merging) absent(rows string, order []snapshot, arrived, live []lake.File) string {
	var whole []string
	for i, s := range order {
		if s.whole {
			whole = append(whole, fmt.Sprint(i))
		}
	}
	entity := entityOf(m.input)
	present := []string{"select " + prefixed("", entity) + ", -1 as _ordinal from " + m.full(m.input, nil)}
	if len(arrived) > 0 {
		present = append(present, fmt.Sprintf("select %s, _ordinal from %s s join %s using (delivery_id)", prefixed("", entity), m.relation(arrived), ordinals(order)))
	}
	if m.refused[m.input.Name] {
		present = append(present, fmt.Sprintf("select %s, _ordinal from %s join %s using (delivery_id)", prefixed("", entity), refused(m.input.Name), ordinals(order)))
	}
	if len(live) > 0 {
		position := slices.IndexFunc(order, func(s snapshot) bool { return s.id == 0 })
		present = append(present, fmt.Sprintf("select %s, %d as _ordinal from %s", prefixed("", entity), position, m.relation(live)))
	}
	return fmt.Sprintf(`with present as (select %[1]s, list(distinct _ordinal) as _ordinals from (%[2]s) group by all)
		select r.* from (%[3]s) r left join present p on %[4]s %[5]s
		where r._ordinal < coalesce(list_max([o for o in [%[6]s] if not list_contains(coalesce(p._ordinals, []), o)]), -1)`,
		prefixed("", entity), strings.Join(present, " union all "), rows, equal(entity, "r.", "is not distinct from", "p."), m.notLost("r"), strings.Join(whole, ", "))
}
