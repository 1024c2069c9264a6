package propose

import (
	"fmt"
	"strings"
	"sync"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
	"nightjar/internal/duck"
)

// settleStatus asks what words mean that nobody knows. While one is open, the status
// is not mapped: a night would reject its rows.
func (p *plan) settleStatus(desk *doubt.Desk) error {
	status := p.column("status")
	if status == nil || status.Source == "" {
		return nil
	}
	p.Status = map[string]string{}
	c := p.from("status")
	for _, w := range c.Words {
		canonical, known := Status(w.Value)
		if !known {
			q := statusQuestion(status.Source, w)
			if _, given := desk.Given(q.Key); !given && float64(w.Rows) <= tolerated*float64(c.Filled()) {
				p.Notes = append(p.Notes, fmt.Sprintf("%s would be rejected, whose %s is %q: say what it means with %s", say.Count(w.Rows, "row"), status.Source, w.Value, q.Flag))
				continue
			}
			var err error
			if canonical, err = desk.Decide(q); err != nil {
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

// warnOfKey says how many rows share the key of their input: of those, the last counts.
func (p *plan) warnOfKey() error {
	var key evidence.Key
	for _, name := range p.input.Key {
		if p.has(name) && (p.column(name) == nil || p.column(name).Source != "") {
			key = append(key, p.from(name).Place)
		}
	}
	if p.Key == "none" || len(key) == 0 || !p.numbered() || p.column(p.input.Key[0]).Source == "" {
		return nil
	}
	again, err := p.table.Repeats(key)
	if again > 0 {
		var names []string
		for _, place := range key {
			names = append(names, p.table.Columns[place].Name)
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s with the %s of a row before: of those, the last counts", say.Count(again, "row"), strings.Join(names, ", ")))
	}
	return err
}

// warnOfFuture says how many rows have a date that a night would not believe yet.
func (p *plan) warnOfFuture() error {
	for _, m := range p.Columns {
		f, found := p.taken[m.Column]
		if !found || m.Open || !f.to.NotAfterReceipt || f.from.Verdict == nil || f.from.Verdict.Format == "" {
			continue
		}
		share, err := p.table.Share(fmt.Sprintf("try_strptime(c%d, %s) > current_timestamp::timestamp", f.from.Place+1, duck.Text(f.from.Verdict.Format)))
		if err != nil {
			return err
		}
		if n := int64(share*float64(f.from.Filled()) + 0.5); n > 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("%s whose %s lies in the future would be rejected", say.Count(n, "row"), f.from.Name))
		}
	}
	return nil
}

// settleVersion finds the column that says which version of a row is the newer: a
// stamp of its last change, written so that text sorts as time does.
func (p *plan) settleVersion() {
	if p.Mode != "upsert" || p.made("valid_from") {
		return
	}
	for _, c := range p.table.Columns {
		k := c.Verdict
		if k == nil || c.Empty > 0 || p.uses(c) || k.Against > 0 || c.Shortest != c.Longest || !strings.HasPrefix(k.Format, "%Y") && c.Declared == "" {
			continue
		}
		if l := changed().like(words(c.Name)); l.score >= 0.7 {
			p.VersionBy = bare(c.Name)
			return
		}
	}
}

// changed is how companies call the moment of a row's last change.
var changed = sync.OnceValue(func() *meaning { return table().Inputs["customer"]["valid_from"] })

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
	within, err := p.table.Repeats(key)
	if err != nil || within > 0 {
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
