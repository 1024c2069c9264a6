package evidence

import (
	"strings"
	"testing"
)

func TestATextsFormSaysInWhichFormatsItMayBeADate(t *testing.T) {
	for text, want := range map[string]string{
		"2024-01-31":                 "%Y-%m-%d",
		"2024/1/1 8:41":              "%Y/%m/%d %H:%M",
		"2024-01-31T08:41:05.120Z":   "%Y-%m-%dT%H:%M:%S.%fZ",
		"2024-01-31 08:41:05+08:00":  "%Y-%m-%d %H:%M:%S%z",
		"31.01.2024":                 "%d.%m.%Y",
		"03/04/2024":                 "%d/%m/%Y or %m/%d/%Y",
		"1/2/2024 3:04 PM":           "%d/%m/%Y %I:%M %p or %m/%d/%Y %I:%M %p",
		"03.04.05":                   "%d.%m.%y or %y.%m.%d",
		"20240131":                   "%Y%m%d",
		"20240131084105":             "%Y%m%d%H%M%S",
		"20240131 0841":              "%Y%m%d %H%M",
		"2024年1月31日":                 "%Y年%m月%d日",
		"2024年1月31日 8时41分":           "%Y年%m月%d日 %H时%M分",
		"2024年1月31日 08:41:05":        "%Y年%m月%d日 %H:%M:%S",
		"31-Jan-24":                  "%d-%b-%y",
		"31 Jan 2024 23:59":          "%d %b %Y %H:%M",
		"March 5, 2024":              "%B %d, %Y",
		"2024-01-31 08:41:05.123456": "%Y-%m-%d %H:%M:%S.%f",
		"12345678":                   "",
		"2024-01-31 at noon":         "",
		"1.234":                      "",
		"10.0.0.1":                   "",
		"":                           "",
	} {
		if got := strings.Join(formatsOf(text), " or "); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}
