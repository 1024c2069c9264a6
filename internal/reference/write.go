package reference

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	text "text/template"

	"nightjar/models"
)

// Formats are the names that [Reference.Write] knows.
var Formats = []string{"html", "markdown"}

//go:embed page.html
var page string

//go:embed page.css
var style string

//go:embed page.js
var script string

//go:embed page.md
var markdown string

var functions = map[string]any{
	"first": first, "join": strings.Join, "graph": graph, "audit": audit, "cell": cell, "inline": inline, "sum": sum,
	"row": func(of string, c Column) row { return row{c, of} },
	"css": func() template.CSS { return template.CSS(style) },
	"js":  func() template.JS { return template.JS(script) },
}

var (
	htmlPage     = template.Must(template.New("page").Funcs(functions).Parse(page))
	markdownPage = text.Must(text.New("page").Funcs(functions).Parse(markdown))
)

// Write writes the reference in the format, html or markdown.
func (r *Reference) Write(w io.Writer, format string) error {
	switch format {
	case "html":
		return htmlPage.Execute(w, r)
	case "markdown":
		return markdownPage.Execute(w, r)
	}
	return fmt.Errorf("writing the reference: there is no format %q: use %s", format, strings.Join(Formats, " or "))
}

var sentence = regexp.MustCompile(`^(.*?[^.\s]\.)\s`)

// A row is a column within the table of its model or input, by the anchor of that.
type row struct {
	Column
	Of string
}

// IsInput says whether it is a column of an input, which is made of nothing here.
func (r row) IsInput() bool { return strings.HasPrefix(r.Of, "input.") }

// first is a text's first sentence.
func first(s string) string {
	if found := sentence.FindStringSubmatch(s); found != nil {
		return found[1]
	}
	return s
}

// audit is what a model's test asks for.
func audit(t models.Test) string {
	if len(t.Unique) > 0 {
		return "unique: " + strings.Join(t.Unique, ", ")
	}
	return t.Name
}

func sum(kinds []Kind) (n int) {
	for _, k := range kinds {
		n += len(k.Models)
	}
	return n
}

// cell is a text within a cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// inline lists links as words of a Markdown cell.
func inline(all []Link) string {
	words := make([]string, len(all))
	for i, l := range all {
		words[i] = "`" + l.Text + "`"
	}
	return cell(strings.Join(words, ", "))
}
