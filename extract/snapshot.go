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

// A snapshot is one that was read tonight, or a part of one. Whole says that every
// record of it could be read: one that is not whole proves nobody's absence.
type snapshot struct {
	id, place int64
	whole     bool
	// set names the snapshot that this is a part of; "" of one in one piece.
	set string
}

// An ordering is tonight's snapshots, and what was live before them, in order.
type ordering struct {
	// positions of deliveries by id; 0 is what was live before.
	positions map[int64]int
	// whole are the positions of which every record could be read.
	whole []int
}

// inOrder gives the parts of one snapshot one position.
func inOrder(snapshots []snapshot) ordering {
	o, of := ordering{positions: map[int64]int{}}, map[string]int{}
	var broken []int
	next := 0
	for _, s := range snapshots {
		at, begun := of[s.set]
		if s.set == "" || !begun {
			at, next = next, next+1
			of[s.set] = at
		}
		if o.positions[s.id] = at; !s.whole {
			broken = append(broken, at)
		}
	}
	for at := range next {
		if !slices.Contains(broken, at) {
			o.whole = append(o.whole, at)
		}
	}
	return o
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
	snapshots := append(slices.Clone(m.snapshots[source]), snapshot{place: m.placeBefore(source), whole: true})
	slices.SortFunc(snapshots, func(a, b snapshot) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id)) })
	order, scope := inOrder(snapshots), m.Config.Sources.Named(source).Scope
	if len(arrived) > 0 {
		query := fmt.Sprintf("select s.*, o._ordinal, false as _live, 'superseded' as _outcome from %s s join %s using (delivery_id)", m.relation(arrived), order.ordinals())
		if _, err := m.lose(ctx, m.absent(query, scope, order, arrived, live)); err != nil {
			return err
		}
	}
	if len(live) == 0 {
		return nil
	}
	query := fmt.Sprintf("select s.*, %d as _ordinal, true as _live, 'removed' as _outcome from %s s where %s", order.positions[0], m.relation(live), m.kept("s."))
	deleted, err := m.lose(ctx, m.absent(query, scope, order, arrived, live))
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
func (o ordering) ordinals() string {
	var rows []string
	for _, id := range slices.Sorted(maps.Keys(o.positions)) {
		if id != 0 {
			rows = append(rows, fmt.Sprintf("(%d, %d)", id, o.positions[id]))
		}
	}
	return "(values " + strings.Join(rows, ", ") + ") o(delivery_id, _ordinal)"
}

// absent is the query of those rows, each with its ordinal, that some later
// whole snapshot lacks, though it has others of their scope, and that do not go
// already.
func (m *merging) absent(rows string, scope []string, order ordering, arrived, live []lake.File) string {
	entity := entityOf(m.input)
	said := func(columns []string) string {
		parts := []string{"select " + prefixed("", columns) + ", -1 as _ordinal from " + m.full(m.input, nil)}
		if len(arrived) > 0 {
			parts = append(parts, fmt.Sprintf("select %s, _ordinal from %s s join %s using (delivery_id)", prefixed("", columns), m.relation(arrived), order.ordinals()))
		}
		if len(live) > 0 {
			parts = append(parts, fmt.Sprintf("select %s, %d as _ordinal from %s", prefixed("", columns), order.positions[0], m.relation(live)))
		}
		return strings.Join(parts, " union all ")
	}
	present := said(entity)
	if m.refused[m.input.Name] {
		present += fmt.Sprintf(" union all select %s, _ordinal from %s join %s using (delivery_id)", prefixed("", entity), refused(m.input.Name), order.ordinals())
	}
	whole := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(order.whole)), ", "), "[]")
	within, scopes := "", ""
	if len(scope) > 0 {
		scopes = fmt.Sprintf(", scopes as (select %s, list(distinct _ordinal) as _scoped from (%s) group by all)", prefixed("", scope), said(scope))
		within = " and list_contains(coalesce(c._scoped, []), o)"
	}
	join := ""
	if len(scope) > 0 {
		join = "left join scopes c on " + equal(scope, "r.", "is not distinct from", "c.")
	}
	return fmt.Sprintf(`with present as (select %[1]s, list(distinct _ordinal) as _ordinals from (%[2]s) group by all)%[8]s
		select r.* from (%[3]s) r left join present p on %[4]s %[7]s %[5]s
		where r._ordinal < coalesce(list_max([o for o in [%[6]s] if not list_contains(coalesce(p._ordinals, []), o)%[9]s]), -1)`,
		prefixed("", entity), present, rows, equal(entity, "r.", "is not distinct from", "p."), m.notLost("r"), whole, join, scopes, within)
}
