package sniff

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// sheetRows is how many rows of a sheet are looked at.
const sheetRows = 400

// A grid is the first rows of a sheet, as wide as the widest.
type grid struct {
	numbers []int // of the rows, from 1
	rows    [][]string
}

// excel finds the sheet and its header.
func (s *sniffer) excel(path string) error {
	sheet, err := s.sheet(path)
	if err != nil || s.stopped {
		return err
	}
	s.found.Source.Format = "excel"
	g, err := readGrid(path, sheet)
	if err != nil {
		return err
	}
	if len(g.rows) == 0 {
		return fmt.Errorf("reading %s: the sheet %q holds nothing: name another with --answer sheet=NAME", path, sheet)
	}
	return s.excelHeader(g)
}

// sheet is the one to read: the only visible one that holds anything, or the one
// that a person names.
func (s *sniffer) sheet(path string) (string, error) {
	sheets, err := xlsxfile.Sheets(path)
	if err != nil {
		return "", err
	}
	q := doubt.Question{Key: "sheet", Flag: "--sheet NAME"}
	var only string
	for _, sheet := range sheets {
		g, err := readGrid(path, sheet.Name)
		if err != nil {
			return "", err
		}
		if sheet.Hidden || len(g.rows) == 0 {
			continue
		}
		only = sheet.Name
		q.Choices = append(q.Choices, doubt.Choice{Answer: sheet.Name, Means: fmt.Sprintf("%d columns", len(g.rows[0]))})
	}
	if name, given := s.desk.Given("sheet"); given || len(q.Choices) > 1 {
		q.Text = fmt.Sprintf("The workbook has %d sheets that hold something. Which one is to be read?", len(q.Choices))
		if !given {
			name, err = s.desk.Decide(q)
		} else if name, err = q.Understand(name); err != nil {
			return "", err
		}
		s.found.Source.Excel.Sheet, s.stopped = name, name == ""
		return name, err
	}
	if len(q.Choices) == 0 {
		return "", fmt.Errorf("reading %s: no visible sheet of it holds a value", path)
	}
	s.note("one visible sheet holds values: %q", only)
	return only, nil
}

// readGrid reads the first rows of a sheet.
func readGrid(path, sheet string) (*grid, error) {
	names := make([]string, 1024)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i+1)
	}
	t, err := xlsxfile.Open(path, xlsxfile.Options{Sheet: sheet, NoHeader: true, Columns: names})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	g := &grid{}
	var r record.Record
	for len(g.rows) < sheetRows {
		r.Rule = ""
		err := t.Next(&r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		cells := make([]string, len(r.Fields))
		for i, field := range r.Fields {
			cells[i] = record.Printable(field)
		}
		g.rows, g.numbers = append(g.rows, cells), append(g.numbers, int(r.Line))
	}
	g.narrow()
	return g, nil
}

// narrow leaves out the columns behind the last that holds anything.
func (g *grid) narrow() {
	width := 0
	for _, cells := range g.rows {
		for i, text := range cells {
			if strings.TrimSpace(text) != "" {
				width = max(width, i+1)
			}
		}
	}
	for i := range g.rows {
		g.rows[i] = g.rows[i][:min(width, len(g.rows[i]))]
	}
}

// excelHeader finds the row of the names: the first that is filled nearly as far as
// those below it.
func (s *sniffer) excelHeader(g *grid) error {
	widest := 0
	for _, cells := range g.rows[:min(len(g.rows), 60)] {
		widest = max(widest, count(cells))
	}
	at := 0
	for at < len(g.rows)-1 && count(g.rows[at])*10 < widest*6 {
		at++
	}
	span := headerRows(g.rows[at:])
	if at > 0 {
		s.found.Source.Excel.HeaderRow = g.numbers[at]
		s.note("the rows above row %d hold less than the others: a title", g.numbers[at])
	}
	if span > 1 {
		s.found.Source.Excel.HeaderRows = span
		s.note("the names span %d rows, joined by \" / \"", span)
		return nil
	}
	named, err := s.heading(g.rows[at:])
	if err == nil && !named && !s.stopped {
		s.found.Source.Excel.Columns = numbered(len(g.rows[at]))
	}
	return err
}

// headerRows is how many rows names span: where the first row has gaps that the
// second fills with words, above rows of numbers or dates.
func headerRows(rows [][]string) int {
	if len(rows) < 4 || count(rows[0]) == len(rows[0]) {
		return 1
	}
	gaps, filled := 0, 0
	for i, text := range rows[1] {
		if classOf(text) == number || classOf(text) == moment {
			return 1
		}
		if i < len(rows[0]) && strings.TrimSpace(rows[0][i]) == "" {
			gaps++
			if strings.TrimSpace(text) != "" {
				filled++
			}
		}
	}
	if gaps < 2 || filled*10 < gaps*8 {
		return 1
	}
	for _, text := range rows[2] {
		if c := classOf(text); c == number || c == moment {
			return 2
		}
	}
	return 1
}

func count(cells []string) (n int) {
	for _, text := range cells {
		if strings.TrimSpace(text) != "" {
			n++
		}
	}
	return n
}

// numbered are names for columns that have none.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("column_%d", i+1)
	}
	return names
}
