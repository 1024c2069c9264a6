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

// settleStatus asks what words mean that nobody knows. While one is open, the status
// is not mapped: a night would reject its rows.
func (p *plan) settleStatus(desk *doubt.Desk) error {
	status := p.column("status")
	if status == nil || status.Source == "" {
		return nil
	}
	p.Status = map[string]string{}
	for _, w := range p.from("status").Words {
		canonical, known := Status(w.Value)
		if !known {
			var err error
			if canonical, err = desk.Decide(statusQuestion(status.Source, w)); err != nil {
				return err
			}
		}
		if canonical == "" {
			status.Open = true
			continue
		}
		if canonical != w.Value {
			p.Status[w.Value] = canonical
		}
	}
	return nil
}

func statusQuestion(column string, w evidence.Word) doubt.Question {
	q := doubt.Question{
		Key:  column + ":" + w.Value,
		Text: fmt.Sprintf("The %s of %s is %q. What does it mean?", column, say.Count(w.Rows, "row"), w.Value),
		Flag: fmt.Sprintf("--answer '%s:%s=STATUS'", column, w.Value),
	}
	for _, c := range []struct{ status, means string }{
		{"placed", "ordered, not paid"}, {"paid", "paid, not on its way"}, {"shipped", "on its way"}, {"delivered", "with the customer, done"}, {"cancelled", "will never be"}, {"returned", "sent back, paid back"},
	} {
		q.Choices = append(q.Choices, doubt.Choice{Answer: c.status, Means: c.means})
	}
	return q
}

// settleMode chooses how deliveries follow one another. One file cannot tell; of
// several, keys that come again do.
func (p *plan) settleMode() error {
	if p.Key == "none" || !p.numbered() {
		return nil
	}
	again, err := p.comesAgain()
	switch {
	case again:
		p.Mode = "upsert"
		p.Notes = append(p.Notes, "keys of one file come again in another: the later one counts")
	case p.input.Versioned(), p.made("status"), len(p.input.DatedBy) == 0:
		p.Mode = "upsert"
	}
	return err
}

// comesAgain says whether a key of the input stands in more than one file.
func (p *plan) comesAgain() (bool, error) {
	if len(p.table.Names) < 2 {
		return false, nil
	}
	var key evidence.Key
	for _, name := range p.input.Key {
		if p.has(name) {
			key = append(key, p.from(name).Place)
		}
	}
	if len(key) == 0 {
		return false, nil
	}
	within, err := p.table.Holds(key)
	if err != nil || !within {
		return false, err
	}
	across, err := p.table.Across(key)
	return !across, err
}

// numbered says whether a later row can be told to be a newer version of one: it has a
// key of its own, not just a place in its file.
func (p *plan) numbered() bool {
	m := p.column("line_no")
	return m == nil || m.SQL != "source_row"
}

// leave lists the columns that nothing was found for.
func (p *plan) leave() {
	taken := map[string]bool{}
	for i, c := range p.table.Columns {
		if p.uses(c) || p.answers.has(c) || slices.ContainsFunc(p.Columns, func(m Mapped) bool { return m.Source == c.Name }) || c.Filled() == 0 {
			continue
		}
		p.Left = append(p.Left, p.left(c, i, taken))
	}
	if p.has(unitPrice) && p.column("gross_amount") != nil && p.column("gross_amount").Source != p.from(unitPrice).Name && !strings.Contains(p.column("gross_amount").SQL, within(p.from(unitPrice).Name)) {
		p.Left = append(p.Left, p.left(p.from(unitPrice), p.from(unitPrice).Place, taken))
	}
}

// left says how a column could go along as one of the project's own.
func (p *plan) left(c *evidence.Column, place int, taken map[string]bool) Left {
	l := Left{Source: c.Name, Name: ownName(c.Name, place, taken), SQL: bare(c.Name), Type: "string", Personal: Personal(c), What: "text"}
	if c.Verdict == nil {
		l.What = "open: see the questions"
		return l
	}
	l.What = c.Verdict.String()
	switch c.Verdict.Kind {
	case evidence.Integer:
		if l.Type = "int"; c.Longest > 9 {
			l.Type = "bigint"
		}
	case evidence.Decimal, evidence.Double:
		if l.Type = "decimal(18,4)"; c.Scale > 4 || c.Kind() == evidence.Double {
			l.Type = "double"
		}
	case evidence.Date:
		l.Type = "date"
	case evidence.Timestamp:
		if l.Type = "timestamptz"; c.Midnight {
			l.Type = "date"
		}
	case evidence.Boolean:
		l.Type = "boolean"
	case evidence.Text, evidence.Code:
		l.What = fmt.Sprintf("%s, %s", c.Verdict.Kind, say.Count(c.Distinct, "different value"))
		return l
	default:
		return l
	}
	l.SQL, l.Format, _ = express(c, l.Type, p.table.Formats)
	return l
}

// ownName is a name for a column of the project's own: what its name means, else its
// small letters, else its place.
func ownName(name string, place int, taken map[string]bool) string {
	list := words(name)
	own := ""
	for _, other := range sortedKeys(table().Others) {
		if slices.ContainsFunc(table().Others[other], func(known string) bool { return squeeze(known) == strings.Join(list, "") }) {
			own = other
			break
		}
	}
	if own == "" {
		own = asciiName(list)
	}
	if own == "" {
		own = fmt.Sprintf("column_%d", place+1)
	}
	free := own
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s_%d", own, n)
	}
	taken[free] = true
	return "x_" + free
}

// asciiName joins the words of a name, if they are all plain letters and digits.
func asciiName(list []string) string {
	name := strings.Join(list, "_")
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return ""
		}
	}
	return name
}
