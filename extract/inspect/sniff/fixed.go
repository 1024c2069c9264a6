package sniff

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"nightjar/internal/config"
)

// A ruler is where the columns of a text of fixed width may lie.
type ruler struct {
	widths []config.Width
	byByte bool
	header bool // the first line is unlike the others
	glued  bool // columns meet without a blank between them
	why    string
}

// fixedLines is how many lines are measured.
const fixedLines = 2000

// measure finds the columns of a text whose lines are all equally long; nil where
// they are not. raw is the text in its own encoding, in which old systems count.
func measure(raw, decoded []byte) *ruler {
	characters, bytesOf := lengths(decoded, utf8.RuneCount), lengths(raw, func(line []byte) int { return len(line) })
	var lines [][]rune
	r := &ruler{}
	switch {
	case characters > 0:
		for line := range bytes.Lines(decoded) {
			lines = append(lines, []rune(string(bytes.TrimRight(line, "\r\n"))))
		}
		r.why = fmt.Sprintf("all lines have %d characters", characters)
	case bytesOf > 0:
		r.byByte = true
		for line := range bytes.Lines(raw) {
			lines = append(lines, wide(bytes.TrimRight(line, "\r\n")))
		}
		r.why = fmt.Sprintf("all lines have %d bytes, but not equally many characters", bytesOf)
	default:
		return nil
	}
	lines = lines[:min(len(lines), fixedLines)]
	r.header = headed(lines)
	body := lines
	if r.header {
		body = lines[1:]
	}
	starts, glued := edges(body)
	r.glued = glued
	if len(starts) < 2 {
		return nil
	}
	for i, from := range starts {
		w := config.Width{Name: fmt.Sprintf("column_%d", i+1), From: from + 1}
		if i+1 < len(starts) {
			w.Width = starts[i+1] - from
		}
		if r.header && !r.byByte {
			if name := strings.TrimSpace(string(cut(lines[0], from, w.Width))); name != "" {
				w.Name = name
			}
		}
		r.widths = append(r.widths, w)
	}
	return r
}

// lengths is the length that nearly all lines have; 0 where they differ.
func lengths(text []byte, measure func([]byte) int) int {
	counts, lines := map[int]int{}, 0
	for line := range bytes.Lines(text) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 && lines < fixedLines {
			counts[measure(line)]++
			lines++
		}
	}
	for length, n := range counts {
		if length >= 8 && n >= 3 && n*100 >= lines*98 {
			return length
		}
	}
	return 0
}

// wide spreads bytes so that each is one place; those beyond ASCII count as letters.
func wide(line []byte) []rune {
	places := make([]rune, len(line))
	for i, b := range line {
		places[i] = rune(b)
		if b >= utf8.RuneSelf {
			places[i] = '字'
		}
	}
	return places
}

// headed says whether the first line has no digit where all others have some.
func headed(lines [][]rune) bool {
	if len(lines) < 3 || strings.ContainsFunc(string(lines[0]), unicode.IsDigit) {
		return false
	}
	for _, line := range lines[1:] {
		if !strings.ContainsFunc(string(line), unicode.IsDigit) {
			return false
		}
	}
	return true
}

// place counts what stands at one place of all lines.
type place struct{ blank, digit, letter, other int }

func (p place) kind() byte {
	all := p.digit + p.letter + p.other
	switch {
	case all == 0:
		return ' '
	case p.digit*100 >= all*98:
		return '9'
	case p.letter*100 >= all*98:
		return 'a'
	}
	return '?'
}

// edges finds where columns begin: behind places that are blank in every line, and
// where digits give way to letters in all, glued to them.
func edges(lines [][]rune) (starts []int, glued bool) {
	places := census(lines)
	if len(places) == 0 {
		return nil, false
	}
	starts = []int{0}
	for i := 1; i < len(places); i++ {
		before, here := places[i-1], places[i]
		switch {
		case here.kind() == ' ':
		case before.kind() == ' ':
			starts = append(starts, i)
		case before.kind() == '9' && here.kind() == 'a': // not a9, which codes are
			starts, glued = append(starts, i), true
		case before.blank*10 > 9*len(lines) && here.blank == 0:
			starts = append(starts, i)
		}
	}
	return starts, glued
}

func census(lines [][]rune) []place {
	var places []place
	for _, line := range lines {
		for len(places) < len(line) {
			places = append(places, place{})
		}
		for i, r := range line {
			switch {
			case r == ' ':
				places[i].blank++
			case unicode.IsDigit(r):
				places[i].digit++
			case unicode.IsLetter(r):
				places[i].letter++
			default:
				places[i].other++
			}
		}
	}
	return places
}

func cut(line []rune, from, width int) []rune {
	to := len(line)
	if width > 0 {
		to = min(to, from+width)
	}
	return line[min(from, to):to]
}
