package identity

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
)

// A component is the keys that links joined, a key of a customer among them.
type component struct {
	customerID string
	// root is the smallest key, also one that only a pair by hand names.
	root string
	keys []string
}

// component finds the one of a key.
func (e *Explainer) component(ctx context.Context, key string) (component, error) {
	c := component{root: key, keys: []string{key}}
	var id, root sql.NullString
	query := "select (select customer_id from " + e.model("dim_customer_identity") + " where customer_key = $1), (select customer_id from " + e.model("dim_customer_link") + " where customer_key = $1)"
	if err := e.conn.QueryRowContext(ctx, query, key).Scan(&id, &root); err != nil {
		return c, failed(err)
	}
	if !id.Valid {
		return c, e.unknown(ctx, key)
	}
	c.customerID = id.String
	if !root.Valid {
		return c, nil
	}
	c.root, c.keys = root.String, nil
	err := e.each(ctx, "select customer_key from "+e.model("dim_customer_link")+" where customer_id = $1 order by 1", func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		c.keys = append(c.keys, key)
		return err
	}, c.root)
	return c, err
}

// unknown says that nobody has the key, and which ones are nearest to it.
func (e *Explainer) unknown(ctx context.Context, key string) error {
	if key == "anonymous" {
		return exitcode.With(exitcode.Usage, fmt.Errorf("explaining a customer: anonymous is the key of sales without a customer, and is nobody"))
	}
	var near []string
	query := `select customer_key from ` + e.model("dim_customer_identity") + `
		where right(customer_key, len($1::varchar) + 1) = ':' || $1 or levenshtein(customer_key, $1) <= greatest(2, len($1) // 4)
		order by levenshtein(customer_key, $1), customer_key limit 3`
	err := e.each(ctx, query, func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		near = append(near, key)
		return err
	}, key)
	if err != nil {
		return err
	}
	hint := "a key is written system:customer id; find it with `nightjar sql 'from dim_customer_identity'`"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return exitcode.With(exitcode.Usage, fmt.Errorf("explaining a customer: no customer has the key %q as of %s: %s", key, e.manifest.AsOf, hint))
}

// joined are the links that joined a component's keys, in their order.
func (e *Explainer) joined(ctx context.Context, c component) ([]Link, error) {
	if err := e.want(ctx, c.keys); err != nil {
		return nil, err
	}
	var links []Link
	query := "select rule, key_a, key_b from " + e.model("dim_customer_match") +
		" where same and key_a in (from wanted) and key_b in (from wanted) order by ordinal, key_a, key_b"
	err := e.each(ctx, query, func(scan func(...any) error) error {
		l := Link{}
		err := scan(&l.Rule, &l.A.Key, &l.B.Key)
		links = append(links, l)
		return err
	})
	return spanning(links), err
}

// A refusal is one with the components that it would have joined.
type refusal struct {
	Refusal
	rootA, rootB string
}

// refusals are all links that were refused for a pair declared not the same.
func (e *Explainer) refusals(ctx context.Context) ([]refusal, error) {
	var all []refusal
	query := `select r.rule, r.key_a, r.key_b, r.forbidden_a, r.forbidden_b, coalesce(a.customer_id, r.key_a), coalesce(b.customer_id, r.key_b)
		from ` + e.model("dim_customer_link_refused") + ` as r
		left join ` + e.model("dim_customer_link") + ` as a on a.customer_key = r.key_a
		left join ` + e.model("dim_customer_link") + ` as b on b.customer_key = r.key_b
		where r.reason = 'not_same' order by all`
	err := e.each(ctx, query, func(scan func(...any) error) error {
		r := refusal{Refusal: Refusal{Because: "not_same", Forbidden: &Link{Rule: "manual"}}}
		err := scan(&r.Rule, &r.A.Key, &r.B.Key, &r.Forbidden.A.Key, &r.Forbidden.B.Key, &r.rootA, &r.rootB)
		all = append(all, r)
		return err
	})
	return all, err
}

// declared says whether the two keys themselves are declared not the same.
func (e *Explainer) declared(ctx context.Context, a, b string) ([]Refusal, error) {
	var found []Refusal
	query := "select key_a, key_b from " + e.model("dim_customer_match") + " where not same and key_a = least($1, $2) and key_b = greatest($1, $2)"
	err := e.each(ctx, query, func(scan func(...any) error) error {
		r := Refusal{Because: "declared", Link: Link{Rule: "manual"}}
		err := scan(&r.A.Key, &r.B.Key)
		found = append(found, r)
		return err
	}, a, b)
	return found, err
}

// crowded lists the values that keys of both components carry, and that link
// nobody because too many others do.
func (e *Explainer) crowded(ctx context.Context, a, b component) ([]Refusal, error) {
	type mark struct {
		rule, key string
		keys      int64
	}
	var marks []mark
	err := e.each(ctx, "select rule, key_a, keys from "+e.model("dim_customer_link_refused")+" where reason = 'too_many_keys' order by all", func(scan func(...any) error) error {
		m := mark{}
		err := scan(&m.rule, &m.key, &m.keys)
		marks = append(marks, m)
		return err
	})
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	keys := slices.Concat(a.keys, b.keys)
	for _, m := range marks {
		keys = append(keys, m.key)
	}
	cards, err := e.cards(ctx, keys)
	if err != nil {
		return nil, err
	}
	var found []Refusal
	for _, m := range marks {
		value := cards[m.key].value(m.rule, e.country)
		carries := func(key string) bool { return cards[key].value(m.rule, e.country) == value }
		i, k := slices.IndexFunc(a.keys, carries), slices.IndexFunc(b.keys, carries)
		if value != "" && i >= 0 && k >= 0 {
			found = append(found, Refusal{Because: "too_many_keys", Keys: m.keys, Link: Link{Rule: m.rule, A: End{Key: a.keys[i]}, B: End{Key: b.keys[k]}}})
		}
	}
	return found, nil
}

// model is the relation of a model's rows.
func (e *Explainer) model(name string) string {
	var paths []string
	built := e.manifest.Models[name]
	for _, key := range slices.Sorted(maps.Keys(built.Partitions)) {
		paths = append(paths, e.lake.Paths(built.Partitions[key].Files())...)
	}
	return e.catalog.Models[name].Relation(paths, duck.Parquet)
}

// want fills the table wanted.
func (e *Explainer) want(ctx context.Context, keys []string) error {
	if _, err := e.conn.ExecContext(ctx, "create or replace temp table wanted (customer_key varchar)"); err != nil {
		return failed(err)
	}
	return duck.Append(ctx, e.conn, "wanted", func(yield func([]driver.Value) bool) {
		for _, key := range keys {
			if !yield([]driver.Value{key}) {
				return
			}
		}
	})
}

// each hands over the rows of a query.
func (e *Explainer) each(ctx context.Context, query string, take func(scan func(...any) error) error, values ...any) error {
	rows, err := e.conn.QueryContext(ctx, query, values...)
	if err != nil {
		return failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return failed(err)
		}
	}
	return failed(rows.Err())
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("explaining a customer: %w", duck.Scrub(err))
}
