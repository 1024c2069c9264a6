package evidence

import (
	"regexp"
	"strings"
)

// formatsOf lists the strptime formats in which a text may be a date or a point in
// time, by its form alone.
func formatsOf(text string) []string {
	var formats []string
	for _, day := range dayForms {
		match := day.form.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		time, ok := timeOf(match[len(match)-1])
		if !ok {
			continue
		}
		for _, format := range day.formats {
			format = strings.NewReplacer("1", match[2], "2", match[4]).Replace(format)
			if !strings.HasPrefix(format, "%m.") { // nobody writes points between month and day
				formats = append(formats, format+time)
			}
		}
	}
	return formats
}

// A dayForm is a form of dates; in its formats, 1 and 2 stand for the marks between
// the parts. The last group is what follows.
type dayForm struct {
	form    *regexp.Regexp
	formats []string
}

var dayForms = []dayForm{
	{regexp.MustCompile(`^([0-9]{4})([-/.])([0-9]{1,2})([-/.])[0-9]{1,2}($|[T ].*$)`), []string{"%Y1%m2%d"}},
	{regexp.MustCompile(`^([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])[0-9]{4}($|[T ].*$)`), []string{"%d1%m2%Y", "%m1%d2%Y"}},
	{regexp.MustCompile(`^([0-9]{2})([-/.])([0-9]{1,2})([-/.])[0-9]{2}($|[T ].*$)`), []string{"%d1%m2%y", "%m1%d2%y", "%y1%m2%d"}},
	{regexp.MustCompile(`^([0-9])([-/.])([0-9]{1,2})([-/.])[0-9]{2}($|[T ].*$)`), []string{"%d1%m2%y", "%m1%d2%y"}},
	{regexp.MustCompile(`^((?:19|20|21)[0-9]{2})()([0-9]{2})()[0-9]{2}($|[T ].*$)`), []string{"%Y%m%d"}},
	{regexp.MustCompile(`^((?:19|20|21)[0-9]{2})()([0-9]{2})()[0-9]{2}([0-9]{4}(?:[0-9]{2})?$)`), []string{"%Y%m%d"}},
	{regexp.MustCompile(`^([0-9]{4})(年)([0-9]{1,2})(月)[0-9]{1,2}日($| ?[0-9].*$)`), []string{"%Y1%m2%d日"}},
	{regexp.MustCompile(`^([0-9]{1,2})([- ])([A-Za-z]{3})([- ])[0-9]{4}($|[T ].*$)`), []string{"%d1%b2%Y"}},
	{regexp.MustCompile(`^([0-9]{1,2})([- ])([A-Za-z]{3})([- ])[0-9]{2}($|[T ].*$)`), []string{"%d1%b2%y"}},
	{regexp.MustCompile(`^([A-Za-z]{3})( )([0-9]{1,2})(, | )[0-9]{4}($|[T ].*$)`), []string{"%b1%d2%Y"}},
	{regexp.MustCompile(`^([A-Za-z]{4,9})( )([0-9]{1,2})(, | )[0-9]{4}($|[T ].*$)`), []string{"%B1%d2%Y"}},
}

var timeForm = regexp.MustCompile(`^([T ]*)([0-9]{1,2})(:|时|)[0-9]{2}` + // 1 lead, 2 hour, 3 mark
	`(?:(:|分|)[0-9]{2}(?:([.,])([0-9]{1,9}))?(秒?))?(分?)` + // 4 mark, 5 and 6 fraction, 7 and 8 words behind
	`(?:( ?)[AaPp][Mm])?(?:( ?)(Z|[+-][0-9]{2}(?::?[0-9]{2})?))?$`) // 9 blank, 10 blank, 11 zone

// timeOf is the format of what follows a date: nothing, or a time of day.
func timeOf(text string) (format string, ok bool) {
	if text == "" {
		return "", true
	}
	at := timeForm.FindStringSubmatchIndex(text)
	if at == nil {
		return "", false
	}
	group := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	has := func(n int) bool { return at[2*n] >= 0 }
	hour := "%H"
	if has(9) {
		hour = "%I"
	}
	format = group(1) + hour + group(3) + "%M"
	if has(4) {
		format += group(4) + "%S"
	}
	switch {
	case len(group(6)) > 6:
		format += group(5) + "%n"
	case has(6):
		format += group(5) + "%f"
	}
	format += group(7) + group(8)
	if has(9) {
		format += group(9) + "%p"
	}
	switch {
	case group(11) == "Z":
		format += group(10) + "Z" // which %z does not know
	case has(11):
		format += group(10) + "%z"
	}
	return format, true
}

// hasTime says whether a format has a time of day.
func hasTime(format string) bool {
	return strings.Contains(format, "%H") || strings.Contains(format, "%I")
}
