package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"nightjar/internal/lake"
)

// deliver shows the delivered rows that were reached, and finds them in their
// files.
func (t *tracing) deliver(ctx context.Context, lv level) error {
	additive := lv.additive && !t.decided
	reached, err := t.make(ctx, `
		select input, delivery_id, source_row, sum(amount) as amount, min(key) as key, max(shown) as shown
		from delivered where delivery_id is not null and source_row is not null group by all`)
	if err != nil {
		return err
	}
	s := Step{Additive: additive}
	from := fmt.Sprintf(" from %s order by %sdelivery_id, source_row, input", reached, t.order(additive, "amount"))
	rows, err := t.query(ctx, "reading the delivered rows", "select input, delivery_id::varchar, source_row::varchar, to_json(key)::varchar, to_json(shown)::varchar, "+t.spelled(additive, "coalesce(amount, 0)")+from+t.limit())
	if err != nil {
		return err
	}
	for _, row := range rows {
		r, err := t.delivered(row)
		if err != nil {
			return err
		}
		s.Rows = append(s.Rows, r)
	}
	if err := t.rest(ctx, &s, "amount", from); err != nil {
		return err
	}
	if err := t.locate(ctx, s.Rows); err != nil {
		return err
	}
	if t.reached || len(s.Rows) > 0 {
		t.out.Steps = append(t.out.Steps, s)
	}
	if !additive || !t.reached {
		return nil
	}
	return t.account(ctx, lv, reached)
}

// delivered reads a row: input, delivery, record, key, what is shown, amount.
func (t *tracing) delivered(row []*string) (Row, error) {
	d := &Delivered{Input: *row[0]}
	var err error
	if d.DeliveryID, err = strconv.ParseInt(*row[1], 10, 64); err != nil {
		return Row{}, err
	}
	if d.Record, err = strconv.ParseInt(*row[2], 10, 64); err != nil {
		return Row{}, err
	}
	if known, ok := t.deliveryOf(d.DeliveryID); ok {
		d.Source, d.Delivery = known.Source, known.Name
	}
	r := Row{Amount: *row[5], Delivered: d}
	for i, into := range []*[]Named{&r.Key, &r.Shown} {
		var pairs []*string
		if err := json.Unmarshal([]byte(*row[3+i]), &pairs); err != nil {
			return Row{}, err
		}
		for pair := range slices.Chunk(pairs, 2) {
			*into = append(*into, Named{*pair[0], pair[1]})
		}
	}
	return r, nil
}

func (t *Tracer) deliveryOf(id int64) (lake.Delivery, bool) {
	i := slices.IndexFunc(t.manifest.Deliveries, func(d lake.Delivery) bool { return d.ID == id })
	if i < 0 {
		return lake.Delivery{}, false
	}
	return t.manifest.Deliveries[i], true
}

// locate finds the rows in their files, each of which is read once for an input. A
// file that cannot show them is no error.
func (t *tracing) locate(ctx context.Context, rows []Row) error {
	wanted := map[origin][]int64{}
	for _, r := range rows {
		of := origin{r.Delivered.DeliveryID, r.Delivered.Input}
		wanted[of] = append(wanted[of], r.Delivered.Record)
	}
	found := map[origin]place{}
	for of, numbers := range wanted {
		slices.Sort(numbers)
		found[of] = t.place(ctx, of, slices.Compact(numbers))
	}
	for _, r := range rows {
		d := r.Delivered
		p := found[origin{d.DeliveryID, d.Input}]
		original, ok := p.records[d.Record]
		if !ok {
			d.Problem = p.problem
			continue
		}
		d.Path, d.Line = p.path, original.Line
		if t.Raw {
			d.Raw = original.Text
		}
	}
	return ctx.Err()
}

// An origin is what one delivery has for one input.
type origin struct {
	delivery int64
	input    string
}

// A place is where records of an origin stand, and why others cannot be found.
type place struct {
	path, problem string
	records       map[int64]Original
}

func (t *tracing) place(ctx context.Context, of origin, numbers []int64) place {
	d, ok := t.deliveryOf(of.delivery)
	if !ok {
		return place{problem: "the manifest does not know its delivery"}
	}
	path, records, err := t.originals.Records(ctx, d, of.input, numbers)
	p := place{path, "the file has no such record", map[int64]Original{}}
	if err != nil {
		p.problem = err.Error()
	}
	for _, r := range records {
		p.records[r.Record] = r
	}
	return p
}

// account compares the delivered rows' amounts with the value.
func (t *tracing) account(ctx context.Context, lv level, reached string) error {
	left := fmt.Sprintf("(select coalesce(sum(cast(%s as %s)), 0) from %s) - (select coalesce(sum(amount), 0) from %s)", amount, t.sums, lv.table, reached)
	rows, err := t.query(ctx, "adding up the delivered rows", fmt.Sprintf("select cast(cast(%[1]s as %[2]s) as varchar) where abs(%[1]s) > %[3]s", left, t.kind, t.tolerance(lv)))
	if err == nil && len(rows) > 0 {
		t.out.Unexplained = *rows[0][0]
	}
	return err
}

// tolerance is 0 but for doubles.
func (t *tracing) tolerance(lv level) string {
	if t.sums != "double" {
		return "0"
	}
	return fmt.Sprintf("1e-9 * (select coalesce(max(abs(%s)), 0) from %s)", amount, lv.table)
}
