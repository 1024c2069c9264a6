package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nightjar/internal/duck"
)

// formatPart matches a part of a format, or the text between two.
var formatPart = regexp.MustCompile(`%-?[A-Za-z%]|[^%]+`)

// partDigits is how many digits the parts of a format have, where none is left out.
var partDigits = map[string]int{"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%I": 2, "%M": 2, "%S": 2, "%j": 3}

// zoneOffset matches the offsets from UTC that zones have.
const zoneOffset = `[+-](0[0-9]|1[0-4])(:?[0-5][0-9]){0,2}`

// inForm is the condition that a text which strptime reads has the form of the format,
// as far as strptime does not see to it; "" where it does. It takes any offset from
// UTC, such as +25:00; and it takes too few digits also where no mark parts the
// numbers: 2024115 under %Y%m%d is the 5th of November to it, and may as well be the
// 15th of January.
func inForm(text, format string) string {
	parts := formatPart.FindAllString(format, -1)
	isNumber := func(i int) bool {
		return i >= 0 && i < len(parts) && (partDigits[parts[i]] > 0 || slices.Contains([]string{"%f", "%g", "%n"}, parts[i]))
	}
	form, width, demanded := "", 0, false
	for i, part := range parts {
		digits := partDigits[part]
		width += digits
		switch {
		case part == "%z":
			form, demanded = form+zoneOffset, true
		case digits > 0 && (isNumber(i-1) || isNumber(i+1)):
			form, demanded = form+fmt.Sprintf("[0-9]{%d}", digits), true
		case part[0] != '%':
			form += strings.ReplaceAll(regexp.QuoteMeta(part), " ", `\s*`)
		default:
			form += ".+"
		}
	}
	switch onlyDigits := !slices.ContainsFunc(parts, func(part string) bool { return partDigits[part] == 0 }); {
	case !demanded:
		return ""
	case onlyDigits:
		return fmt.Sprintf("strlen(%s) = %d", text, width)
	}
	return fmt.Sprintf("regexp_full_match(%s, %s)", text, duck.Text(form))
}
