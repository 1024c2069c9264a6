package extract

import (
	"context"
	"fmt"
	"slices"

	"nightjar/internal/lake"
)

// findUnchanged finds staged versions that say nothing new: with the same
// values as the version before, x_ columns included, where only the delivery's
// date tells them apart.
func (m *merging) findUnchanged(ctx context.Context, staged []stagedFile) error {
	if !m.input.Versioned() {
		return nil
	}
	var files []lake.File
	for _, s := range staged {
		if _, mapped := s.source.Maps.For(m.input.Name).Columns.Column("valid_from"); !mapped && s.source.HasKey() {
			files = append(files, s.File)
		}
	}
	rivals := m.rivals(files)
	if len(files) == 0 || (len(rivals) == 0 && oneDelivery(files)) {
		return nil
	}
	candidates := "select *, false as _live from " + m.relation(files)
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all by name (select l.*, true as _live from %s l semi join (select %s from %s) s on %s where %s)",
			m.relation(rivals), m.entity(""), m.relation(files), equal(entityOf(m.input), "l.", "=", "s."), m.kept("l."))
	}
	_, err := m.lose(ctx, fmt.Sprintf(`select *, 'superseded' as _outcome from (
			select *, lag(_content) over (partition by %[1]s order by valid_from, delivery_id, source_row) as _before
			from (select *, %[2]s as _content from (%[3]s) c %[4]s)
		) where not _live and _before = _content`,
		m.entity(""), m.content("valid_from", "row_version"), candidates, m.notLost("c")))
	return err
}

func oneDelivery(files []lake.File) bool {
	return !slices.ContainsFunc(files, func(f lake.File) bool { return !slices.Equal(f.Deliveries, files[0].Deliveries) })
}
