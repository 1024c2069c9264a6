package page

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/say"
	"nightjar/extract/inspect/sniff"
	"nightjar/extract/record"
)

// Options say what is shown.
type Options struct {
	// Width of the terminal; 0 for none.
	Width int
	// Values shows values also where they may be personal.
	Values bool
}

// Write writes the page: for each kind of files how they are written, their columns
// with the evidence, keys, what they feed and what is open; last the sources.
func Write(out io.Writer, kinds []*inspect.Kind, open []doubt.Question, o Options) error {
	p := &page{Options: o}
	for _, k := range kinds {
		p.kind(k)
	}
	p.questions(open)
	p.sources(kinds)
	_, err := io.WriteString(out, p.b.String())
	return err
}

// Sources is the part of the page that goes into nightjar.yaml.
func Sources(kinds []*inspect.Kind) string {
	p := &page{}
	p.sources(kinds)
	return strings.TrimPrefix(p.b.String(), "\n")
}

type page struct {
	Options
	b strings.Builder
}

func (p *page) line(format string, arguments ...any) {
	p.b.WriteString(strings.TrimRight(fmt.Sprintf(format, arguments...), " ") + "\n")
}

// bold is how a heading stands on a terminal.
func (p *page) bold(heading string) string {
	if p.Width == 0 {
		return heading
	}
	return text.Bold.Sprint(heading)
}

// item writes one of several lines under a word.
func (p *page) item(word, format string, arguments ...any) {
	p.line("%-9s %s", word, fmt.Sprintf(format, arguments...))
}

func (p *page) kind(k *inspect.Kind) {
	p.line("%s", p.bold(clean(k.Name())))
	f := k.Files[0]
	records := int64(0)
	if len(k.Tables) > 0 {
		records = k.Tables[0].Records
	}
	p.item("written", "%s", written(f, records))
	for _, note := range f.Notes {
		p.item("", "· %s", clean(note))
	}
	for _, e := range weighed(f) {
		p.item("", "· %s: %s", e.Name, e.Why)
	}
	for _, line := range f.Footer {
		p.item("", "· footer: %s", p.shown(line))
	}
	if k.Source != nil && k.Source.Control != nil {
		p.item("", "· the footer agrees with the rows: a night can hold it against them")
	}
	for _, t := range k.Tables {
		p.table(k, t)
	}
	p.line("")
}

// weighed are the encodings among which there was something to weigh.
func weighed(f *sniff.Found) []sniff.Encoding {
	if len(f.Encodings) < 2 {
		return f.Encodings[:0:0]
	}
	var list []sniff.Encoding
	for _, e := range f.Encodings {
		if e.Score > 0.01 {
			list = append(list, e)
		}
	}
	return list
}

// written says in a line how a file is written.
func written(f *sniff.Found, records int64) string {
	names := map[string]string{
		"csv": "delimited text", "aligned": "text aligned by blanks", "fixed": "text of fixed width", "json": "JSON", "parquet": "Parquet",
		"excel": "an Excel workbook", "poslog": "a POSLog (XML)",
	}
	parts := []string{names[f.Source.Format]}
	if len(f.Encodings) > 0 && f.Source.Format != "json" && f.Source.Format != "poslog" {
		encoding := f.Source.Encoding
		if encoding == "" {
			encoding = "utf-8"
		}
		parts = append(parts, encoding)
	}
	if f.Compression != "none" {
		parts = append(parts, "packed by "+f.Compression)
	}
	if f.File.Member != "" {
		parts = append(parts, "in a zip archive")
	}
	if ends := endsOf(f.Ends); ends != "" {
		parts = append(parts, ends)
	}
	if records > 0 {
		parts = append(parts, say.Count(records, "record"))
	}
	return strings.Join(parts, ", ")
}

func endsOf(e sniff.LineEnds) string {
	var kinds []string
	for _, k := range []struct {
		name string
		n    int64
	}{{"LF", e.LF}, {"CRLF", e.CRLF}, {"CR", e.CR}} {
		if k.n > 0 {
			kinds = append(kinds, fmt.Sprintf("%s (%d)", k.name, k.n))
		}
	}
	switch len(kinds) {
	case 0:
		return ""
	case 1:
		return strings.SplitN(kinds[0], " ", 2)[0] + " line ends"
	}
	return "line ends " + strings.Join(kinds, " and ") + " (within quotes too)"
}

func (p *page) table(k *inspect.Kind, t *inspect.Table) {
	if t.From != "" || len(k.Tables) > 1 {
		name := t.From
		if name == "" {
			name = "the records"
		}
		p.line("")
		p.item("table", "%s: %s", clean(name), say.Count(t.Records, "row"))
	}
	if !t.All() {
		p.item("looked at", "%d of %d rows: the first, and some of all that follow", t.Looked, t.Records)
	}
	if t.Unreadable > 0 {
		p.item("bad", "%s of which no row can be made", say.Count(t.Unreadable, "record"))
		for _, b := range t.Bad[:min(3, len(t.Bad))] {
			p.item("", "· line %d: %s (%s)", b.Line, b.Reason, b.Rule)
		}
	}
	p.columns(k, t)
	p.evidence(t)
	for i, key := range t.Keys {
		p.item(word(i, "keys"), "%s", clean(strings.Join(t.KeyNames(key), ", ")))
	}
	if len(t.Keys) == 0 {
		p.item("keys", "none: no set of up to three columns tells all rows apart")
	}
	p.feeds(k, t)
	p.profile(t)
}

func word(i int, first string) string {
	if i > 0 {
		return ""
	}
	return first
}

// feeds says what the table is proposed for, and why.
func (p *page) feeds(k *inspect.Kind, t *inspect.Table) {
	if k.Source == nil {
		return
	}
	shown := 0
	for _, proposal := range k.Source.Proposals {
		if proposal.From != t.From {
			continue
		}
		p.item(word(shown, "feeds"), "%s", proposal.Input)
		shown++
		for _, note := range proposal.Notes {
			p.item("", "· %s", clean(note))
		}
		for _, m := range proposal.Columns {
			if m.Open {
				p.item("", "· %s stays open: see the questions", m.Column)
			}
		}
	}
	if shown == 0 {
		p.item("feeds", "no input that we know: name one with --input, or write a contract of your own")
	}
	for _, r := range t.Choice.Rivals {
		p.item("", "or %s (%s)", r.Input, r.Why)
	}
}

func (p *page) questions(open []doubt.Question) {
	for i, q := range open {
		about := ""
		if q.About != "" {
			about = clean(q.About) + ": "
		}
		p.item(word(i, "open"), "%s%s", about, clean(q.Text))
		if i == 0 || !slices.Equal(q.Choices, open[i-1].Choices) {
			for _, c := range q.Choices {
				p.item("", "  %-16s %s", clean(c.Answer), clean(c.Means))
			}
		}
		p.item("", "  → %s", clean(flag(q)))
	}
	if len(open) > 0 {
		p.line("")
	}
}

func flag(q doubt.Question) string {
	if q.Flag != "" {
		return q.Flag
	}
	return fmt.Sprintf("--answer '%s=…'", q.Key)
}

func (p *page) sources(kinds []*inspect.Kind) {
	p.line("sources:")
	for i, k := range kinds {
		if i > 0 {
			p.line("")
		}
		if k.Source == nil {
			p.line("  # %s: a question is open without whose answer it cannot be read", clean(k.Name()))
			continue
		}
		p.b.WriteString(k.Source.YAML(2))
	}
}

// shown is a text, or its shape.
func (p *page) shown(value string) string {
	if p.Values {
		return clean(value)
	}
	return clean(record.Shape(value))
}

// clean shows control characters, which could drive a terminal, as \x1b.
func clean(value string) string {
	if !strings.ContainsFunc(value, control) {
		return value
	}
	var b strings.Builder
	for _, r := range value {
		if control(r) {
			fmt.Fprintf(&b, `\x%02x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func control(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
