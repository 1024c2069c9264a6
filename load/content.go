package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// contentPrefix names the algorithm: the number of rows, and the sum of
// DuckDB's hash of each row's business columns, in the header's order.
const contentPrefix = "duckdb-hash-1:"

// provenance columns say where a row came from, not what it means.
var provenance = []string{"delivery_id", "source_row"}

func business(m *models.Model) []string {
	return slices.DeleteFunc(columnNames(m.Columns), func(name string) bool { return slices.Contains(provenance, name) })
}

// fingerprint sets Content of the model's partitions that have none that
// holds. It doesn't depend on the order of rows, nor on deliveries. It is an
// error when a month holds other rows than its file.
func (s *store) fingerprint(ctx context.Context, n Night, m *models.Model) error {
	parts, before := partitions(n.Manifest, m.Name), partitions(n.Previous, m.Name)
	missing := slices.DeleteFunc(sortedKeys(parts), func(key string) bool {
		p := parts[key]
		return before[key].File.Path == p.File.Path && strings.HasPrefix(p.Content, contentPrefix)
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
		content, rows := found[key].text(), found[key].rows
		if rows != p.File.Rows {
			return fmt.Errorf("loading %s: %s has %d rows, but %d of the table lie in %s: the model must give each row's own month", m.Name, p.File.Path, p.File.Rows, rows, key)
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

func (c content) text() string {
	if c.rows == 0 {
		return contentPrefix + "0:0"
	}
	return fmt.Sprintf("%s%d:%s", contentPrefix, c.rows, c.sum)
}

func (s *store) contents(ctx context.Context, m *models.Model, keys []string, all bool) (map[string]content, error) {
	key, where := duck.Text(lake.Whole), ""
	if m.Monthly() {
		key = "coalesce(month::varchar, 'none')"
		if !all {
			where = " where month in " + dates(keys)
		}
	}
	rows, err := s.db.QueryContext(ctx, "select "+key+" as key, count(*), sum(hash("+duck.Names(business(m))+"))::varchar from "+table(m)+where+" group by key")
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
