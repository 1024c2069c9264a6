package propose

import (
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
	"nightjar/models"
)

// A plan is a proposal in the making. Making it asks nobody; finishing it may.
type plan struct {
	*Proposal
	table *Table
	input *models.Input
	// taken are the fits chosen, by the input's column.
	taken map[string]fit
	// missing are columns without which no row could be taken.
	missing []string
	// undated says that nothing tells the month of a row.
	undated bool
	// answers are those of a survey.
	answers answers
}

// newPlan finds for each column of an input the column of the table that fits best,
// and makes up for those that can be done without.
func newPlan(t *Table, input *models.Input) (*plan, error) {
	p := &plan{table: t, input: input, taken: map[string]fit{}, Proposal: &Proposal{Input: input.Name, From: t.From, Mode: "append"}}
	for _, f := range fits(t, input) {
		if _, done := p.taken[f.to.Name]; !done && !p.uses(f.from) && p.wants(f) {
			p.taken[f.to.Name] = f
		}
	}
	p.byValues()
	if err := p.complete(); err != nil {
		return nil, err
	}
	p.score()
	return p, nil
}

func (p *plan) uses(c *evidence.Column) bool {
	for _, f := range p.taken {
		if f.from == c {
			return true
		}
	}
	return false
}

// wants leaves out a date that is only likely where an instant tells it already.
func (p *plan) wants(f fit) bool {
	_, told := p.taken[f.to.CutFrom]
	return !told || f.score >= 0.9
}

func (p *plan) has(column string) bool { _, found := p.taken[column]; return found }

// from is the file's column that was found for one of the input.
func (p *plan) from(column string) *evidence.Column { return p.taken[column].from }

// made says whether something makes the column, found or completed.
func (p *plan) made(column string) bool { return p.has(column) || p.column(column) != nil }

// byValues guesses the parts of columns without names from their values alone: a
// file without a header.
func (p *plan) byValues() {
	if p.input.Name != "sale_line" || slices.ContainsFunc(p.table.Columns, func(c *evidence.Column) bool { return !strings.HasPrefix(c.Name, "column_") }) {
		return
	}
	take := func(column, why string, of func(*evidence.Column) bool, last bool) {
		columns := slices.Clone(p.table.Columns)
		if last {
			slices.Reverse(columns)
		}
		to, _ := p.input.Column(column)
		for _, c := range columns {
			if !p.has(column) && !p.uses(c) && of(c) {
				p.taken[column] = fit{c, to, least, why + "; by its values alone: check it"}
			}
		}
	}
	kind := func(kinds ...evidence.Kind) func(*evidence.Column) bool {
		return func(c *evidence.Column) bool { return slices.Contains(kinds, c.Kind()) }
	}
	take("sold_at", "the first column of times", kind(evidence.Timestamp), false)
	if !p.has("sold_at") {
		take("business_date", "the first column of dates", kind(evidence.Date), false)
	}
	take("gross_amount", "the last column of decimals", kind(evidence.Decimal), true)
	take("quantity", "the last column of small whole numbers", func(c *evidence.Column) bool {
		return c.Kind() == evidence.Integer && c.Longest <= 4 && !c.Unique()
	}, true)
	take("customer_id", "the first column of codes", kind(evidence.Code, evidence.Integer), false)
}

// score adds up how well the columns fit; those that tell rows apart or are required
// count twice, and what had to be made up counts against.
func (p *plan) score() {
	for name, f := range p.taken {
		if name == unitPrice {
			continue
		}
		weight := 1.0
		if f.to.Required || slices.Contains(p.input.Key, name) {
			weight = 2
		}
		p.Score += weight * f.score
	}
	for _, made := range p.Columns {
		p.Score -= map[string]float64{"document_id": 1.2, "line_no": 0.3, "quantity": 0.6, "gross_amount": 0.4, "response_id": 0.4, "sequence": 0.6, "shipment_id": 0.6}[made.Column]
	}
	p.Score += p.answers.score()
}

// feasible says whether rows could be taken.
func (p *plan) feasible() bool { return len(p.missing) == 0 && !p.undated }

// add completes the input by a column that no single one of the file makes.
func (p *plan) add(column, sql, why string) {
	p.Columns = append(p.Columns, Mapped{Column: column, SQL: sql, Why: why})
}

// finish writes the proposal down, in the order of the contract. What is still open is
// asked.
func (p *plan) finish(desk *doubt.Desk) error {
	made := p.Columns
	p.Columns = nil
	for _, to := range mappable(p.input) {
		if i := slices.IndexFunc(made, func(m Mapped) bool { return m.Column == to.Name }); i >= 0 {
			made[i].Type = to.Type
			p.Columns = append(p.Columns, made[i])
			continue
		}
		if f, found := p.taken[to.Name]; found && to.Name != unitPrice {
			p.Columns = append(p.Columns, p.mapped(f))
		}
	}
	if err := p.settleStatus(desk); err != nil {
		return err
	}
	if err := p.settleDate(desk); err != nil {
		return err
	}
	if err := p.settleMode(); err != nil {
		return err
	}
	if err := p.warnOfKey(); err != nil {
		return err
	}
	if err := p.warnOfFuture(); err != nil {
		return err
	}
	p.Versioned = p.input.Versioned() && !p.made("valid_from")
	p.settleVersion()
	p.leave()
	return nil
}

// mapped is a column as it was found.
func (p *plan) mapped(f fit) Mapped {
	sql, format, note := express(f.from, f.to.Type, p.table.Formats)
	why := f.why
	if note != "" {
		why += "; " + note
	}
	without := f.from.Empty
	if k := f.from.Verdict; k != nil && len(k.Nulls) > 0 {
		without += k.Against
	}
	if f.to.Required && without > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("%s without %s would be rejected: %s is required", say.Count(without, "row"), f.from.Name, f.to.Name))
	}
	if k := f.from.Verdict; k != nil && k.Against > 0 && len(k.Nulls) == 0 && f.to.Type != "string" {
		p.Notes = append(p.Notes, fmt.Sprintf("%s would be rejected, whose %s is no %s", say.Count(k.Against, "row"), f.from.Name, k))
	}
	return Mapped{Column: f.to.Name, SQL: sql, Format: format, Type: f.to.Type, Why: why, Source: f.from.Name, Score: f.score, Open: f.from.Open() && f.to.Type != "string"}
}
