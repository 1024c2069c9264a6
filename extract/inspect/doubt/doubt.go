// Package doubt holds what a file alone cannot answer: questions, the answers that
// came with the command line, and a person who may be there to give others. What
// nobody answers stays open, and nothing is written for it.
package doubt

import (
	"fmt"
	"slices"
	"strings"
)

// A Question is one thing that a person must decide.
type Question struct {
	// Key names it in --answer KEY=ANSWER: a column, or a word such as header.
	Key string `json:"key"`
	// About says which files it is about, where they are of several kinds.
	About string `json:"about,omitempty"`
	// Text is the question, with the evidence that leaves it open.
	Text string `json:"question"`
	// Choices are the answers that make sense; without any, Accept decides.
	Choices []Choice `json:"choices,omitempty"`
	// Accept says what is wrong with an answer that is none of the Choices; nil
	// where there is no other.
	Accept func(answer string) error `json:"-"`
	// Flag is another way to answer on the command line, such as --date '%d/%m/%Y'.
	Flag string `json:"flag,omitempty"`
}

// A Choice is one answer, and what follows from it.
type Choice struct {
	Answer string `json:"answer"`
	Means  string `json:"means,omitempty"`
}

// A Desk answers questions, each once.
type Desk struct {
	*book
	at string
}

// book is what the desks of one inspection share.
type book struct {
	given  map[string]string
	person func(Question) (string, error)
	open   []Question
	said   map[string]string
	used   map[string]bool
}

// NewDesk returns a desk that knows the answers given, by key, ignoring case, and
// asks person for others; nil where nobody is there. person gives "" where the
// person does not know.
func NewDesk(given map[string]string, person func(Question) (string, error)) *Desk {
	b := &book{given: map[string]string{}, person: person, said: map[string]string{}, used: map[string]bool{}}
	for key, answer := range given {
		b.given[strings.ToLower(key)] = answer
	}
	return &Desk{book: b}
}

// At returns the desk for questions about one of several kinds of files, by a name
// for a person: the same key may be asked of each.
func (d *Desk) At(about string) *Desk { return &Desk{book: d.book, at: about} }

// An AnswerError says that an answer is none.
type AnswerError struct{ Key, Answer, Why string }

func (e *AnswerError) Error() string {
	return fmt.Sprintf("%q is no answer to %s: %s", e.Answer, e.Key, e.Why)
}

// Decide returns the answer to a question; "" where it stays open. Its errors are
// an *AnswerError, and those of whoever asks the person.
func (d *Desk) Decide(q Question) (string, error) {
	key := strings.ToLower(q.Key)
	place := d.at + "\n" + key
	if answer, known := d.said[place]; known {
		return answer, nil
	}
	q.About = d.at
	answer, known := d.given[key]
	d.used[key] = true
	if !known && d.person != nil {
		var err error
		if answer, err = d.person(q); err != nil {
			return "", err
		}
	}
	if answer == "" {
		d.said[place] = ""
		d.open = append(d.open, q)
		return "", nil
	}
	answer, err := q.Understand(answer)
	if err != nil {
		return "", err
	}
	d.said[place] = answer
	return answer, nil
}

// Given returns an answer that came with the command line, unasked.
func (d *Desk) Given(key string) (string, bool) {
	key = strings.ToLower(key)
	answer, known := d.given[key]
	if known {
		d.used[key] = true
	}
	return answer, known
}

// Understand finds the choice that an answer means, by itself or by its number.
func (q Question) Understand(answer string) (string, error) {
	answer = strings.TrimSpace(answer)
	for i, c := range q.Choices {
		if strings.EqualFold(answer, c.Answer) || answer == fmt.Sprint(i+1) && !q.numbers() {
			return c.Answer, nil
		}
	}
	if q.Accept == nil {
		return "", &AnswerError{q.Key, answer, "use " + q.options()}
	}
	if err := q.Accept(answer); err != nil {
		return "", &AnswerError{q.Key, answer, err.Error()}
	}
	return answer, nil
}

// numbers says whether choices are numbers themselves.
func (q Question) numbers() bool {
	return slices.ContainsFunc(q.Choices, func(c Choice) bool { return strings.Trim(c.Answer, "0123456789") == "" })
}

func (q Question) options() string {
	words := make([]string, len(q.Choices))
	for i, c := range q.Choices {
		words[i] = c.Answer
	}
	return strings.Join(words, ", or ")
}

// Open lists the questions that nobody answered, in the order of asking.
func (d *Desk) Open() []Question { return d.open }

// Unused lists the keys of answers that no question asked for, in order.
func (d *Desk) Unused() []string {
	var keys []string
	for key := range d.given {
		if !d.used[key] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
