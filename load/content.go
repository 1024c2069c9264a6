package load

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// fingerprint proves that the table holds the rows of the files that are new
// tonight: the Content that was reckoned from the file must be that of the
// table. It sets the Content of partitions that have none. It doesn't depend on
// the order of rows, nor on deliveries.
func (s *store) fingerprint(ctx context.Context, n Night, m *models.Model) error {
	parts, before := partitions(n.Manifest, m.Name), partitions(n.Previous, m.Name)
	missing := slices.DeleteFunc(sortedKeys(parts), func(key string) bool {
		return before[key].File.Path == parts[key].File.Path && parts[key].Content != ""
	})
	if len(missing) == 0 {
		return nil
	}
	found, err := s.contents(ctx, m, missing, len(missing) == len(parts))
	if err != nil {
		return fmt.Errorf("fingerprinting %s: %w", m.Name, err)
	}
	for _, key := range missing {
		p := parts[key]
		rows := found[key].rows
		content := duck.Content(rows, cmp.Or(found[key].sum, "0"))
		if rows != p.File.Rows {
			return fmt.Errorf("loading %s: %s has %d rows, but %d of the table lie in %s: the model must give each row's own month", m.Name, p.File.Path, p.File.Rows, rows, key)
		}
		if p.Content != "" && p.Content != content {
			return fmt.Errorf("loading %s: the rows of %s in the table are not those of %s: the disk or the memory is not to be trusted, nothing was published", m.Name, key, p.File.Path)
		}
		p.Content = content
		parts[key] = p
	}
	return nil
}

// A content is what a partition's rows add up to.
type content struct {
	rows int64
	sum  string
}

func (s *store) contents(ctx context.Context, m *models.Model, keys []string, all bool) (map[string]content, error) {
	key, where := duck.Text(lake.Whole), ""
	if m.Monthly() {
		key = "coalesce(month::varchar, 'none')"
		if !all {
			where = " where month in " + dates(keys)
		}
	}
	rows, err := s.db.QueryContext(ctx, "select "+key+" as key, count(*), "+duck.ContentSum(m)+" from "+table(m)+where+" group by key")
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	found := map[string]content{}
	for rows.Next() {
		var key string
		var c content
		if err := rows.Scan(&key, &c.rows, &c.sum); err != nil {
			return nil, err
		}
		found[key] = c
	}
	return found, duck.Scrub(rows.Err())
}
