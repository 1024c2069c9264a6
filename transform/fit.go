package transform

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"iter"

	"nightjar/internal/duck"
	"nightjar/models"
	"nightjar/transform/identity"
)

// links are the columns that the SQL of a model with `fit: identity` gives.
var links = []models.Column{
	{Name: "ordinal", Type: "int"},
	{Name: "key_a", Type: "string"},
	{Name: "key_b", Type: "string"},
	{Name: "rule", Type: "string"},
	{Name: "same", Type: "boolean"},
}

// fit runs the model's SQL and puts what the algorithm makes of its rows into
// the connection's table temp.fitted.
func (e *Duck) fit(ctx context.Context, conn *sql.Conn, b Build, query string) error {
	if b.Model.Fit != "identity" {
		return fmt.Errorf("fit is %q: the one known is identity", b.Model.Fit)
	}
	if err := expect(ctx, conn, query, links); err != nil {
		return err
	}
	found, err := readLinks(ctx, conn, query)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "create or replace temp table fitted (customer_key varchar, customer_id varchar, rule varchar)"); err != nil {
		return err
	}
	return duck.Append(ctx, conn, "fitted", values(identity.Fit(found)))
}

// readLinks reads links in the order in which they are tried. Without a key
// there is no link; without a rule or a truth, the row is an error.
func readLinks(ctx context.Context, conn *sql.Conn, query string) ([]identity.Link, error) {
	rows, err := conn.QueryContext(ctx, "select key_a, key_b, rule, same from ("+query+
		"\n) where key_a is not null and key_b is not null order by ordinal nulls last, key_a, key_b, rule, same")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []identity.Link
	for rows.Next() {
		var a, b string
		var rule sql.NullString
		var same sql.NullBool
		if err := rows.Scan(&a, &b, &rule, &same); err != nil {
			return nil, err
		}
		if rule.String == "" || !same.Valid {
			return nil, fmt.Errorf("a link has no rule, or does not say whether its keys are the same")
		}
		found = append(found, identity.Link{KeyA: a, KeyB: b, Rule: rule.String, Same: same.Bool})
	}
	return found, rows.Err()
}

func values(rows []identity.Row) iter.Seq[[]driver.Value] {
	return func(yield func([]driver.Value) bool) {
		for _, row := range rows {
			if !yield([]driver.Value{row.CustomerKey, row.CustomerID, row.Rule}) {
				return
			}
		}
	}
}
