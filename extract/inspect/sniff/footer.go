package sniff

import (
	"regexp"
	"slices"
	"strings"
)

// footerLimit is how many rows at the end may be none.
const footerLimit = 20

// totalWords begin a line that adds up the others, in the languages that we know.
var totalWords = regexp.MustCompile(`(?i)^\W*(合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|总\s*数|共\s*\d+|記錄數|记录数|合計|總計|` +
	`totals?|grand total|sub-?total|summe|gesamt|gesamtsumme|endsumme|anzahl|soma|totais|records?|row ?count|trailer|eof)([\s:：;,=.\d(（]|$)`)

// cutFooter splits rows at the end off that are no records: of another width, or a
// total. A last row that is merely short is kept: the file may be cut off.
func cutFooter(rows []row, columns int) (records, footer []row) {
	at := len(rows)
	for at > 1 && len(rows)-at < footerLimit && endsRecords(rows[at-1], columns) {
		at--
	}
	return rows[:at], rows[at:]
}

func endsRecords(r row, columns int) bool {
	if len(r.cells) == columns {
		return isTotal(r) && (filled(r) < columns || columns <= 2)
	}
	return isTotal(r) || len(r.cells) < columns && filled(r) <= max(1, columns/2) && !hasNumber(r)
}

// isTotal says whether a row's first text begins with a word such as total.
func isTotal(r row) bool {
	for _, c := range r.cells {
		if text := strings.TrimSpace(c.text); text != "" {
			return totalWords.MatchString(text)
		}
	}
	return false
}

func filled(r row) (n int) {
	for _, c := range r.cells {
		if strings.TrimSpace(c.text) != "" {
			n++
		}
	}
	return n
}

func hasNumber(r row) bool {
	return slices.ContainsFunc(r.cells, func(c cell) bool { return classOf(c.text) == number })
}
