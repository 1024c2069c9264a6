package propose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/models"
)

// A Choice is what a table feeds, and what else it could.
type Choice struct {
	Proposals []*Proposal `json:"proposals"`
	Rivals    []Rival     `json:"rivals,omitempty"`
}

// Thresholds of scores: below worth, in its score or in its proof, a table is not proposed
// for an input; a rival is named from that share of the best on.
const (
	worth   = 1.1
	rivalry = 0.45
)

// Propose finds the input that a table feeds best, or maps it onto those wanted. What
// values leave open is asked. Without any that fits, the choice is empty.
func Propose(t *Table, catalog *models.Catalog, wanted []string, desk *doubt.Desk) (*Choice, error) {
	if len(wanted) > 0 {
		return propose(t, catalog, wanted, desk)
	}
	var all, plans []*plan
	for _, input := range suitable(catalog) {
		p, err := newPlan(t, input)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	shared := claimsOf(all)
	for _, p := range all {
		p.score(shared)
		// Of a survey, the day may be asked; without a date, nothing else is likely.
		if p.undated && p.Input == "survey_response" {
			p.Score -= 0.5
		} else if !p.feasible() {
			continue
		}
		if len(p.missing) == 0 && min(p.Score, p.proof) >= worth {
			plans = append(plans, p)
		}
	}
	slices.SortStableFunc(plans, func(a, b *plan) int { return cmp.Compare(b.Score, a.Score) })
	choice := &Choice{}
	for i, p := range plans {
		if i > 0 {
			if p.Score >= rivalry*plans[0].Score && len(p.taken) > 1 {
				choice.Rivals = append(choice.Rivals, Rival{p.Input, p.Score, p.why()})
			}
			continue
		}
		if err := choice.take(p, catalog, desk); err != nil {
			return nil, err
		}
	}
	return choice, nil
}

// take finishes a plan; a survey brings its answers along.
func (c *Choice) take(p *plan, catalog *models.Catalog, desk *doubt.Desk) error {
	if err := p.finish(desk); err != nil {
		return err
	}
	c.Proposals = append(c.Proposals, p.Proposal)
	if p.Input == "survey_response" && len(p.answers.scores) > 0 && catalog.Inputs["survey_answer"] != nil {
		c.Proposals = append(c.Proposals, p.answersOf(catalog.Inputs["survey_answer"]))
	}
	return nil
}

// propose maps a table onto inputs that a person named.
func propose(t *Table, catalog *models.Catalog, wanted []string, desk *doubt.Desk) (*Choice, error) {
	choice := &Choice{}
	for _, name := range wanted {
		input := catalog.Inputs[name]
		if input == nil {
			return nil, unknownInput(name, catalog)
		}
		if name == "survey_answer" {
			continue // it comes with its response
		}
		p, err := newPlan(t, input)
		if err != nil {
			return nil, err
		}
		p.score(nil)
		if err := p.askMissing(desk); err != nil {
			return nil, err
		}
		if err := choice.take(p, catalog, desk); err != nil {
			return nil, err
		}
	}
	return choice, nil
}

func unknownInput(name string, catalog *models.Catalog) error {
	hint := ""
	if near := models.Nearest(name, sortedKeys(catalog.Inputs)); near != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	return &doubt.AnswerError{Key: "--input", Answer: name, Why: fmt.Sprintf("there is no such input%s: use one of %s", hint, strings.Join(sortedKeys(catalog.Inputs), ", "))}
}

// askMissing asks what gives the columns that nothing was found for.
func (p *plan) askMissing(desk *doubt.Desk) error {
	for _, name := range p.missing {
		c, known := p.input.Column(name)
		if !known {
			p.Notes = append(p.Notes, "nothing was found for "+name)
			continue
		}
		answer, err := desk.Decide(doubt.Question{
			Key: name, Flag: "--answer " + name + "=EXPRESSION",
			Text:   fmt.Sprintf("No column was found for %s of %s: %s Which column, or which SQL over the columns, gives it?", name, p.Input, c.Description),
			Accept: func(string) error { return nil },
		})
		if err != nil {
			return err
		}
		m := Mapped{Column: name, SQL: answer, Type: c.Type, Why: "as answered"}
		if answer == "" {
			m.SQL, m.Why, m.Open = "…", c.Description, true
		}
		p.Columns = append(p.Columns, m)
	}
	return nil
}
