package propose

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/models"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// complete makes up for required columns that no column of the file gives, where
// that can be done without inventing anything; else they are missing.
func (p *plan) complete() error {
	completions := map[string]func(*plan) error{
		"sale_line": (*plan).completeSaleLine, "sale": (*plan).completeSale, "payment": (*plan).completePayment,
		"shipment": (*plan).completeShipment, "survey_response": (*plan).completeSurvey,
	}
	if completion, found := completions[p.Input]; found {
		if err := completion(p); err != nil {
			return err
		}
	}
	for _, c := range p.input.Columns {
		if c.Required && c.Default == "" && len(c.FromOwner) == 0 && c.CutFrom == "" && !p.made(c.Name) {
			p.missing = append(p.missing, c.Name)
		}
	}
	if p.input.Name == "survey_answer" {
		p.missing = append(p.missing, "survey_response, which brings its answers along")
	}
	p.undated = len(p.input.DatedBy) > 0 && !p.dated()
	return nil
}

// dated says whether something tells the month of a row: a date, an instant that it
// is cut from, or its owner.
func (p *plan) dated() bool {
	for _, name := range p.input.DatedBy {
		c, _ := p.input.Column(name)
		if p.made(name) || c.CutFrom != "" && p.made(c.CutFrom) {
			return true
		}
	}
	owner := p.input.Owner
	if owner == nil || p.byRecord() {
		return false
	}
	return !slices.ContainsFunc(owner.On, func(name string) bool { return !p.made(name) })
}

// byRecord says that the document is the record itself: it has no owner elsewhere.
func (p *plan) byRecord() bool {
	m := p.column("document_id")
	return m != nil && m.SQL == "source_row"
}

// apart says whether no two rows agree in the columns found for those of the input, or
// next to none: as many as bad rows may be.
func (p *plan) apart(columns ...string) (bool, error) {
	var key evidence.Key
	for _, name := range columns {
		if !p.has(name) {
			return false, nil
		}
		key = append(key, p.from(name).Place)
	}
	again, err := p.table.Repeats(key)
	return float64(again) <= tolerated*float64(p.table.Rows), err
}

// tolerated is the share of rows that a key may fail.
const tolerated = 0.01

func (p *plan) completeSaleLine() error {
	if !p.has("document_id") {
		p.add("document_id", "source_row", "no column numbers the documents: each record is one")
		p.Key = "none"
		delete(p.taken, "line_no")
	}
	if err := p.completeLineNo(); err != nil {
		return err
	}
	if err := p.completeAmount(); err != nil {
		return err
	}
	if !p.has("quantity") {
		p.add("quantity", "1", "no column counts units")
	}
	return nil
}

// completeLineNo sees that the lines of a document can be told apart.
func (p *plan) completeLineNo() error {
	if p.Key == "none" {
		p.add("line_no", "1", "each record is a document of one line")
		return nil
	}
	alone, err := p.apart("document_id")
	if err != nil {
		return err
	}
	together, err := p.apart("document_id", "line_no")
	if err != nil {
		return err
	}
	switch {
	case p.has("line_no") && together:
	case alone:
		delete(p.taken, "line_no")
		p.add("line_no", "1", fmt.Sprintf("no two rows share a %s", p.from("document_id").Name))
	default:
		delete(p.taken, "line_no")
		p.add("line_no", "source_row", "no column numbers the lines of a document: the record's number does")
		p.Notes = append(p.Notes, "line_no is the number of the record in its file: a corrected file must keep the order of its rows, or replace its documents (mode: replace, scope: [document_id])")
	}
	return nil
}

// completeAmount finds the amount of a line that is without tax, or makes it of
// price and quantity.
func (p *plan) completeAmount() error {
	if p.has("gross_amount") {
		return p.withoutTax()
	}
	if !p.has(unitPrice) {
		return nil
	}
	price := p.from(unitPrice)
	if !p.has("quantity") {
		to, _ := p.input.Column("gross_amount")
		p.taken["gross_amount"] = fit{price, to, p.taken[unitPrice].score * 0.8, p.taken[unitPrice].why + "; a price, of one unit each"}
		return nil
	}
	quantity := p.from("quantity")
	p.add("gross_amount", fmt.Sprintf("round(%s * %s, 4)", decimal(Number(price, within(price.Name)), 18, 4), decimal(Number(quantity, within(quantity.Name)), 18, 4)), "price × quantity: no column holds the amount")
	return nil
}

// withoutTax sees whether another amount is that of the line less its tax.
func (p *plan) withoutTax() error {
	if !p.has("tax_amount") {
		return nil
	}
	gross, tax := p.from("gross_amount"), p.from("tax_amount")
	for _, c := range p.table.Columns {
		if c == gross || c == tax || !c.Fits("decimal(18,4)") || p.uses(c) {
			continue
		}
		for _, pair := range [][2]*evidence.Column{{gross, c}, {c, gross}} {
			share, err := p.table.Share(p.adds(pair[0], pair[1], tax))
			if err != nil {
				return err
			}
			if share < 0.98 {
				continue
			}
			f := p.taken["gross_amount"]
			f.why = fmt.Sprintf("the amount without tax: %s = %s + %s in %.0f %% of the rows", pair[0].Name, pair[1].Name, tax.Name, 100*share)
			f.from, f.score = pair[1], max(f.score, 0.9)
			p.taken["gross_amount"] = f
			return nil
		}
	}
	return nil
}

// adds is the condition that one amount is the sum of two others, to a cent.
func (p *plan) adds(sum, a, b *evidence.Column) string {
	number := func(c *evidence.Column) string {
		return decimal(Number(c, fmt.Sprintf("c%d", c.Place+1)), 38, 6)
	}
	return fmt.Sprintf("abs(%s - %s - %s) < 0.01", number(sum), number(a), number(b))
}

func (p *plan) completeSale() error {
	if !p.has("document_id") {
		return nil
	}
	alone, err := p.apart("document_id")
	if err == nil && !alone {
		p.Score--
	}
	return err
}

func (p *plan) completePayment() error {
	together, err := p.apart("document_id", "sequence")
	if err != nil || !p.has("document_id") || together {
		return err
	}
	delete(p.taken, "sequence")
	alone, err := p.apart("document_id")
	if alone {
		p.add("sequence", "1", "no document is paid twice")
	} else {
		p.add("sequence", "source_row", "no column numbers the payments of a document: the record's number does")
	}
	return err
}

func (p *plan) completeShipment() error {
	if p.has("shipment_id") || !p.has("document_id") {
		return nil
	}
	alone, err := p.apart("document_id")
	if alone {
		p.add("shipment_id", bare(p.from("document_id").Name), "no document is shipped twice")
	}
	return err
}

// datesInName are the forms of a date in a file's name.
var datesInName = []struct {
	form   *regexp.Regexp
	sql    string
	format string
}{
	{regexp.MustCompile(`(?:^|[^0-9])(20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?:[^0-9]|$)`), `regexp_extract(delivery_name, '(20\d{6})', 1)`, "%Y%m%d"},
	{regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}`), `regexp_extract(delivery_name, '20\d{2}-\d{2}-\d{2}')`, "%Y-%m-%d"},
}

// settleDate finds a date for rows that have none, in the files' names or with a
// person.
func (p *plan) settleDate(desk *doubt.Desk) error {
	if !p.undated {
		return nil
	}
	name := p.input.DatedBy[0]
	for _, d := range datesInName {
		if !slices.ContainsFunc(p.table.Names, func(file string) bool { return !d.form.MatchString(file) }) {
			p.undated = false
			p.Columns = append(p.Columns, Mapped{Column: name, SQL: d.sql, Format: d.format, Type: "date", Why: "no column has a date; the file's name has"})
			return nil
		}
	}
	answer, err := desk.Decide(doubt.Question{
		Key: name, Flag: "--answer " + name + "=yyyy-mm-dd",
		Text:   fmt.Sprintf("No column says when. Rows of %s live by month: which day is the %s of all rows of these files?", p.Input, strings.ReplaceAll(name, "_", " ")),
		Accept: isDay,
	})
	if err != nil {
		return err
	}
	m := Mapped{Column: name, SQL: "'" + answer + "'", Format: "%Y-%m-%d", Type: "date", Why: "no column has a date; as answered"}
	if answer == "" {
		m.SQL, m.Why, m.Open = "'yyyy-mm-dd'", "no column has a date", true
	}
	p.Columns = append(p.Columns, m)
	return nil
}

func isDay(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return fmt.Errorf("write a day like 2024-01-31")
	}
	return nil
}

// why says shortly what speaks for an input.
func (p *plan) why() string {
	names := sortedKeys(p.taken)
	names = slices.DeleteFunc(names, func(name string) bool { return name == unitPrice })
	text := "its columns fit " + strings.Join(names, ", ")
	if len(p.missing) > 0 {
		text += "; missing: " + strings.Join(p.missing, ", ")
	}
	if p.undated {
		text += "; nothing tells the date"
	}
	return text
}

// suitable are the inputs that a file may be proposed for.
func suitable(catalog *models.Catalog) []*models.Input {
	var inputs []*models.Input
	for _, name := range sortedKeys(catalog.Inputs) {
		if name != "decision" && name != "survey_answer" && name != "survey_question" {
			inputs = append(inputs, catalog.Inputs[name])
		}
	}
	return inputs
}
