package propose

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
	"nightjar/internal/duck"
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
	// proof is how much says that the rows are of this input rather than another.
	proof float64
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
	return p, p.complete()
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

// claims count, by a column of the file, the inputs that would take it, each as far as it
// fits there.
type claims map[*evidence.Column]float64

func claimsOf(plans []*plan) claims {
	all := claims{}
	for _, p := range plans {
		for _, f := range p.taken {
			all[f.from] += f.score
		}
	}
	return all
}

// score adds up how well the columns fit: those that tell rows apart or must be there
// count twice, and what had to be made up counts against. The proof is the same, but of a
// column that many inputs would take, such as a customer's number, each has the smaller
// share: it says little of which of them the rows are. When a row last changed says nothing.
func (p *plan) score(all claims) {
	for name, f := range p.taken {
		if name == unitPrice {
			continue
		}
		score := f.score
		if f.to.Required || slices.Contains(p.input.Key, name) {
			score *= 2
		}
		p.Score += score
		if name != "valid_from" {
			p.proof += score / math.Sqrt(max(1, all[f.from]))
		}
	}
	more := p.answers.score()
	for _, made := range p.Columns {
		more -= map[string]float64{"document_id": 1.2, "line_no": 0.3, "quantity": 0.6, "gross_amount": 0.4, "response_id": 0.4, "sequence": 0.6, "shipment_id": 0.6}[made.Column]
	}
	p.Score += more
	p.proof += more
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
	if translated, words := p.translated(f); words > 0 {
		sql, note = translated, say.Count(words, "word")+" translated: check it"
	}
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

// translated is an expression that turns a source's words for the values of the contract
// into those, and how many there are.
func (p *plan) translated(f fit) (sql string, words int) {
	if len(f.to.Accepted) == 0 || f.to.StatusMap {
		return "", 0
	}
	column := within(f.from.Name)
	sql = "case " + column
	for _, w := range f.from.Words {
		if value, known := valueOf(p.Input, f.to, w.Value); known && value != w.Value {
			sql += fmt.Sprintf(" when %s then %s", duck.Text(w.Value), duck.Text(value))
			words++
		}
	}
	return sql + " else " + column + " end", words
}
