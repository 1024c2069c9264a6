package trace

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// padding is what tables have at the end of a line.
var padding = regexp.MustCompile(` +\n`)

// WriteText writes the trace for a person, for a terminal of this width; 0 means
// unknown.
func (tr *Trace) WriteText(w io.Writer, width int) error {
	b := &strings.Builder{}
	tr.text(b, width)
	_, err := io.WriteString(w, padding.ReplaceAllString(b.String(), "\n"))
	return err
}

func (tr *Trace) text(b *strings.Builder, width int) {
	fmt.Fprintf(b, "%s, %s\n%s = %s %s\n", tr.Model, listed(tr.Key), tr.Column, spelled([]*string{tr.Value})[0], tr.Unit)
	if tr.Description != "" {
		fmt.Fprintf(b, "  %s\n", tr.Description)
	}
	if tr.Formula != "" {
		fmt.Fprintf(b, "  = %s\n", tr.Formula)
	}
	for _, s := range tr.Steps {
		s.text(b, width)
	}
	if len(tr.Notes) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(tr.Notes, "\n"))
	}
	if tr.Unexplained != "" {
		fmt.Fprintf(b, "\n%s of it is not explained by delivered rows: the traces in the headers do not fit the models\n", tr.Unexplained)
	}
	for _, part := range tr.Parts {
		b.WriteByte('\n')
		part.text(b, width)
	}
}

func (s Step) text(b *strings.Builder, width int) {
	if s.Table == "" {
		fmt.Fprintf(b, "\n%s in the delivered files\n", rowsOf(int64(len(s.Rows))+s.More))
	} else {
		fmt.Fprintf(b, "\n%s of %s: %s\n", rowsOf(int64(len(s.Rows))+s.More), s.Table, s.SQL)
	}
	if len(s.Rows) == 0 {
		return
	}
	b.WriteString(s.layout(width).Render())
	b.WriteByte('\n')
	for _, problem := range s.problems() {
		fmt.Fprintf(b, "%s\n", problem)
	}
	switch {
	case s.More > 0 && s.Additive:
		fmt.Fprintf(b, "… and %s more: %s\n", rowsOf(s.More), s.Rest)
	case s.More > 0:
		fmt.Fprintf(b, "… and %s more\n", rowsOf(s.More))
	}
}

func (s Step) layout(width int) table.Writer {
	layout := table.NewWriter()
	style := table.StyleLight
	style.Format.Header, style.Format.HeaderAlign = text.FormatDefault, text.AlignDefault
	style.Options.DrawBorder = false
	style.Size.WidthMax = width
	layout.SetStyle(style)
	if s.Additive {
		layout.SetColumnConfigs([]table.ColumnConfig{{Number: 1, Align: text.AlignRight, AlignHeader: text.AlignRight}})
	}
	for i, r := range s.Rows {
		var head, cells table.Row
		if s.Additive {
			head, cells = append(head, "amount"), append(cells, r.Amount)
		}
		if d := r.Delivered; d != nil {
			head, cells = append(head, "line", "input", "key"), append(cells, d.where(), d.Input, listed(slices.Concat(r.Key, r.Shown)))
			if d.Raw != "" || slices.ContainsFunc(s.Rows, func(r Row) bool { return r.Delivered.Raw != "" }) {
				head, cells = append(head, "raw"), append(cells, printable(d.Raw))
			}
		} else {
			for _, n := range slices.Concat(r.Key, r.Shown) {
				head, cells = append(head, n.Name), append(cells, spelled([]*string{n.Value})[0])
			}
		}
		if i == 0 {
			layout.AppendHeader(head)
		}
		layout.AppendRow(cells)
	}
	return layout
}

// where a delivered row stands, as far as it can be said.
func (d *Delivered) where() string {
	if d.Problem == "" {
		return fmt.Sprintf("%s:%d", d.Path, d.Line)
	}
	return fmt.Sprintf("record %d of %s", d.Record, d.Delivery)
}

// problems say, a line a delivery, why its rows cannot be shown in their file.
func (s Step) problems() []string {
	var all []string
	for _, r := range s.Rows {
		if d := r.Delivered; d != nil && d.Problem != "" {
			if line := d.Delivery + ": " + d.Problem; !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	return all
}

func listed(all []Named) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = n.Name + " " + spelled([]*string{n.Value})[0]
	}
	return strings.Join(words, ", ")
}

func rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// printable shows control characters, which could drive a terminal, as \x1b.
func printable(line string) string {
	quoted := fmt.Sprintf("%q", line)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// Objects hands the trace over as objects for programs, each to be a line of JSON:
// the value, its rows step by step, what is left, and the same of its parts.
func (tr *Trace) Objects(take func(any) error) error {
	value := map[string]any{"step": 0, "table": tr.Model, "key": object(tr.Key), "column": tr.Column, "value": tr.Value, "unit": tr.Unit}
	if tr.numeric && tr.Value != nil {
		value["value"] = json.Number(*tr.Value)
	}
	for name, given := range map[string]any{"formula": tr.Formula, "unexplained": tr.Unexplained} {
		if given != "" {
			value[name] = given
		}
	}
	if len(tr.Notes) > 0 {
		value["notes"] = tr.Notes
	}
	if err := take(value); err != nil {
		return err
	}
	for i, s := range tr.Steps {
		for _, r := range s.objects(i+1, tr.Column) {
			if err := take(r); err != nil {
				return err
			}
		}
	}
	for _, part := range tr.Parts {
		if err := part.Objects(take); err != nil {
			return err
		}
	}
	return nil
}

func (s Step) objects(number int, column string) []map[string]any {
	var all []map[string]any
	for _, r := range s.Rows {
		o := map[string]any{"step": number, "column": column, "key": object(r.Key), "shown": object(r.Shown)}
		if s.Additive {
			o["amount"] = json.Number(r.Amount)
		}
		if d := r.Delivered; d != nil {
			o["input"], o["source"], o["delivery"], o["delivery_id"], o["record"] = d.Input, d.Source, d.Delivery, d.DeliveryID, d.Record
			if d.Problem != "" {
				o["problem"] = d.Problem
			} else {
				o["file"], o["line"] = d.Path, d.Line
			}
			if d.Raw != "" {
				o["raw"] = d.Raw
			}
		} else {
			o["table"] = s.Table
		}
		all = append(all, o)
	}
	if s.More > 0 {
		o := map[string]any{"step": number, "column": column, "rest": s.More}
		if s.Table != "" {
			o["table"] = s.Table
		}
		if s.Additive {
			o["amount"] = json.Number(s.Rest)
		}
		all = append(all, o)
	}
	return all
}

func object(all []Named) map[string]*string {
	o := make(map[string]*string, len(all))
	for _, n := range all {
		o[n.Name] = n.Value
	}
	return o
}
