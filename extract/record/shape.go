package record

import (
	"strings"
	"unicode"
)

// shapeLimit is the length in characters at which a shape is cut.
const shapeLimit = 40

// Shape is what a text looks like, without what it says: 9 for a digit, A for a
// capital letter, a for any other letter, 字 for a Chinese character or one like it;
// everything else as it stands.
func Shape(text string) string {
	var b strings.Builder
	length := 0
	for _, r := range text {
		if length == shapeLimit {
			return b.String() + "…"
		}
		length++
		switch {
		case unicode.IsDigit(r):
			r = '9'
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			r = '字'
		case unicode.IsUpper(r):
			r = 'A'
		case unicode.IsLetter(r):
			r = 'a'
		}
		b.WriteRune(r)
	}
	return b.String()
}
