package xlsxfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// readHeader reads the names of the columns, and stops in front of the first record.
func (s *Sheet) readHeader(o Options) error {
	if o.NoHeader {
		s.columns = record.UniqueNames(o.Columns)
		return s.passAbove(o.Header)
	}
	if err := s.passAbove(o.Header); err != nil {
		return err
	}
	first, rows := max(o.Header, 1), max(o.HeaderRows, 1)
	if !s.held {
		return s.fault("it holds no header", "ask the sender for it again, or correct the source's sheet and header row")
	}
	if o.Header == 0 {
		first = s.row.number
	}
	grid, err := s.readGrid(first, rows)
	if err != nil {
		return err
	}
	var merged []merge
	if rows > 1 {
		if merged, err = s.merges(first, rows); err != nil {
			return err
		}
	}
	names := grid.names(merged)
	if len(names) == 0 {
		return s.fault(fmt.Sprintf("row %d, which should be its header, holds no value", first), "correct the source's header row")
	}
	s.columns = record.UniqueNames(names)
	return nil
}

// passAbove passes the rows above one, and holds the first that it does not pass,
// if there is one.
func (s *Sheet) passAbove(number int) error {
	for {
		err := s.nextRow()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if s.row.number >= number {
			s.held = true
			return nil
		}
	}
}

// grid is the cells of a header.
type grid struct {
	first int // number of the first row
	rows  [][]string
}

// readGrid reads the rows of a header, the first of which is held.
func (s *Sheet) readGrid(first, rows int) (*grid, error) {
	g := &grid{first: first, rows: make([][]string, rows)}
	for {
		err := s.nextRow()
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return nil, err
		}
		if s.row.number >= first+rows {
			s.held = true
			return g, nil
		}
		if s.row.rule != "" {
			return nil, s.fault(fmt.Sprintf("row %d, of its header: %s", s.row.number, s.row.reason), resave)
		}
		cells := make([]string, len(s.row.fields))
		for i, value := range s.row.fields {
			cells[i] = strings.ReplaceAll(record.Printable(value), "\x00", "\uFFFD")
		}
		g.rows[s.row.number-first] = cells
	}
}

// names are the texts of each column, up to the last that has one.
func (g *grid) names(merged []merge) []string {
	width := 0
	for _, cells := range g.rows {
		width = max(width, len(cells))
	}
	for _, m := range merged {
		if g.text(m.top, m.left) != "" {
			width = max(width, m.right+1)
		}
	}
	cover := g.cover(merged, width)
	names := make([]string, width)
	for column := range names {
		var texts []string
		above := -1
		for i := range g.rows {
			m := cover[i*width+column] - 1
			text := g.text(g.first+i, column)
			if m >= 0 {
				text = g.text(merged[m].top, merged[m].left)
			}
			if text != "" && (m < 0 || m != above) {
				texts = append(texts, text)
			}
			above = m
		}
		names[column] = strings.Join(texts, " / ")
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	return names
}

// cover says for every cell of the header which merged cell covers it: its place
// in the list, from 1.
func (g *grid) cover(merged []merge, width int) []int {
	cover := make([]int, len(g.rows)*width)
	for n, m := range merged {
		for row := max(m.top, g.first); row <= min(m.bottom, g.first+len(g.rows)-1); row++ {
			for column := m.left; column <= min(m.right, width-1); column++ {
				cover[(row-g.first)*width+column] = n + 1
			}
		}
	}
	return cover
}

// text is a cell of the header, by the row's number and the column from 0.
func (g *grid) text(row, column int) string {
	if row < g.first || row >= g.first+len(g.rows) || column >= len(g.rows[row-g.first]) {
		return ""
	}
	return strings.Trim(g.rows[row-g.first][column], record.Blanks)
}

// merge is a merged cell: its rows from 1, its columns from 0.
type merge struct{ top, left, bottom, right int }

// merges reads the merged cells that lie in the header. They stand behind all rows
// of a sheet, so that this is a pass of its own.
func (s *Sheet) merges(first, rows int) ([]merge, error) {
	at := slices.IndexFunc(s.book.sheets, func(p sheetPart) bool { return p.Name == s.name })
	other, err := s.book.start(s.book.sheets[at])
	if err != nil {
		return nil, err
	}
	defer other.part.Close()
	var found []merge
	covered := 0
	for {
		kind, err := other.x.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if kind != xmltoken.Start {
			continue
		}
		switch string(other.x.Name()) {
		case "sheetData":
			err = other.x.Skip()
		case "mergeCell":
			if m, ok := mergeOf(attr(other.x, "ref")); ok && m.top < first+rows && m.bottom >= first {
				found = append(found, m)
				covered += (m.right - m.left + 1) * (min(m.bottom, first+rows-1) - max(m.top, first) + 1)
			}
			if covered > rows*maxColumn {
				err = s.fault("the merged cells of its header overlap", resave)
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

// mergeOf reads a range such as B1:D2.
func mergeOf(ref string) (merge, bool) {
	from, to, ok := strings.Cut(ref, ":")
	left, top, okFrom := place([]byte(from))
	right, bottom, okTo := place([]byte(to))
	return merge{top, left, bottom, right}, ok && okFrom && okTo && top <= bottom && left <= right
}
