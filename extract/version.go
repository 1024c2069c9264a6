package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
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
	var attributes []string
	for _, column := range m.input.Columns {
		if column.Name != "valid_from" {
			attributes = append(attributes, duck.Name(column.Name))
		}
	}
	for _, s := range staged {
		mapping := s.source.Maps.For(m.input.Name)
		if _, mapped := mapping.Columns.Column("valid_from"); mapped || !s.source.HasKey() {
			continue
		}
		files = append(files, s.File)
		for _, e := range mapping.Columns {
			if name := duck.Name(e.Column); !slices.Contains(attributes, name) {
				attributes = append(attributes, name)
			}
		}
	}
	rivals := m.rivals(files)
	if len(files) == 0 || (len(rivals) == 0 && oneDelivery(files)) {
		return nil
	}
	candidates := "select *, false as live from " + m.relation(files)
	if len(rivals) > 0 {
		candidates += fmt.Sprintf(" union all by name (select l.*, true as live from %s l semi join (select %s from %s) s on %s where %s)",
			m.relation(rivals), m.entity(""), m.relation(files), equal(entityOf(m.input), "l.", "=", "s."), m.kept("l."))
	}
	values := "row(" + strings.Join(attributes, ", ") + ")"
	_, err := m.lose(ctx, fmt.Sprintf(`select *, 'superseded' as outcome from (
			select *, %[1]s as now, lag(%[1]s) over (partition by %[2]s order by valid_from, delivery_id, source_row) as before
			from (%[3]s) c %[4]s
		) where not live and before is not distinct from now`,
		values, m.entity(""), candidates, m.notLost("c")))
	return err
}

func oneDelivery(files []lake.File) bool {
	return !slices.ContainsFunc(files, func(f lake.File) bool { return !slices.Equal(f.Deliveries, files[0].Deliveries) })
}
