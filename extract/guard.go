package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// guardDeleted stops a night whose snapshot leaves out too much.
func (m *merging) guardDeleted(source string, deleted int64, live []lake.File) error {
	if total := rowsOf(live); m.beyondGuard(source, deleted, total) {
		return fmt.Errorf("source %s: its snapshot leaves out %d of %d rows, more than guards.deleted (%.0f %%) allows: check that the file is whole; %s", source, deleted, total, 100*m.Config.Guards.Deleted, otherwise(source))
	}
	return nil
}

// guardReplaced stops a night in which a new version of an append delivery has
// so many rows fewer than the one that it replaces that it may be cut off.
func (m *merging) guardReplaced(ctx context.Context, staged []stagedFile) error {
	came := map[int64]int64{}
	for _, s := range staged {
		came[s.delivery] += s.Rows
	}
	var affected []lake.File
	var old []string
	for _, f := range append(m.set.Files(), m.set.Pending...) {
		for _, id := range f.Deliveries {
			if m.successor[id] != 0 {
				affected, old = append(affected, f), append(old, fmt.Sprint(id))
			}
		}
	}
	if len(old) == 0 {
		return nil
	}
	affected = slices.CompactFunc(affected, func(a, b lake.File) bool { return a.Path == b.Path })
	rows, err := m.DB.QueryContext(ctx, fmt.Sprintf("select delivery_id, count(*) from %s where delivery_id in (%s) group by 1 order by 1", m.stored(affected), strings.Join(old, ", ")))
	if err != nil {
		return duck.Scrub(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, had int64
		if err := rows.Scan(&id, &had); err != nil {
			return err
		}
		d := m.delivery(id)
		total := rowsOf(slices.DeleteFunc(append(m.set.Files(), m.set.Pending...), func(f lake.File) bool { return f.Source != d.Source }))
		if gone := had - came[m.successor[id]]; m.beyondGuard(d.Source, gone, total) {
			return fmt.Errorf("source %s: the new version of %s has %d rows fewer than the one before, of %d in all, more than guards.deleted (%.0f %%) allows: check that the file is whole; %s", d.Source, d.Name, gone, total, 100*m.Config.Guards.Deleted, otherwise(d.Source))
		}
	}
	return duck.Scrub(rows.Err())
}

// otherwise is how the night can go on in spite of the guard.
func otherwise(of string) string {
	return fmt.Sprintf("if they are right, run `nightjar run --accept %s.%s --reason '…'`, or raise guards.deleted", of, models.Deleted)
}

// beyondGuard says whether so many rows of a source, or of an input, may not go without a word; a
// few always may, and any number that somebody accepted.
func (m *merging) beyondGuard(name string, gone, of int64) bool {
	return m.Accepted[name+"."+models.Deleted] == "" && gone > 10 && float64(gone) > m.Config.Guards.Deleted*float64(of)
}

func rowsOf(files []lake.File) int64 {
	total := int64(0)
	for _, f := range files {
		total += f.Rows
	}
	return total
}
