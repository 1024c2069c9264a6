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

// fingerprint counts the rows of partitions that are new tonight in their own
// month of the table. It sets the Content of those that have none; of an amended
// table, and with Verify, it proves that the Content of the files is the table's.
// Content doesn't depend on the order of rows, nor on deliveries.
func (s *store) fingerprint(ctx context.Context, n Night, st step) error {
	m := st.model
	parts, before := n.Manifest.Partitions(m.Name), n.Previous.Partitions(m.Name)
	hashing := n.Verify || st.amend || st.patch
	missing := slices.DeleteFunc(sortedKeys(parts), func(key string) bool {
		hashing = hashing || parts[key].Content == ""
		return before[key].Same(parts[key]) && parts[key].Content != ""
	})
	if len(missing) == 0 {
		return nil
	}
	found, err := s.contents(ctx, m, missing, len(missing) == len(parts), hashing)
	if err != nil {
		return fmt.Errorf("fingerprinting %s: %w", m.Name, err)
	}
	for _, key := range missing {
		p := parts[key]
		rows := found[key].rows
		if rows != p.Rows() {
			return fmt.Errorf("loading %s: %s has %d rows, but %d of the table lie in %s: the model must give each row's own month", m.Name, p.File.Path, p.Rows(), rows, key)
		}
		if !hashing {
			continue
		}
		content := duck.Content(rows, cmp.Or(found[key].sum, "0"))
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

func (s *store) contents(ctx context.Context, m *models.Model, keys []string, all, hashing bool) (map[string]content, error) {
	key, where, sum := duck.Text(lake.Whole), "", "''"
	if hashing {
		sum = duck.ContentSum(m)
	}
	if m.Monthly() {
		key = "coalesce(month::varchar, 'none')"
		if !all {
			where = " where month in " + dates(keys)
		}
	}
	rows, err := s.db.QueryContext(ctx, "select "+key+" as key, count(*), "+sum+" from "+table(m)+where+" group by key")
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
