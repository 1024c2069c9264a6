package page

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/say"
	"nightjar/extract/record"
)

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
