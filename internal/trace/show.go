package trace

import (
	"context"
	"fmt"
	"slices"
)

// show adds the step to those that are shown, one without rows only if always is
// set, and says whether it has any.
func (t *tracing) show(ctx context.Context, lv level, beside []string, always bool) (some bool, err error) {
	grain := lv.model.Grain
	shown := slices.Concat(grain, beside)
	s := Step{Table: lv.model.Name, SQL: lv.value, Additive: lv.additive}
	from := fmt.Sprintf(" from %s order by %s", lv.table, t.order(lv.additive, amount)+rowNumber)
	rows, err := t.query(ctx, "reading the rows of "+s.Table, "select "+asTexts(shown)+", "+t.spelled(lv.additive, amount)+from+t.limit())
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		r := Row{Key: named(grain, row), Shown: named(beside, row[len(grain):])}
		if lv.additive {
			r.Amount = *row[len(shown)]
		}
		s.Rows = append(s.Rows, r)
	}
	if err := t.rest(ctx, &s, amount, from); err != nil {
		return false, err
	}
	if len(s.Rows) > 0 || always {
		t.out.Steps = append(t.out.Steps, s)
	}
	return len(s.Rows) > 0, nil
}

// rest counts and sums the rows of a step that are not shown.
func (t *tracing) rest(ctx context.Context, s *Step, amount, from string) error {
	sum := "''"
	if s.Additive {
		sum = t.spelled(true, "coalesce(sum(amount), 0)")
	}
	row, err := t.query(ctx, "adding up the rest of "+s.Table, fmt.Sprintf("select count(*)::varchar, %s from (select %s as amount%s offset %d)", sum, amount, from, len(s.Rows)))
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(*row[0][0], &s.More); err != nil {
		return err
	}
	if s.More > 0 {
		s.Rest = *row[0][1]
	}
	return nil
}

func (t *tracing) order(additive bool, amount string) string {
	if !additive {
		return ""
	}
	return "abs(" + amount + ") desc nulls last, "
}

func (t *tracing) limit() string {
	if t.Limit <= 0 {
		return ""
	}
	return fmt.Sprintf(" limit %d", t.Limit)
}

// spelled is an amount as the value itself is written.
func (t *tracing) spelled(additive bool, amount string) string {
	if !additive {
		return "''"
	}
	return "cast(cast(" + amount + " as " + t.kind + ") as varchar)"
}

// amountIf is an amount, null where rows do not add up.
func (t *tracing) amountIf(additive bool, amount string) string {
	if !additive {
		return "null"
	}
	return amount
}

func named(columns []string, cells []*string) []Named {
	all := make([]Named, len(columns))
	for i, name := range columns {
		all[i] = Named{name, cells[i]}
	}
	return all
}
