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
			format = strings.NewReplacer("1", match[2], "2", second(match)).Replace(format)
			formats = append(formats, format+time)
		}
	}
	return formats
}

// second is the mark between the second and third part of a date.
func second(match []string) string {
	if len(match) > 5 {
		return match[4]
	}
	return ""
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

var timeForm = regexp.MustCompile(`^([T ]*)([0-9]{1,2})(:|时|)([0-9]{2})(?:(:|分|)([0-9]{2})(秒?)(?:([.,])([0-9]{1,9}))?|分)? ?([AaPp][Mm])? ?(Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?$`)

// timeOf is the format of what follows a date: nothing, or a time of day.
func timeOf(text string) (format string, ok bool) {
	if text == "" {
		return "", true
	}
	m := timeForm.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	lead, hourMark, minuteMark, seconds, secondWord, fractionMark, fraction, half, zone := m[1], m[3], m[5], m[6], m[7], m[8], m[9], m[10], m[11]
	if hourMark == "" && (lead != "" && len(m[2]) != 2 || minuteMark != "" || half != "") {
		return "", false
	}
	format = lead + "%H" + hourMark + "%M"
	if half != "" {
		format = lead + "%I" + hourMark + "%M"
	}
	switch {
	case seconds != "":
		format += minuteMark + "%S" + secondWord
	case strings.HasSuffix(text, "分"):
		format += "分"
	}
	if fraction != "" {
		format += fractionMark + map[int]string{3: "%g", 6: "%f", 9: "%n"}[len(fraction)]
		if len(fraction)%3 != 0 {
			format = strings.TrimSuffix(format, fractionMark) + fractionMark + "%f"
		}
	}
	if half != "" {
		format += text[strings.LastIndex(strings.ToUpper(text), strings.ToUpper(half))-spaceBefore(text, half):][:spaceBefore(text, half)] + "%p"
	}
	if zone != "" {
		if strings.Contains(text, " "+zone) {
			format += " "
		}
		format += "%z"
	}
	return format, true
}

// spaceBefore is 1 where a blank stands before the mark of half the day.
func spaceBefore(text, half string) int {
	if strings.Contains(text, " "+half) {
		return 1
	}
	return 0
}

// hasTime says whether a format has a time of day.
func hasTime(format string) bool {
	return strings.Contains(format, "%H") || strings.Contains(format, "%I")
}
