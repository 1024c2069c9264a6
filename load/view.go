package load

import (
	"context"
	"fmt"
	"strings"

	"nightjar/internal/duck"
)

// dropViews drops last night's.
func (s *store) dropViews(ctx context.Context) error {
	var names string
	err := s.db.QueryRowContext(ctx, "select coalesce(string_agg('drop view warehouse.main.' || '\"' || view_name || '\"', '; '), '') from duckdb_views() where database_name = 'warehouse' and schema_name = 'main' and not internal").Scan(&names)
	if err != nil || names == "" {
		return duck.Scrub(err)
	}
	return s.exec(ctx, names)
}

// createViews makes the models that are views of the night's tables, with their comments.
func (s *store) createViews(ctx context.Context, n Night) error {
	conn, err := s.conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, m := range n.Models {
		if !m.View {
			continue
		}
		statements := "create view " + table(m) + " as " + strings.TrimSpace(n.Views[m.Name]) + "\n; " + strings.Join(comments("view", table(m), describeModel(m), m.Columns), "; ")
		if _, err := conn.ExecContext(ctx, statements); err != nil {
			return fmt.Errorf("making the view %s: %w", m.Name, duck.Scrub(err))
		}
	}
	return nil
}
