package propose

import (
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

// answers are the columns of a survey in which each question has its own.
type answers struct {
	scores, texts []*evidence.Column
	best          float64 // how well a name fits
}

func (a answers) has(c *evidence.Column) bool {
	return slices.Contains(a.scores, c) || slices.Contains(a.texts, c)
}

func (a answers) score() float64 {
	if len(a.scores) == 0 {
		return 0
	}
	return 2*a.best + 0.3*float64(min(4, len(a.scores)-1+len(a.texts)))
}

// findAnswers finds the columns that hold scores, by name, and those beside them that
// hold numbers of the same scale; and comments.
func (p *plan) findAnswers() {
	meanings := table().Answer
	for _, c := range p.table.Columns {
		if p.uses(c) || c.Filled() == 0 {
			continue
		}
		name := words(c.Name)
		for _, variant := range variants("answer", name) {
			if l := meanings["score"].like(variant); l.score >= least && isScore(c) {
				p.answers.best = max(p.answers.best, l.score)
				p.answers.scores = appendNew(p.answers.scores, c)
			} else if l := meanings["text"].like(variant); l.score >= least && c.Kind() == evidence.Text {
				p.answers.texts = appendNew(p.answers.texts, c)
			}
		}
	}
	for i := 1; i < len(p.table.Columns); i++ {
		before, c := p.table.Columns[i-1], p.table.Columns[i]
		if slices.Contains(p.answers.scores, before) && !p.uses(c) && isScore(c) && *c.Most == *before.Most && c.Distinct > 2 {
			p.answers.scores = appendNew(p.answers.scores, c)
		}
	}
	slices.SortFunc(p.answers.scores, func(a, b *evidence.Column) int { return a.Place - b.Place })
}

func appendNew(list []*evidence.Column, c *evidence.Column) []*evidence.Column {
	if slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

// isScore knows numbers from 0 to 10, of which some differ.
func isScore(c *evidence.Column) bool {
	return c.Kind() == evidence.Integer && c.Least != nil && *c.Least >= 0 && *c.Most <= 10 && *c.Most >= 3 && c.Distinct >= 2
}

func (p *plan) completeSurvey() error {
	p.findAnswers()
	if len(p.answers.scores) == 0 {
		p.missing = append(p.missing, "a column of scores from 0 to 10")
		return nil
	}
	p.add("survey_id", "'"+p.table.Source+"'", "the survey, named like the source")
	return p.completeResponse()
}

// completeResponse sees that a response is told from every other.
func (p *plan) completeResponse() error {
	if p.has("response_id") {
		place := p.from("response_id").Place
		again, err := p.table.Repeats(evidence.Key{place})
		if err != nil || again == 0 {
			return err
		}
		for _, key := range p.table.Keys {
			if slices.Contains(key, place) && len(key) > 1 {
				p.joinKey(key, place)
				return nil
			}
		}
		return nil // the rows that share one are counted when the mapping is written
	}
	if alone, err := p.apart("customer_id"); alone || err != nil {
		p.add("response_id", bare(p.from("customer_id").Name), "no column numbers the answers; no customer answered twice")
		return err
	}
	p.add("response_id", "delivery_name || '-' || source_row", "no column numbers the answers: file and record do")
	return nil
}

// joinKey makes the response's key of columns that tell rows apart together.
func (p *plan) joinKey(key evidence.Key, first int) {
	parts := []string{within(p.table.Columns[first].Name)}
	names := []string{p.table.Columns[first].Name}
	for _, place := range key {
		if place != first {
			parts = append(parts, within(p.table.Columns[place].Name))
			names = append(names, p.table.Columns[place].Name)
		}
	}
	p.add("response_id", strings.Join(parts, " || '-' || "), fmt.Sprintf("rows share their %s; together, %s tell them apart", names[0], strings.Join(names, " and ")))
	p.Columns[len(p.Columns)-1].Source = names[0]
}

// answersOf is the second proposal of a survey: the answers of its responses.
func (p *plan) answersOf(input *models.Input) *Proposal {
	columns := slices.Concat(p.answers.scores, p.answers.texts)
	a := &Proposal{Input: "survey_answer", From: p.From, Score: p.Score, Mode: p.Mode, Unpivot: &config.Unpivot{Name: p.free("question"), Value: p.free("answer")}}
	for _, c := range columns {
		a.Unpivot.Columns = append(a.Unpivot.Columns, c.Name)
	}
	question, answer := a.Unpivot.Name, a.Unpivot.Value
	a.Filter = answer + " is not null"
	response := p.column("response_id")
	kind := func(name string) models.Type { c, _ := input.Column(name); return c.Type }
	a.Columns = []Mapped{
		{Column: "response_id", SQL: response.SQL, Type: kind("response_id"), Why: "as above"},
		{Column: "survey_id", SQL: "'" + p.table.Source + "'", Type: kind("survey_id"), Why: "as above"},
		{Column: "question_id", SQL: question, Type: kind("question_id"), Why: "each column of answers is a question"},
	}
	a.Columns = append(a.Columns, p.answeredOn(kind("answered_on"))...)
	score, text := answer, answer
	if len(p.answers.texts) > 0 {
		list := listOf(p.answers.texts)
		score = fmt.Sprintf("case when %s not in (%s) then %s end", question, list, answer)
		text = fmt.Sprintf("case when %s in (%s) then %s end", question, list, answer)
	}
	a.Columns = append(a.Columns, Mapped{Column: "score", SQL: score, Type: kind("score"), Why: say.Count(len(p.answers.scores), "column") + " of numbers from 0 to 10"})
	if len(p.answers.texts) > 0 {
		a.Columns = append(a.Columns, Mapped{Column: "text", SQL: text, Type: kind("text"), Why: say.Count(len(p.answers.texts), "column") + " of comments: personal, kept out of the warehouse"})
	}
	a.Questions = p.questions()
	return a
}

// answeredOn is the answer's own date, where the response has one.
func (p *plan) answeredOn(t models.Type) []Mapped {
	for _, name := range []string{"answered_at", "answered_on"} {
		if m := p.column(name); m != nil && m.Source != "" {
			return []Mapped{{Column: "answered_on", SQL: m.SQL, Format: m.Format, Type: t, Why: "as above", Open: m.Open}}
		}
	}
	return nil
}

func listOf(columns []*evidence.Column) string {
	texts := make([]string, len(columns))
	for i, c := range columns {
		texts[i] = duck.Text(c.Name)
	}
	return strings.Join(texts, ", ")
}

// free is a name that no column of the file has.
func (p *plan) free(name string) string {
	for slices.ContainsFunc(p.table.Columns, func(c *evidence.Column) bool { return strings.EqualFold(c.Name, name) }) {
		name = "the_" + name
	}
	return name
}

// questions are the rows of survey_question that the scores ask for.
func (p *plan) questions() []Asked {
	var list []Asked
	for _, c := range p.answers.scores {
		list = append(list, Asked{c.Name, scaleOf(c), roleOf(c, len(p.answers.scores))})
	}
	for _, c := range p.answers.texts {
		list = append(list, Asked{c.Name, "text", "driver"})
	}
	return list
}

// scaleOf is the scale by its ends, the name deciding between those that share them.
func scaleOf(c *evidence.Column) string {
	switch most := *c.Most; {
	case most <= 4 && *c.Least >= 1:
		return "grade4"
	case most <= 5:
		return "csat5"
	case most <= 7:
		return "ces7"
	case strings.Contains(strings.ToLower(c.Name), "recommend") || strings.Contains(strings.ToLower(c.Name), "nps") || strings.Contains(c.Name, "推荐") || *c.Least == 0:
		return "nps"
	}
	return "score10"
}

func roleOf(c *evidence.Column, of int) string {
	name := strings.ToLower(c.Name)
	for _, word := range []string{"overall", "recommend", "nps", "review_score", "整体", "总体", "推荐", "gesamt"} {
		if of == 1 || strings.Contains(name, word) {
			return "overall"
		}
	}
	return "driver"
}
