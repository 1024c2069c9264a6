package query

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// table lays the first rows out for a person; wide characters count double.
func (a *answer) table(ctx context.Context, conn *sql.Conn, query string, columns []column) error {
	asked := project(query, columns, column.text)
	if a.Limit > 0 {
		asked += fmt.Sprintf(" limit %d", a.Limit+1)
	}
	rows, err := conn.QueryContext(ctx, asked)
	if err != nil {
		return err
	}
	defer rows.Close()
	layout := a.layout(columns)
	shown, more, err := a.fill(layout, rows, len(columns))
	if err != nil {
		return err
	}
	drawn := layout.Render()
	if a.Format == "markdown" {
		drawn = layout.RenderMarkdown()
	}
	_, err = fmt.Fprintf(a.out, "%s\n", drawn)
	if err == nil && a.Format == "table" {
		err = foot(a.out, shown, more)
	}
	if err != nil {
		return &writeError{err}
	}
	return nil
}

func (a *answer) layout(columns []column) table.Writer {
	layout := table.NewWriter()
	style := table.StyleLight
	style.Format.Header, style.Format.HeaderAlign = text.FormatDefault, text.AlignDefault
	style.Options.DrawBorder = false
	if a.Width > 0 {
		style.Size.WidthMax = a.Width
	}
	layout.SetStyle(style)
	heads, configs := table.Row{}, []table.ColumnConfig{}
	for i, c := range columns {
		heads = append(heads, c.name)
		if c.numeric() {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	layout.AppendHeader(heads)
	layout.SetColumnConfigs(configs)
	return layout
}

// fill takes rows up to the limit, and says how many and whether more follow.
func (a *answer) fill(layout table.Writer, rows *sql.Rows, width int) (shown int, more bool, err error) {
	for rows.Next() {
		if a.Limit > 0 && shown == a.Limit {
			return shown, true, nil
		}
		cells, into := make([]sql.NullString, width), make([]any, width)
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return shown, false, err
		}
		row := make(table.Row, width)
		for i, cell := range cells {
			row[i] = printable(cell.String)
		}
		layout.AppendRow(row)
		shown++
	}
	return shown, false, rows.Err()
}

// printable shows control characters, which could drive a terminal, as \x1b.
func printable(cell string) string {
	if !strings.ContainsFunc(cell, unprintable) {
		return cell
	}
	shown := &strings.Builder{}
	for _, r := range cell {
		if unprintable(r) {
			fmt.Fprintf(shown, "\\x%02x", r)
		} else {
			shown.WriteRune(r)
		}
	}
	return shown.String()
}

func unprintable(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

func foot(out io.Writer, shown int, more bool) error {
	switch {
	case more:
		_, err := fmt.Fprintf(out, "… more rows: these are the first %d; --limit 0 shows all, --format csv streams them\n", shown)
		return err
	case shown == 1:
		_, err := fmt.Fprintln(out, "1 row")
		return err
	}
	_, err := fmt.Fprintf(out, "%d rows\n", shown)
	return err
}
