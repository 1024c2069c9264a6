package page

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/propose"
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

// columns lists the columns: what each is, and what it feeds.
func (p *page) columns(k *inspect.Kind, t *inspect.Table) {
	w := p.layout("column", "is", "empty", "distinct", "length", "feeds")
	w.SetColumnConfigs([]table.ColumnConfig{{Number: 3, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight}, {Number: 5, Align: text.AlignRight}})
	for _, c := range t.Evidence {
		length := fmt.Sprint(c.Longest)
		if c.Shortest != c.Longest {
			length = fmt.Sprintf("%d–%d", c.Shortest, c.Longest)
		}
		w.AppendRow(table.Row{clean(c.Name), is(c), emptyShare(c), c.Distinct, length, feeds(k, t, c)})
	}
	p.line("%s", w.Render())
}

func (p *page) layout(head ...any) table.Writer {
	w := table.NewWriter()
	style := table.StyleLight
	style.Format.Header, style.Format.HeaderAlign = text.FormatDefault, text.AlignDefault
	style.Options.DrawBorder = false
	if p.Width > 0 {
		style.Size.WidthMax = p.Width
	}
	w.SetStyle(style)
	w.AppendHeader(head)
	return w
}

// is names what the values are.
func is(c *evidence.Column) string {
	switch {
	case c.Filled() == 0:
		return "empty"
	case c.Open():
		return "? see below"
	case c.Declared != "":
		return c.Declared
	case c.Verdict.Kind == evidence.Code:
		return "code, leading zeros"
	}
	return c.Verdict.String()
}

func emptyShare(c *evidence.Column) string {
	switch {
	case c.Empty == 0:
		return ""
	case c.Empty*1000 < c.Rows:
		return fmt.Sprint(c.Empty)
	}
	return fmt.Sprintf("%.1f %%", 100*float64(c.Empty)/float64(c.Rows))
}

// feeds lists the columns of inputs that a column makes.
func feeds(k *inspect.Kind, t *inspect.Table, c *evidence.Column) string {
	if k.Source == nil {
		return ""
	}
	var fed []string
	for _, proposal := range k.Source.Proposals {
		if proposal.From != t.From {
			continue
		}
		for _, m := range proposal.Columns {
			if m.Source == c.Name || k.Files[0].Source.Format == "poslog" && m.SQL == c.Name {
				fed = append(fed, proposal.Input+"."+m.Column)
			}
		}
		if u := proposal.Unpivot; u != nil {
			for _, name := range u.Columns {
				if name == c.Name {
					fed = append(fed, proposal.Input)
				}
			}
		}
	}
	return strings.Join(fed, ", ")
}

// evidence lists, for each column that is no plain text, what its values fit, and
// the rows that do not.
func (p *page) evidence(t *inspect.Table) {
	first := true
	for _, c := range t.Evidence {
		if len(c.Candidates) == 0 || c.Declared != "" {
			continue
		}
		p.item(map[bool]string{true: "evidence"}[first], "%s: %s", clean(c.Name), p.candidates(c))
		first = false
		for _, k := range c.Candidates {
			if len(k.Examples) == 0 || !rivals(c.Verdict, k) {
				continue
			}
			p.item("", "  no %s: %s", k, p.examples(k))
		}
		if m, missed := t.Missed[c.Name]; missed && m.Count > 0 {
			p.item("", "  in the whole file, no %s: %s, the first on line %d", c.Verdict, say.Count(m.Count, "value"), m.Line)
		}
	}
}

// rivals says whether it matters what speaks against a candidate: it was chosen, or
// could have been in place of what was.
func rivals(verdict, k *evidence.Candidate) bool {
	return verdict == nil || verdict == k || verdict.Kind == evidence.Text || verdict.Kind == k.Kind
}

func (p *page) candidates(c *evidence.Column) string {
	var parts []string
	for i, k := range c.Candidates {
		if i == 5 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s %d of %d", k, k.Fits, c.Filled()))
	}
	if c.Zeros > 0 {
		parts = append(parts, fmt.Sprintf("%d with leading zeros", c.Zeros))
	}
	return strings.Join(parts, " · ")
}

func (p *page) examples(k *evidence.Candidate) string {
	if len(k.Nulls) > 0 {
		return fmt.Sprintf("%d that say %s, for no value", k.Against, strings.Join(k.Nulls, ", "))
	}
	var parts []string
	for _, e := range k.Examples {
		shape := e.Shape
		if p.Values {
			shape = e.Value
		}
		parts = append(parts, fmt.Sprintf("line %d %s", e.Line, clean(shape)))
	}
	text := strings.Join(parts, ", ")
	if more := k.Against - int64(len(k.Examples)); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
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

func (p *page) profile(t *inspect.Table) {
	for i, c := range t.Profile {
		hidden := propose.Revealing(t.Evidence[i]) && !p.Values
		p.line("")
		about := ""
		if c.Approximate {
			about = "about "
		}
		p.line("%s", p.bold(clean(c.Name)))
		p.item("nulls", "%d of %d (%.1f %%)", c.Nulls, c.Rows, 100*c.NullPart)
		p.item("distinct", "%s%d", about, c.Distinct)
		p.item("length", "%d to %d, %.1f on average", c.Shortest, c.Longest, c.Mean)
		if hidden {
			p.item("values", "not shown: they may say who somebody is (--show-values shows them)")
			p.item("range", "%s to %s", clean(record.Shape(c.Min)), clean(record.Shape(c.Max)))
		} else {
			p.item("range", "%s to %s", clean(c.Min), clean(c.Max))
			for j, f := range c.Top {
				p.item(word(j, "top"), "%8d  %s", f.Rows, clean(f.Text))
			}
		}
		for j, f := range c.Shapes {
			p.item(word(j, "shapes"), "%8d  %s", f.Rows, clean(f.Text))
		}
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
