package propose

import (
	"bytes"
	_ "embed" // the table of synonyms
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"

	"nightjar/models"
)

//go:embed synonyms.yaml
var synonymsText []byte

// synonyms is what synonyms.yaml holds.
type synonyms struct {
	Any    map[string]*meaning            `yaml:"any"`
	Inputs map[string]map[string]*meaning `yaml:"inputs"`
	Answer map[string]*meaning            `yaml:"answer"`

	Called     map[string][]string `yaml:"called"`
	Others     map[string][]string `yaml:"others"`
	Status     map[string][]string `yaml:"status"`
	Personal   []string            `yaml:"personal"`
	Impersonal []string            `yaml:"impersonal"`

	called map[string][][]string
	status map[string]string // canonical status by word
	names  map[string]bool   // all that mean something for sure, squeezed
}

// A meaning is how companies call one column.
type meaning struct {
	Expects string   `yaml:"expects"`
	Sure    []string `yaml:"sure"`
	Likely  []string `yaml:"likely"`
	Maybe   []string `yaml:"maybe"`
	// Values are words for those that the contract takes.
	Values map[string][]string `yaml:"values"`

	phrases []phrase
	values  map[string]string // the contract's value by word
}

// A phrase is a name, in words and without what is between them.
type phrase struct {
	text   string
	words  []string
	weight float64
}

// table reads synonyms.yaml, once.
var table = sync.OnceValue(func() *synonyms {
	s := &synonyms{}
	if err := yaml.NewDecoder(bytes.NewReader(synonymsText), yaml.Strict()).Decode(s); err != nil {
		panic("synonyms.yaml: " + err.Error()) // a test reads it
	}
	s.names = map[string]bool{}
	for _, meanings := range s.Inputs {
		s.prepare(meanings)
	}
	s.prepare(s.Any)
	s.prepare(s.Answer)
	for _, names := range s.Others {
		for _, name := range names {
			s.names[squeeze(name)] = true
		}
	}
	s.called = map[string][][]string{}
	for input, names := range s.Called {
		for _, name := range names {
			s.called[input] = append(s.called[input], words(name))
		}
		slices.SortFunc(s.called[input], func(a, b []string) int { return len(b) - len(a) })
	}
	s.status = byWord(s.Status)
	return s
})

// byWord turns words for values into the value by word.
func byWord(values map[string][]string) map[string]string {
	by := map[string]string{}
	for value, names := range values {
		for _, name := range names {
			by[squeeze(name)] = value
		}
	}
	return by
}

func (s *synonyms) prepare(meanings map[string]*meaning) {
	for _, m := range meanings {
		m.phrases, m.values = nil, byWord(m.Values)
		for _, level := range []struct {
			names  []string
			weight float64
		}{{m.Sure, 1}, {m.Likely, 0.75}, {m.Maybe, 0.5}} {
			for _, name := range level.names {
				m.phrases = append(m.phrases, phrase{name, words(name), level.weight})
				if level.weight == 1 {
					s.names[squeeze(name)] = true
				}
			}
		}
	}
}

// Known says whether a text is what some company calls a column.
func Known(name string) bool {
	s, name := table(), squeeze(name)
	if s.names[name] {
		return true
	}
	for _, prefixes := range s.called {
		for _, prefix := range prefixes {
			if rest, cut := strings.CutPrefix(name, strings.Join(prefix, "")); cut && s.names[rest] {
				return true
			}
		}
	}
	return false
}

// Status is the status of a document that a source's word means, if it is known.
func Status(word string) (canonical string, known bool) {
	canonical, known = table().status[squeeze(word)]
	return canonical, known
}

// valueOf is the value of a column's contract that a source's word means, if it is known.
func valueOf(input string, to models.Column, word string) (value string, known bool) {
	if slices.Contains(to.Accepted, word) {
		return word, true
	}
	for _, accepted := range to.Accepted {
		if squeeze(accepted) == squeeze(word) {
			return accepted, true
		}
	}
	if m := table().Inputs[input][to.Name]; m != nil {
		value, known = m.values[squeeze(word)]
	}
	return value, known
}

// words are the words of a name, small and without accents: at blanks, marks, and
// where small letters give way to capitals. Chinese characters in a row are one.
func words(name string) []string {
	var list []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			list = append(list, b.String())
			b.Reset()
		}
	}
	before := rune(0)
	for _, r := range norm.NFD.String(strings.TrimSpace(name)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		default:
			if unicode.IsUpper(r) && unicode.IsLower(before) || isHan(r) != isHan(before) && before != 0 {
				flush()
			}
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	flush()
	return list
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// squeeze is a name without what is between its words.
func squeeze(name string) string { return strings.Join(words(name), "") }

// A likeness is how well a name fits a meaning, and by which phrase.
type likeness struct {
	score  float64
	weight float64 // of the phrase: how sure it is
	phrase string
	whole  bool
}

// least is the score from which on a name is taken at all.
const least = 0.45

// like compares a name with the phrases of a meaning.
func (m *meaning) like(name []string) (best likeness) {
	whole := strings.Join(name, "")
	for _, p := range m.phrases {
		score, exact := p.within(name, whole)
		if score *= p.weight; score > best.score {
			best = likeness{score, p.weight, p.text, exact}
		}
	}
	return best
}

// within says how much of a name a phrase is: 1 for all of it.
func (p phrase) within(name []string, whole string) (score float64, exact bool) {
	text := strings.Join(p.words, "")
	if text == whole {
		return 1, true
	}
	share := float64(utf8.RuneCountInString(text)) / float64(max(1, utf8.RuneCountInString(whole)))
	for at := 0; at+len(p.words) <= len(name); at++ {
		if slices.Equal(name[at:at+len(p.words)], p.words) {
			return 0.55 + 0.45*share, false
		}
	}
	if !strings.Contains(whole, text) {
		return 0, false
	}
	if first, _ := utf8.DecodeRuneInString(text); isHan(first) {
		if utf8.RuneCountInString(text) < 2 {
			return 0, false
		}
		return 0.45 + 0.5*share, false
	}
	if len(text) < 4 {
		return 0, false
	}
	return 0.25 + 0.5*share, false
}

// variants are a column's name as it stands and, for an input, without the word for
// its rows before it.
func variants(input string, name []string) [][]string {
	all := [][]string{name}
	for _, prefix := range table().called[input] {
		if len(name) > len(prefix) && slices.Equal(name[:len(prefix)], prefix) {
			rest := name[len(prefix):]
			if !slices.Contains([]string{"id", "no", "nr", "number", "code", "key"}, rest[0]) {
				all = append(all, rest)
			}
		}
	}
	return all
}

// named says how well a column's name fits a column of an input.
func named(input, column string, name []string) (likeness, string) {
	own := meaning{phrases: []phrase{{strings.ReplaceAll(column, "_", " "), words(column), 1}}}
	s := table()
	best, expects := likeness{}, ""
	for _, m := range []*meaning{s.Inputs[input][column], s.Any[column], &own} {
		if m == nil {
			continue
		}
		if expects == "" {
			expects = m.Expects
		}
		if m == s.Any[column] && s.Inputs[input][column] != nil && len(s.Inputs[input][column].Sure) > 0 {
			continue // the input's own names replace those
		}
		for i, variant := range variants(input, name) {
			l := m.like(variant)
			if i > 0 {
				l.score *= 0.97
			}
			if l.score > best.score {
				best = l
			}
		}
	}
	return best, expects
}
