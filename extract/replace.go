package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// findReplaced finds the rows of sources in mode replace that a later delivery
// claims: it has rows of the same scope, or its window covers their day. A row
// that the delivery repeats word for word has stayed where it was.
func (m *merging) findReplaced(ctx context.Context, staged []stagedFile) error {
	for _, source := range m.Config.Sources {
		if source.Mode != "replace" || source.Maps.For(m.input.Name) == nil {
			continue
		}
		var arrived, live []lake.File
		for _, s := range staged {
			if s.source == source {
				arrived = append(arrived, s.File)
			}
		}
		for _, f := range append(m.set.Files(), m.set.Pending...) {
			if f.Source == source.Name {
				live = append(live, f)
			}
		}
		if len(arrived) == 0 {
			continue
		}
		if err := m.findReplacedOf(ctx, source, arrived, live); err != nil {
			return err
		}
	}
	return nil
}

func (m *merging) findReplacedOf(ctx context.Context, source *config.Source, arrived, live []lake.File) error {
	everything := fmt.Sprintf("select *, false as _live from %s", m.relation(arrived))
	if len(live) > 0 {
		everything += fmt.Sprintf(" union all by name select s.*, true as _live from %s s where %s", m.relation(live), m.kept("s."))
	}
	repeated := ""
	if source.HasKey() && len(m.input.Key) > 0 {
		repeated = fmt.Sprintf("and not exists (from placed p where not p._live and p._place >= r._claimed and %s)", equal(m.input.Key, "p.", "=", "r."))
	}
	with := fmt.Sprintf("with placed as (select e.*, d._place from (%s) e join (%s) d using (delivery_id)), claimed as (%s)", everything, m.deliveries(), m.claims(source))
	if err := m.guardShrunk(ctx, source, with, rowsOf(arrived)); err != nil {
		return err
	}
	_, err := m.lose(ctx, fmt.Sprintf(`%s select r.*, case when r._live then 'removed' else 'superseded' end as _outcome
		from claimed r %s where r._claimed > r._place %s`, with, m.notLost("r"), repeated))
	return err
}

// guardShrunk stops a night in which so few rows come in place of those claimed
// that the file may be cut off.
func (m *merging) guardShrunk(ctx context.Context, source *config.Source, with string, came int64) error {
	var claimed int64
	if err := m.DB.QueryRowContext(ctx, with+" select count(*) from claimed where _live and _claimed > _place").Scan(&claimed); err != nil {
		return duck.Scrub(err)
	}
	if m.beyondGuard(source.Name, claimed-came, claimed) {
		return fmt.Errorf("source %s: %d rows replace %d, fewer by more than guards.deleted (%.0f %%) allows: check that the file is whole; %s", source.Name, came, claimed, 100*m.Config.Guards.Deleted, otherwise(source.Name))
	}
	return nil
}

// claims is the query of the placed rows, each with the place of the last
// delivery that claims it.
func (m *merging) claims(source *config.Source) string {
	if source.Window == nil {
		return fmt.Sprintf("select *, max(_place) over (partition by %s) as _claimed from placed", prefixed("", source.Scope))
	}
	by := "placed." + duck.Name(source.Window.By)
	return fmt.Sprintf(`select placed.*, (select max(w._place) from (%s) w where %s between w.first and w.last) as _claimed from placed`, m.windows(source), by)
}

// windows is the query of what span of days each delivery claims.
func (m *merging) windows(source *config.Source) string {
	by := duck.Name(source.Window.By)
	if source.Window.Days == 0 {
		return fmt.Sprintf("select _place, min(%[1]s) as first, max(%[1]s) as last from placed group by _place", by)
	}
	var rows []string
	for _, d := range m.Manifest.Deliveries {
		if d.Source != source.Name || d.State != "current" {
			continue
		}
		about, err := m.about(Found{Source: source, Delivery: d})
		if err != nil {
			continue // its name had no date when it was read, and the night failed then
		}
		first := about.deliveredOn.AddDate(0, 0, 1-source.Window.Days)
		rows = append(rows, fmt.Sprintf("(%d, date '%s', date '%s')", d.Place, first.Format(time.DateOnly), about.deliveredOn.Format(time.DateOnly)))
	}
	return "from (values " + strings.Join(rows, ", ") + ") w(_place, first, last)"
}

// findDeleted finds every version of what a later row says is deleted, where rows
// are versions of something; elsewhere, such a row wins over others of its key as
// any newer one does.
func (m *merging) findDeleted(ctx context.Context, staged []stagedFile) error {
	tombstones := slices.Clone(m.set.Deleted)
	var files []lake.File
	for _, s := range staged {
		if s.month == deleted {
			tombstones = append(tombstones, s.File)
		} else {
			files = append(files, s.File)
		}
	}
	if len(tombstones) == 0 {
		return nil
	}
	live := append(m.set.Files(), m.set.Pending...)
	if m.input.Versioned() {
		if err := m.findDeletedVersions(ctx, tombstones, files, live); err != nil {
			return err
		}
	}
	return m.guardDeletions(ctx, staged, live)
}

func (m *merging) findDeletedVersions(ctx context.Context, tombstones, files, live []lake.File) error {
	var parts []string
	if len(files) > 0 {
		parts = append(parts, "select *, false as _live from "+m.relation(files))
	}
	if len(live) > 0 {
		parts = append(parts, "select l.*, true as _live from "+m.relation(live)+" l where "+m.kept("l."))
	}
	if len(parts) == 0 {
		return nil
	}
	const age = "row(coalesce(try_cast(%[1]s.row_version as decimal(38, 9)), -1), coalesce(%[1]s.row_version, ''), %[1]s._place, %[1]s.source_row)"
	_, err := m.lose(ctx, fmt.Sprintf(`with placed as (select e.*, d._place from (%[1]s) e join (%[2]s) d using (delivery_id)),
		gone as (select t.*, d._place from %[3]s t join (%[2]s) d using (delivery_id) where %[4]s)
		select r.*, case when r._live then 'removed' else 'superseded' end as _outcome
		from placed r %[5]s where exists (from gone t where %[6]s and %[7]s > %[8]s)`,
		strings.Join(parts, " union all by name "), m.deliveries(), m.relation(tombstones), m.kept("t."), m.notLost("r"),
		equal(entityOf(m.input), "t.", "=", "r."), fmt.Sprintf(age, "t"), fmt.Sprintf(age, "r")))
	return err
}

// guardDeletions stops a night whose deletions take too much of what is live.
func (m *merging) guardDeletions(ctx context.Context, staged []stagedFile, live []lake.File) error {
	came := int64(0)
	for _, s := range staged {
		if s.month == deleted {
			came += s.Rows
		}
	}
	if total := rowsOf(live); came > 0 && m.beyondGuard(m.input.Name, came, total+came) {
		var gone int64
		if err := m.DB.QueryRowContext(ctx, "select count(*) from "+m.table+" where _live").Scan(&gone); err != nil {
			return err
		}
		if m.beyondGuard(m.input.Name, gone, total) {
			return fmt.Errorf("input %s: deletions take %d of %d rows, more than guards.deleted (%.0f %%) allows: check deleted_when and the file; %s", m.input.Name, gone, total, 100*m.Config.Guards.Deleted, otherwise(m.input.Name))
		}
	}
	return nil
}
