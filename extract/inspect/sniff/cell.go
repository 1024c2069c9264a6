package sniff

import (
	"regexp"
	"strings"
)

// A class is what a cell looks like, roughly: enough to tell a header from what
// stands below it.
type class int

const (
	empty class = iota
	number
	moment
	words
)

var (
	looksNumber = regexp.MustCompile(`^[+-]?[0-9][0-9.,' ]*%?-?$|^[+-]?\.[0-9]+$`)
	looksMoment = regexp.MustCompile(`^[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?([ T].*)?$|^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$`)
)

func classOf(text string) class {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return empty
	case len(text) > 60:
		return words
	case looksMoment.MatchString(text):
		return moment
	case looksNumber.MatchString(text):
		return number
	}
	return words
}

// clean says whether a cell holds nothing that may be a mark between or around
// fields: the more do, the likelier another dialect.
func clean(c cell) bool {
	if c.quoted {
		return true
	}
	text := strings.TrimSpace(c.text)
	if text == "" || classOf(text) != words {
		return true
	}
	if strings.ContainsAny(text[:1], `"'`) || strings.ContainsAny(text[len(text)-1:], `"'`) {
		return false
	}
	return !strings.ContainsAny(text, ",;|\t^~\x01\x1f¦")
}
