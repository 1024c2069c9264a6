package evidence

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/sample"
	"nightjar/internal/duck"
)

// A Key is a set of columns, by their places, that no two rows of a file share and
// that every row has.
type Key []int

const (
	keyColumns = 3  // at most in one key
	keyAmong   = 14 // columns that are tried together
	keysShown  = 6
	keyPrefix  = 5000 // rows that a set is tried on first
)

// Keys finds the smallest sets of columns that hold as keys, up to three columns, the
// likeliest first; once one is found all of whose columns look like parts of a key,
// no larger ones. likely says, from 0 to 1, how much a column looks like that. Whether a set holds is told by all rows that were looked at.
func Keys(ctx context.Context, r *sample.Rows, columns []*Column, likely func(*Column) float64) ([]Key, error) {
	candidates := keyCandidates(columns, likely)
	meant := func(k Key) bool {
		return !slices.ContainsFunc(k, func(place int) bool { return likely(columns[place]) < 0.5 })
	}
	var keys []Key
	for size := 1; size <= keyColumns && !slices.ContainsFunc(keys, meant); size++ {
		for _, set := range subsets(candidates, size) {
			if len(keys) == keysShown {
				break
			}
			key := places(set)
			if slices.ContainsFunc(keys, func(k Key) bool { return k.within(key) }) || product(set) < r.Looked {
				continue
			}
			holds, err := key.Holds(ctx, r)
			if err != nil {
				return nil, fmt.Errorf("looking for keys: %w", duck.Scrub(err))
			}
			if holds {
				keys = append(keys, key)
			}
		}
	}
	if slices.ContainsFunc(keys, meant) {
		keys = slices.DeleteFunc(keys, func(k Key) bool { return !meant(k) })
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return cmp.Compare(score(b, columns, likely), score(a, columns, likely)) })
	return keys, nil
}

// score is how much the columns of a key are meant for one.
func score(k Key, columns []*Column, likely func(*Column) float64) float64 {
	sum := 0.0
	for _, place := range k {
		sum += likely(columns[place])
	}
	return sum / float64(len(k))
}

// keyCandidates are columns that every row has, less those that no key has: amounts,
// long texts.
func keyCandidates(columns []*Column, likely func(*Column) float64) []*Column {
	var some []*Column
	for _, c := range columns {
		if c.Empty > 0 || c.Distinct < 2 || c.Longest > 100 || c.Verdict != nil && (c.Verdict.Kind == Decimal || c.Verdict.Kind == Double || c.Verdict.Kind == Boolean) {
			continue
		}
		some = append(some, c)
	}
	slices.SortStableFunc(some, func(a, b *Column) int {
		return cmp.Or(cmp.Compare(likely(b), likely(a)), cmp.Compare(b.Distinct, a.Distinct))
	})
	return some[:min(len(some), keyAmong)]
}

// subsets lists the sets of a size, those of the first columns first.
func subsets(of []*Column, size int) [][]*Column {
	if size == 0 {
		return [][]*Column{nil}
	}
	var all [][]*Column
	for i, c := range of {
		for _, rest := range subsets(of[i+1:], size-1) {
			all = append(all, append([]*Column{c}, rest...))
		}
	}
	slices.SortStableFunc(all, func(a, b []*Column) int { return cmp.Compare(rank(of, a), rank(of, b)) })
	return all
}

// rank adds up the places that the columns of a set have among all.
func rank(of, set []*Column) (sum int) {
	for _, c := range set {
		sum += slices.Index(of, c)
	}
	return sum
}

func places(set []*Column) Key {
	key := make(Key, len(set))
	for i, c := range set {
		key[i] = c.Place
	}
	slices.Sort(key)
	return key
}

func (k Key) within(other Key) bool {
	return !slices.ContainsFunc(k, func(place int) bool { return !slices.Contains(other, place) })
}

// product bounds how many rows a set could tell apart.
func product(set []*Column) int64 {
	n := int64(1)
	for _, c := range set {
		if n > 1<<40 {
			return n
		}
		n *= c.Distinct
	}
	return n
}

// Holds says whether no two rows of a file agree in the columns.
func (k Key) Holds(ctx context.Context, r *sample.Rows) (bool, error) {
	return k.apart(ctx, r, []string{"file"})
}

// Across says whether no two rows of different files agree in them either: else, a
// file brings newer versions of what another held.
func (k Key) Across(ctx context.Context, r *sample.Rows) (bool, error) {
	return k.apart(ctx, r, nil)
}

// Repeats counts the rows of files that agree in the columns with one before them.
func (k Key) Repeats(ctx context.Context, r *sample.Rows) (n int64, err error) {
	names := []string{"file"}
	for _, place := range k {
		names = append(names, sample.Name(place))
	}
	err = r.DB.QueryRowContext(ctx, fmt.Sprintf("select %d - (select count(*) from (select distinct %s from %s))", r.Looked, strings.Join(names, ", "), r.Table)).Scan(&n)
	return n, duck.Scrub(err)
}

// apart tries the first rows, then all.
func (k Key) apart(ctx context.Context, r *sample.Rows, names []string) (bool, error) {
	for _, place := range k {
		names = append(names, sample.Name(place))
	}
	list := strings.Join(names, ", ")
	for _, limit := range []int64{keyPrefix, r.Looked} {
		var rows, different int64
		err := r.DB.QueryRowContext(ctx, fmt.Sprintf("with tried as (select %s from %s limit %d) select (select count(*) from tried), (select count(*) from (select distinct * from tried))", list, r.Table, limit)).Scan(&rows, &different)
		if err != nil || rows != different {
			return false, err
		}
		if rows == r.Looked {
			return true, nil
		}
	}
	return true, nil
}
