package draft

import (
	"strings"

	"nightjar/extract/inspect/propose"
	"nightjar/models"
)

// A writer collects lines, each with its depth and a comment.
type writer struct {
	step  int // blanks a level
	depth int
	lines []written
}

type written struct {
	depth         int
	text, comment string
}

func (w *writer) line(text, comment string) {
	w.lines = append(w.lines, written{w.depth, text, comment})
}

func (w *writer) comment(text string) { w.line("# "+text, "") }

// raw writes a value as it stands.
func (w *writer) raw(key, value, comment string) { w.line(flow(key)+": "+value, comment) }

// key writes a text.
func (w *writer) key(key, value, comment string) { w.raw(key, block(value), comment) }

// open begins a section, close ends it.
func (w *writer) open(key, comment string) {
	w.line(flow(key)+":", comment)
	w.depth++
}

func (w *writer) close() { w.depth-- }

// mapped writes one column of an input; one that is open, as a comment.
func (w *writer) mapped(m propose.Mapped, date, stamp string) {
	value := block(m.SQL)
	if m.Open {
		w.line("# "+m.Column+": "+value, "open: "+m.Why)
		return
	}
	if m.Format != "" && m.Format != usual(m.Type, date, stamp) {
		value = flowMap([]pair{{"sql", flow(m.SQL)}, {"format", quote(m.Format)}})
	}
	w.line(m.Column+": "+value, m.Why)
}

// usual is the source's format of a type.
func usual(t models.Type, date, stamp string) string {
	if t == "timestamptz" {
		return stamp
	}
	return date
}

// left writes the columns that nothing was found for, as comments.
func (w *writer) left(columns []propose.Left, date, stamp string) {
	if len(columns) == 0 {
		return
	}
	w.comment("Not mapped. Without the #, a column goes along as one of your own:")
	for _, l := range columns {
		pairs := []pair{{"sql", flow(l.SQL)}}
		if l.Type != "string" {
			pairs = append(pairs, pair{"type", flow(string(l.Type))})
		}
		if l.Format != "" && l.Format != usual(l.Type, date, stamp) {
			pairs = append(pairs, pair{"format", quote(l.Format)})
		}
		if l.Personal {
			pairs = append(pairs, pair{"personal", "true"})
		}
		value := block(l.SQL)
		if len(pairs) > 1 {
			value = flowMap(pairs)
		}
		w.line("# "+l.Name+": "+value, l.What)
	}
}

// text lays the lines out, comments below one another where there is room.
func (w *writer) text(indent int) string {
	var b strings.Builder
	for _, l := range w.lines {
		line := strings.Repeat(" ", indent+l.depth*w.step) + l.text
		if l.comment != "" {
			line += strings.Repeat(" ", max(2, commentAt-width(line))) + "# " + l.comment
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// commented lays the lines out as comments.
func (w *writer) commented(indent int) string {
	var b strings.Builder
	for line := range strings.Lines(w.text(0)) {
		b.WriteString(strings.Repeat(" ", indent) + "# " + line)
	}
	return b.String()
}
