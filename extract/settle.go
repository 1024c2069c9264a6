package extract

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"nightjar/extract/record"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// settle accounts for every row of a delivery under one mapping. Where DuckDB
// wrote as many rows as the independent pass counted, there is nothing to look
// for; else the rows are read again, and each that is missing must have a reason.
func (n *Night) settle(ctx context.Context, f Found, c *compiled, written int64) error {
	records := c.reading.scan.Records
	emitted, taken := records, records
	if c.mapping.Filter != "" || c.mapping.Unpivot != nil {
		var read int64
		if err := n.DB.QueryRowContext(ctx, c.account()).Scan(&read, &emitted, &taken); err != nil {
			return duck.Scrub(err)
		}
		if read != records {
			return misread(read, records)
		}
	}
	rejected := emitted - written
	n.count(f.Delivery.ID, c.mapping.Input, func(k *lake.Counts) {
		k.Taken, k.Filtered, k.Emitted, k.Rejected = taken, records-taken, emitted, rejected
	})
	if rejected == 0 && !c.lenient() {
		return nil
	}
	tooMany := n.beyondLimit(f, c.mapping.Input)
	found, err := n.collect(ctx, f, c, tooMany)
	switch {
	case err != nil:
		return err
	case tooMany && found == min(rejected, keptBeyond):
		return n.limitError(f, c.mapping.Input)
	case found != rejected:
		return misread(written+found, emitted)
	}
	if rejected > 0 && f.Source.Mode == "snapshot" {
		return n.noteRefused(ctx, c)
	}
	return nil
}

func misread(read, records int64) error {
	return fmt.Errorf("DuckDB made %d rows where an independent count of the bytes finds %d: look for an unclosed quote, or a delimiter or quote that is not as nightjar.yaml says", read, records)
}

// kept bounds: how many rejects of a delivery keep their raw text in memory,
// how many warnings are kept at all, and how many rejects are shown of a
// delivery that has too many.
const (
	keptRaw      = 20_000
	keptWarnings = 20_000
	keptBeyond   = 1_000
)

// collect finds the rows that broke a rule, with what stands in the file, and
// counts those that were kept out. Of a delivery with too many of them, the
// first are enough.
func (n *Night) collect(ctx context.Context, f Found, c *compiled, tooMany bool) (rejected int64, err error) {
	query := c.broken(!tooMany)
	if tooMany {
		query += fmt.Sprint(" limit ", keptBeyond)
	}
	rows, err := n.DB.QueryContext(ctx, query)
	if err != nil {
		return 0, duck.Scrub(err)
	}
	defer rows.Close()
	var hits []Reject
	var nulled, warned int64
	for rows.Next() {
		var row int64
		var index int
		var value sql.NullString
		if err := rows.Scan(&row, &index, &value); err != nil {
			return 0, err
		}
		check := c.checks[index]
		switch check.action {
		case "null":
			nulled++
		case "warn":
			warned++
		default:
			rejected++
		}
		if check.rejects() || nulled+warned <= keptWarnings {
			hits = append(hits, Reject{Input: c.mapping.Input, Rule: check.rule, Column: check.column, SourceRow: row, Action: check.action, Reason: check.reason, Value: record.Printable([]byte(value.String)), Shape: record.Shape(value.String)})
		}
	}
	if err := rows.Err(); err != nil {
		return 0, duck.Scrub(err)
	}
	if err := n.illustrate(ctx, f, c.mapping.From, hits); err != nil {
		return 0, err
	}
	n.count(f.Delivery.ID, c.mapping.Input, func(k *lake.Counts) { k.Nulled, k.Warned = nulled, warned })
	return rejected, n.enterHits(f.Delivery.ID, hits)
}

// enterHits notes the rejects; one of a rule that stops the night is an error.
func (n *Night) enterHits(id int64, hits []Reject) error {
	for i, hit := range hits {
		n.reject(id, hit, i)
	}
	if i := slices.IndexFunc(hits, func(hit Reject) bool { return hit.Action == "fail" }); i >= 0 {
		return fmt.Errorf("line %d breaks the rule %s of column %s, for which the contract stops the night: %s", hits[i].Line, hits[i].Rule, hits[i].Column, hits[i].Reason)
	}
	return nil
}
