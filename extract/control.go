package extract

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nightjar/extract/readers"
	"nightjar/internal/duck"
)

// control holds a table against what the lines at the end of its file say.
func (n *Night) control(ctx context.Context, f Found, r *reading) error {
	control := f.Source.Control
	if control == nil {
		return nil
	}
	pattern, err := regexp.Compile(control.Pattern)
	if err != nil {
		return fmt.Errorf("control.pattern: %w", err)
	}
	said := map[string]string{}
	for _, line := range r.footer {
		if found := pattern.FindStringSubmatch(strings.TrimSpace(line)); found != nil {
			for i, group := range pattern.SubexpNames() {
				said[group] = found[i]
			}
		}
	}
	if len(said) == 0 {
		return fmt.Errorf("none of its last %d lines matches control.pattern: it may be cut off; ask for it again, or correct the pattern", f.Source.Lines.Footer)
	}
	if text, counted := said["records"]; counted {
		if count, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err != nil || count != r.records() {
			return fmt.Errorf("its footer counts %s records, and %d are there: it is not whole, or not as nightjar.yaml says; ask for it again", text, r.records())
		}
	}
	for _, group := range slices.Sorted(maps.Keys(control.Sums)) {
		if err := n.controlSum(ctx, f, r, control.Sums[group], said[group]); err != nil {
			return err
		}
	}
	return nil
}

// controlSum holds the sum of a column against the one that the footer gives.
func (n *Night) controlSum(ctx context.Context, f Found, r *reading, column, said string) error {
	if err := known([]string{column}, r.columnNames()); err != nil {
		return fmt.Errorf("control.sums %w", err)
	}
	number := readers.NumberSQL(duck.Name(column), f.Source.Formats)
	var text string
	var wrong int64
	err := n.DB.QueryRowContext(ctx, fmt.Sprintf("select coalesce(sum(try_cast(%[1]s as decimal(38, 10))), 0)::varchar, count(*) filter (where %[2]s is not null and try_cast(%[1]s as decimal(38, 10)) is null) from (%[3]s)",
		number, duck.Name(column), r.relation(nil, [2]string{f.Source.Formats.Date, f.Source.Formats.Timestamp}))).Scan(&text, &wrong)
	if err != nil {
		return fmt.Errorf("summing %s: %w", column, duck.Scrub(err))
	}
	sum, _ := new(big.Rat).SetString(text)
	total, isNumber := new(big.Rat).SetString(readers.Number(said, f.Source.Formats))
	switch {
	case !isNumber:
		return fmt.Errorf("its footer gives %q for the sum of %s, which is no number", said, column)
	case sum.Cmp(total) != 0 && wrong > 0:
		return fmt.Errorf("its footer gives %s for the sum of %s, which is %s without %d values that are no numbers: have it corrected", said, column, sum.FloatString(4), wrong)
	case sum.Cmp(total) != 0:
		return fmt.Errorf("its footer gives %s for the sum of %s, and what is there sums to %s: it is not whole; ask for it again", said, column, sum.FloatString(4))
	}
	return nil
}
