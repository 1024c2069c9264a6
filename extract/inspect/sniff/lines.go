package sniff

import (
	"bytes"
	"fmt"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/say"
	"nightjar/internal/charset"
)

// lines finds out how lines of text become records.
func (s *sniffer) lines() error {
	text := string(s.text)
	if s.found.Ends.CR > 0 && s.found.Ends.LF+s.found.Ends.CRLF == 0 {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	if end := strings.LastIndexByte(text, '\n'); !s.whole() && end >= 0 {
		text = text[:end+1]
	}
	best, rivals := layouts(text, s.whole())
	if best == nil || best.score < 0.5 || best.delimiter == "" {
		r := measure(s.completeHead(), []byte(text))
		if r != nil && (best == nil || best.delimiter != "" || r.glued) {
			return s.fixed(r)
		}
	}
	switch {
	case best == nil || best.score < 0.2:
		return s.oneColumn(text)
	case len(rivals) > 0:
		var err error
		if best, err = s.choose(best, rivals); err != nil || best == nil {
			return err
		}
	}
	return s.take(best)
}

// completeHead is the file's beginning as it came, up to a line's end.
func (s *sniffer) completeHead() []byte {
	head := s.survey.head
	if end := bytes.LastIndexByte(head, '\n'); !s.whole() && end >= 0 {
		return head[:end+1]
	}
	return head
}

// choose asks between marks that fit equally well.
func (s *sniffer) choose(best *layout, rivals []*layout) (*layout, error) {
	q := doubt.Question{Key: "delimiter", Text: "Two marks between fields fit nearly equally well. Which is it?"}
	all := append([]*layout{best}, rivals...)
	for _, l := range all {
		q.Choices = append(q.Choices, doubt.Choice{Answer: word(l.delimiter), Means: l.describe()})
	}
	answer, err := s.desk.Decide(q)
	s.stopped = answer == ""
	for _, l := range all {
		if word(l.delimiter) == answer {
			return l, err
		}
	}
	return nil, err
}

// word is how an answer names a delimiter.
func word(delimiter string) string {
	switch delimiter {
	case "":
		return "blanks"
	case "\t":
		return "tab"
	}
	return delimiter
}

// take writes a layout down in the words of nightjar.yaml.
func (s *sniffer) take(l *layout) error {
	source := &s.found.Source
	s.note("%s", l.describe())
	source.Lines.Skip = l.skip
	if l.skip > 0 {
		s.note("before the first row, %s to be skipped", say.Count(l.skip, "line"))
	}
	if l.comment != 0 {
		source.Lines.Comment = string(l.comment)
		s.note("of the lines looked at, %d begin with %q and are no rows", l.comments, l.comment)
	}
	if l.odd > 0 {
		s.note("%s with another number of fields, the first on line %d", say.Count(l.odd, "row"), l.firstOdd())
	}
	rows := make([][]string, len(l.rows))
	for i, r := range l.rows {
		for _, c := range r.cells {
			rows[i] = append(rows[i], c.text)
		}
	}
	if l.delimiter == "" {
		source.Format = "aligned"
	} else {
		s.takeMarks(l)
	}
	named, err := s.heading(rows)
	if err != nil {
		return err
	}
	switch {
	case named && l.delimiter == "":
		source.Aligned.Header = &named
	case !named && l.delimiter == "":
		source.Aligned.Columns = numbered(l.columns)
	case !named:
		source.CSV.Header, source.CSV.Columns = &named, numbered(l.columns)
	}
	return s.takeFooter(l)
}

func (s *sniffer) takeMarks(l *layout) {
	csv := &s.found.Source.CSV
	csv.Delimiter = l.delimiter
	csv.Quote, csv.Escape = "", ""
	if l.quote != 0 {
		csv.Quote = string(l.quote)
	}
	if l.quote != 0 && l.escape != l.quote {
		csv.Escape = string(l.escape)
	}
	switch {
	case l.quoted > 0:
		s.note("%s in quotes (%c)", say.Count(l.quoted, "cell"), l.quote)
	case l.quote == 0 && len(l.delimiter) == 1:
		s.note("quotes stand for themselves: read as marks, they would not close")
	}
}

func (l *layout) firstOdd() int {
	for _, r := range l.rows {
		if len(r.cells) != l.columns {
			return r.line
		}
	}
	return 0
}

// heading says whether the first row names the columns; a person does where its
// looks do not tell.
func (s *sniffer) heading(rows [][]string) (named bool, err error) {
	h := judgeHeading(rows, s.Known)
	named = h.votes > 0
	q := doubt.Question{
		Key: "header", Flag: "--header yes|no",
		Text:    fmt.Sprintf("Does the first row name the columns? Of its %d cells: %s.", len(rows[0]), h.why),
		Choices: []doubt.Choice{{Answer: "yes", Means: "its cells are names"}, {Answer: "no", Means: "it is a record like those below"}},
	}
	given, ok := s.desk.Given("header")
	switch {
	case ok:
		if given, err = q.Understand(given); err != nil {
			return false, err
		}
		named = given == "yes"
	case !h.clear():
		answer, err := s.desk.Decide(q)
		if err != nil {
			return false, err
		}
		s.stopped, named = s.stopped || answer == "", answer == "yes"
	}
	s.found.Header = numbered(len(rows[0]))
	if named {
		s.found.Header = rows[0]
		s.note("the first row names the columns: %s", h.why)
	} else {
		s.note("the first row is a record: %s", h.why)
	}
	return named, nil
}

// takeFooter looks at the file's end for lines that are no records.
func (s *sniffer) takeFooter(l *layout) error {
	footer := l.footer
	if !s.whole() {
		tail := s.survey.tail
		if coding, err := charset.Lookup(s.found.Source.Encoding); err == nil && coding != nil {
			if tail, err = coding.NewDecoder().Bytes(tail); err != nil {
				return err
			}
		}
		if i := bytes.IndexByte(tail, '\n'); i >= 0 {
			tail = tail[i+1:]
		}
		rows, _ := split(string(tail), l.dialect)
		_, footer = cutFooter(rows, l.columns)
		if len(footer) == len(rows)-1 {
			footer = nil // quotes were torn: this tells nothing
		}
	}
	s.found.Source.Lines.Footer = len(footer)
	for _, r := range footer {
		texts := make([]string, len(r.cells))
		for i, c := range r.cells {
			texts[i] = c.text
		}
		s.found.Footer = append(s.found.Footer, strings.Join(texts, l.delimiter))
	}
	if len(footer) > 0 {
		s.note("%s at the end that holds no record: a word such as total begins it, or it has fewer fields", say.Count(len(footer), "line"))
	}
	return nil
}

// fixed writes a ruler down.
func (s *sniffer) fixed(r *ruler) error {
	source := &s.found.Source
	source.Format, source.Fixed.Columns = "fixed", r.widths
	source.Fixed.Unit = "character"
	if r.byByte {
		source.Fixed.Unit = "byte"
	}
	s.note("%s; the columns' places are told from blanks, and from where digits give way to letters", r.why)
	if r.header {
		source.Lines.Skip = 1
		s.note("the first line has no digit: it names the columns")
	}
	for _, w := range r.widths {
		s.found.Header = append(s.found.Header, w.Name)
	}
	return nil
}

// oneColumn takes each line for a value.
func (s *sniffer) oneColumn(text string) error {
	var rows [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && len(rows) < bodyLimit {
			rows = append(rows, []string{line})
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("reading %s: it holds nothing but blank lines", s.file)
	}
	s.note("no mark stands between fields on its lines: one column")
	named, err := s.heading(rows)
	if err == nil && !named {
		s.found.Source.CSV.Header, s.found.Source.CSV.Columns = &named, []string{"column_1"}
	}
	return err
}
