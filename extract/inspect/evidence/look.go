package evidence

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/extract/inspect/sample"
	"nightjar/extract/record"
	"nightjar/internal/duck"
)

// How many values are tried for what they may be, how many different ones of a
// column are listed as words, and how many examples speak against a candidate.
const (
	triedValues = 1000
	listedWords = 50
	examples    = 3
)

// Columns looks at every column of the rows. dateName says whether a name is that of
// a date: then numbers that may be days are tried for it.
func Columns(ctx context.Context, r *sample.Rows, dateName func(string) bool) ([]*Column, error) {
	columns := make([]*Column, len(r.Columns))
	for i, name := range r.Columns {
		c := &Column{Name: name, Place: i, nameHint: dateName(name)}
		if r.Kinds != nil {
			c.Declared = r.Kinds[i]
		}
		if err := look(ctx, r, c); err != nil {
			return nil, fmt.Errorf("looking at the column %s: %w", name, duck.Scrub(err))
		}
		columns[i] = c
	}
	return columns, nil
}

// rowOf counts a row's file and number as one number.
const rowOf = "file * 1099511627776 + number"

// look gathers the evidence on one column, from its different values.
func look(ctx context.Context, r *sample.Rows, c *Column) error {
	_, err := r.DB.ExecContext(ctx, fmt.Sprintf("create or replace table looked_at as select %[1]s as v, count(*) as n, min(%[2]s) as first from %[3]s where %[1]s is not null group by 1", sample.Name(c.Place), rowOf, r.Table))
	if err != nil {
		return err
	}
	c.Rows = r.Looked
	if err := c.facts(ctx, r.DB); err != nil {
		return err
	}
	if err := c.words(ctx, r.DB); err != nil || c.Filled() == 0 {
		return err
	}
	candidates, err := c.plausible(ctx, r.DB)
	if err != nil {
		return err
	}
	if err := c.count(ctx, r.DB, candidates, "looked_at"); err != nil {
		return err
	}
	c.keep(candidates)
	return c.contradict(ctx, r.DB)
}

func (c *Column) facts(ctx context.Context, db *sql.DB) error {
	var filled int64
	var least, most sql.NullFloat64
	err := db.QueryRowContext(ctx, `select coalesce(sum(n), 0)::bigint, count(*),
			coalesce(min(length(v)), 0), coalesce(max(length(v)), 0),
			coalesce(sum(n) filter (where `+matches(`0[0-9]+`)+`), 0)::bigint,
			coalesce(max(length(regexp_extract(v, '^[+-]?[0-9]+[.,]([0-9]+?)0*$', 1))), 0),
			coalesce(max(length(regexp_extract(v, '^[+-]?([0-9]+)([.,][0-9]+)?$', 1))), 0),
			min(try_cast(v as double)) filter (where `+matches(`[+-]?[0-9.]+`)+`),
			max(try_cast(v as double)) filter (where `+matches(`[+-]?[0-9.]+`)+`),
			coalesce(sum(n) filter (where `+matches(`(\+?86[- ]?)?1[3-9][0-9]{9}|\+[0-9][0-9 ()/-]{7,18}|\(?0[0-9]{1,5}\)?[ /-][0-9][0-9 /-]{4,14}`)+`), 0)::bigint,
			coalesce(sum(n) filter (where `+matches(`[^@ ]+@[^@ ]+\.[A-Za-z]{2,}`)+`), 0)::bigint,
			coalesce(sum(n) filter (where `+matches(`[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-9]{5}[0-9Xx]`)+`), 0)::bigint,
			coalesce(bool_and(`+matches(`.*[ T]0?0:00(:00(\.0+)?)?`)+`), false)
		from looked_at`).Scan(&filled, &c.Distinct, &c.Shortest, &c.Longest, &c.Zeros, &c.Scale, &c.Digits, &least, &most, &c.Phones, &c.Emails, &c.IDs, &c.Midnight)
	c.Empty = c.Rows - filled
	if least.Valid {
		c.Least, c.Most = &least.Float64, &most.Float64
	}
	return err
}

// words lists the values of a column that has few.
func (c *Column) words(ctx context.Context, db *sql.DB) error {
	if c.Distinct > listedWords || c.Longest > 100 {
		return nil
	}
	rows, err := db.QueryContext(ctx, "select v, n from looked_at order by n desc, v")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var w Word
		if err := rows.Scan(&w.Value, &w.Rows); err != nil {
			return err
		}
		c.Words = append(c.Words, w)
	}
	return rows.Err()
}

// plausible are the candidates that some values fit, of those that are tried first.
func (c *Column) plausible(ctx context.Context, db *sql.DB) ([]*Candidate, error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf("select v from looked_at order by hash(v) limit %d", triedValues))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	formats, tried := map[string]int{}, 0
	for ; rows.Next(); tried++ {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		for _, format := range formatsOf(value) {
			formats[format]++
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	candidates := numbers()
	for _, format := range slices.Sorted(maps.Keys(formats)) {
		if formats[format]*20 >= tried {
			candidates = append(candidates, dated(format))
		}
	}
	err = c.count(ctx, db, candidates, fmt.Sprintf("(select * from looked_at order by hash(v) limit %d)", triedValues))
	return slices.DeleteFunc(candidates, func(k *Candidate) bool { return k.Fits == 0 }), err
}

// count counts the rows that fit each candidate, of the values of a relation.
func (c *Column) count(ctx context.Context, db *sql.DB, candidates []*Candidate, of string) error {
	if len(candidates) == 0 {
		return nil
	}
	var sums []string
	into := make([]any, 0, 2*len(candidates))
	for _, k := range candidates {
		marked := k.marked
		if marked == "" {
			marked = "true"
		}
		for _, condition := range []string{k.condition, k.condition + " and " + marked} {
			sums = append(sums, fmt.Sprintf("coalesce(sum(n) filter (where %s), 0)::bigint", condition))
		}
		into = append(into, &k.Fits, &k.shown)
	}
	return db.QueryRowContext(ctx, "select "+strings.Join(sums, ", ")+" from "+of).Scan(into...)
}

// keep keeps the candidates that say something.
func (c *Column) keep(candidates []*Candidate) {
	for _, k := range candidates {
		k.Against = c.Filled() - k.Fits
		if c.worthwhile(k) {
			c.Candidates = append(c.Candidates, k)
		}
	}
	slices.SortStableFunc(c.Candidates, func(a, b *Candidate) int { return cmp.Compare(b.Fits, a.Fits) })
}

// worthwhile leaves out what says no more than a plainer candidate: thousands that
// are never marked, days since 1899 in a column that is no date by its name.
func (c *Column) worthwhile(k *Candidate) bool {
	switch {
	case k.Fits*5 < c.Filled() || k.Fits == 0:
		return false
	case k.Kind == Serial:
		return c.nameHint
	case k.Kind == Epoch:
		return c.nameHint || k.Against == 0 && c.Distinct > 20
	}
	return k.shown > 0
}

// contradict finds values that do not fit the candidates that most do, and words
// that stand for no value.
func (c *Column) contradict(ctx context.Context, db *sql.DB) error {
	for _, k := range c.Candidates {
		if k.Against == 0 || k.Against > k.Fits {
			continue
		}
		if err := c.findNulls(ctx, db, k); err != nil {
			return err
		}
		if err := c.findExamples(ctx, db, k); err != nil {
			return err
		}
	}
	return nil
}

// findNulls sees whether all that does not fit is one of few words for no value.
func (c *Column) findNulls(ctx context.Context, db *sql.DB, k *Candidate) error {
	words := duck.TextList(nullWords)
	var others int64
	var found duck.List[string]
	err := db.QueryRowContext(ctx, fmt.Sprintf("select count(*) filter (where not list_contains(%[1]s, lower(v))), list(v order by v) filter (where list_contains(%[1]s, lower(v))) from looked_at where not (%[2]s)", words, k.condition)).Scan(&others, &found)
	if err == nil && others == 0 {
		k.Nulls = found
	}
	return err
}

func (c *Column) findExamples(ctx context.Context, db *sql.DB, k *Candidate) error {
	rows, err := db.QueryContext(ctx, fmt.Sprintf("select v, first // 1099511627776, first %% 1099511627776 from looked_at where not (%s) order by first limit %d", k.condition, examples))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Example
		if err := rows.Scan(&e.Value, &e.File, &e.Row); err != nil {
			return err
		}
		e.Shape = record.Shape(e.Value)
		k.Examples = append(k.Examples, e)
	}
	return rows.Err()
}
