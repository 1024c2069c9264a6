package readers

import (
	"fmt"
	"strings"

	"nightjar/internal/config"
	"nightjar/internal/duck"
)

// blanks around a value are no part of it: space, tab, no-break space, and the
// ideographic space of Chinese and Japanese text.
const blanks = " \t\u00a0\u3000"

// Trimmed is the SQL of a text without blanks around it, null where nothing is left.
func Trimmed(text string) string {
	return fmt.Sprintf("nullif(trim(%s, %s), '')", text, duck.Text(blanks))
}

// NumberSQL is the SQL that makes of a number's text, written as formats say, one
// that a cast takes: a point before decimals, no marks between thousands. A point
// where formats have a comma makes text of it that no cast takes.
func NumberSQL(text string, formats config.Formats) string {
	if formats.Thousands != "" {
		text = fmt.Sprintf("replace(%s, %s, '')", text, duck.Text(formats.Thousands))
	}
	if formats.Decimal == "," {
		text = fmt.Sprintf("translate(%s, ',.', '.x')", text)
	}
	return text
}

// Number is NumberSQL in Go, blanks around the number cut off.
func Number(text string, formats config.Formats) string {
	text = strings.TrimSpace(text)
	if formats.Thousands != "" {
		text = strings.ReplaceAll(text, formats.Thousands, "")
	}
	if formats.Decimal == "," {
		text = strings.NewReplacer(",", ".", ".", "x").Replace(text)
	}
	return text
}
