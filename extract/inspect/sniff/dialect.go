package sniff

import (
	"fmt"
	"strings"
)

// A layout is a text as one dialect splits it, and how well that fits.
type layout struct {
	dialect
	rows     []row // comments, and lines before the first record, left out
	columns  int   // fields of nearly all rows
	skip     int   // lines before the first row
	comment  byte
	comments int
	odd      int // rows of another number of fields, the footer's left out
	quoted   int // cells in quotes
	bad      int // rows with text behind a closing quote
	footer   []row
	score    float64 // 0 to 1
}

// delimiters that are tried, the likeliest first; "" stands for runs of blanks.
var delimiters = []string{",", ";", "\t", "|", "||", "|~|", "~|~", "|#|", "@@", "##", "^", "~", "\x01", "\x1f", "¦", ""}

// layouts splits the text in every way and returns the best, or nil where none
// makes columns of it; rivals are others that fit nearly as well. whole says that
// the text is all of the file.
func layouts(text string, whole bool) (best *layout, rivals []*layout) {
	text = text[:min(len(text), 256<<10)]
	var all []*layout
	for _, delimiter := range delimiters {
		if delimiter != "" && !strings.Contains(text, delimiter) {
			continue
		}
		for _, d := range quotings(text, delimiter) {
			if l := lay(text, d, whole); l != nil {
				all = append(all, l)
			}
		}
	}
	for _, l := range all {
		if best == nil || l.score > best.score {
			best = l
		}
	}
	for _, l := range all {
		if l != best && l.delimiter != best.delimiter && l.score > best.score-0.02 {
			rivals = append(rivals, l)
		}
	}
	return best, rivals
}

// quotings are the ways to quote that a text may follow with a delimiter, the
// plainest first.
func quotings(text, delimiter string) []dialect {
	plain := dialect{delimiter: delimiter}
	if len(delimiter) != 1 || delimiter[0] >= 0x80 {
		return []dialect{plain}
	}
	ways := []dialect{{delimiter: delimiter, quote: '"', escape: '"'}}
	if strings.Contains(text, `\"`) {
		ways = append(ways, dialect{delimiter: delimiter, quote: '"', escape: '\\'})
	}
	if strings.Contains(text, delimiter+"'") {
		ways = append(ways, dialect{delimiter: delimiter, quote: '\'', escape: '\''})
	}
	if strings.Contains(text, `"`) {
		ways = append(ways, plain)
	}
	return ways
}

// lay splits a text by a dialect; nil where that gives no columns.
func lay(text string, d dialect, whole bool) *layout {
	rows, unclosed := split(text, d)
	if !whole && len(rows) < rowLimit && len(rows) > 1 {
		rows = rows[:len(rows)-1] // it may be cut off
	}
	l := &layout{dialect: d, rows: rows}
	if l.columns = commonest(rows); l.columns < 2 {
		return nil
	}
	l.findComments()
	l.findBegin()
	if whole {
		l.findEnd()
	}
	l.judge(unclosed && whole)
	return l
}

// commonest is the number of fields that most rows have, weighted so that a table
// below a long preamble wins.
func commonest(rows []row) int {
	counts := map[int]int{}
	for _, r := range rows {
		counts[len(r.cells)]++
	}
	best, most := 0, 0
	for fields, n := range counts {
		if fields < 2 {
			continue
		}
		if n > most || n == most && fields > best {
			best, most = fields, n
		}
	}
	if most*3 < len(rows) {
		return 0
	}
	return best
}

// commentMarks may begin lines that are comments.
const commentMarks = "#%!*/;'"

// findComments leaves out lines that begin with a mark and are no rows. A first line
// like "#id,name" is a header.
func (l *layout) findComments() {
	for _, mark := range []byte(commentMarks) {
		marked, fitting := 0, 0
		for _, r := range l.rows {
			if !r.cells[0].quoted && strings.HasPrefix(r.cells[0].text, string(mark)) {
				marked++
				if len(r.cells) == l.columns {
					fitting++
				}
			}
		}
		if marked == 0 || fitting*2 > marked || mark != '#' && marked < 2 {
			continue
		}
		l.comment, l.comments = mark, marked
		kept := l.rows[:0:0]
		for _, r := range l.rows {
			if r.cells[0].quoted || !strings.HasPrefix(r.cells[0].text, string(mark)) {
				kept = append(kept, r)
			}
		}
		l.rows = kept
		return
	}
}

// beginLimit is how many rows may stand before the first record.
const beginLimit = 50

// findBegin leaves out what stands before the first row of the right width, such as
// a report's title.
func (l *layout) findBegin() {
	for i, r := range l.rows {
		if i > beginLimit {
			return
		}
		if len(r.cells) == l.columns && l.steady(i) {
			if i > 0 {
				l.skip = r.line - 1
			}
			l.rows = l.rows[i:]
			return
		}
	}
}

// steady says whether of the next rows nearly all have the right width.
func (l *layout) steady(from int) bool {
	next := l.rows[from:min(from+10, len(l.rows))]
	right := 0
	for _, r := range next {
		if len(r.cells) == l.columns {
			right++
		}
	}
	return right*10 >= len(next)*7
}

// findEnd takes rows at the end for a footer that are of another width or begin with
// a word such as total.
func (l *layout) findEnd() {
	l.rows, l.footer = cutFooter(l.rows, l.columns)
}

func (l *layout) judge(unclosed bool) {
	cells, cleanCells := 0, 0
	for _, r := range l.rows {
		if len(r.cells) != l.columns {
			l.odd++
			continue
		}
		if r.bad {
			l.bad++
		}
		for _, c := range r.cells {
			cells++
			if c.quoted {
				l.quoted++
			}
			if clean(c) {
				cleanCells++
			}
		}
	}
	if cells == 0 {
		return
	}
	steady := 1 - float64(l.odd)/float64(len(l.rows))
	l.score = steady * steady * (0.2 + 0.8*float64(cleanCells)/float64(cells)) * (1 - 0.3/float64(l.columns))
	l.score *= 1 - min(1, 2*float64(l.bad)/float64(len(l.rows)))
	l.score *= 1 - min(0.3, 0.1*float64(len(l.footer)+l.skip)/float64(len(l.rows)))
	l.score *= 1 - 0.5*float64(l.hollow())/float64(l.columns)
	if unclosed {
		l.score /= 2
	}
	switch {
	case l.delimiter == "" && steady < 0.98:
		l.score = 0
	case l.delimiter == "":
		l.score *= 0.9
	case l.quote == 0 && len(l.delimiter) == 1:
		l.score *= 0.99
	case len(l.delimiter) > 1:
		l.score *= 1.01 // it says more than its first character
	}
}

// hollow counts the columns that are empty even in the first row: half of them are
// where a mark is doubled.
func (l *layout) hollow() (n int) {
	filled := make([]bool, l.columns)
	for _, r := range l.rows {
		for i, c := range r.cells {
			if i < len(filled) && c.text != "" {
				filled[i] = true
			}
		}
	}
	for _, f := range filled {
		if !f {
			n++
		}
	}
	return n
}

// describe says what speaks for the layout.
func (l *layout) describe() string {
	name := map[string]string{"": "runs of blanks", "\t": "a tab", "\x01": `\x01`, "\x1f": `\x1f`}[l.delimiter]
	if name == "" {
		name = fmt.Sprintf("%q", l.delimiter)
	}
	return fmt.Sprintf("%s between fields: %d of the first %d rows have %d of them", name, len(l.rows)-l.odd, len(l.rows), l.columns)
}
