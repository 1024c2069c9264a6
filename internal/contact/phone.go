package contact

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// IsCountry says whether numbers of the country, an ISO 3166 code of two
// letters such as CN, are known.
func IsCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// E164 is the one form of a telephone number, +8613812345678: country code and
// number, without spaces, extension or what else is written beside it. Country
// is the one, by its ISO 3166 code, that a number without a country code lies
// in. False means that it is no number that its country could have given out.
//
// Full-width digits are digits. Of several numbers in one text the first counts.
func E164(text, country string) (string, bool) {
	dialled, extension := digits(text)
	if number, ok := number(dialled, country); ok || extension == 0 {
		return number, ok
	}
	return number(dialled[:extension], country)
}

// number is the number that the digits, perhaps after a plus sign, dial.
func number(dialled, country string) (string, bool) {
	if len(dialled) < shortest || strings.Trim(dialled, "+0") == "" {
		return "", false
	}
	number, answer := common(dialled, country)
	if answer == unknown {
		return official(dialled, country)
	}
	return number, answer == yes
}

// official is what Google's rules make of the digits.
func official(dialled, country string) (string, bool) {
	parsed, err := phonenumbers.Parse(dialled, country)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", false
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), true
}

const (
	// shortest and longest are how many digits a number may have, as dialled
	// from its own country and from abroad.
	shortest, longest = 4, 24
	// complete is from how many digits on a stroke ends a number, and does not
	// set an area code apart.
	complete = 8
	// extended is how many digits an extension after a dash may have.
	extended = 5
)

// digits are the first digits of a text, with the plus sign before them. They
// end where something else stands than what sets groups apart: an extension, a
// name, a second number. Extension is where, perhaps, one begins after a last
// dash; 0 means nowhere.
func digits(text string) (dialled string, extension int) {
	var found [longest + 1]byte
	n := 0
	for _, r := range text {
		switch d := digit(r); {
		case d != 0 && n == len(found):
			return "", 0
		case d != 0:
			found[n] = d
			n++
		case n == 0 && plus(r):
			found[n] = '+'
			n++
		case n == 0 || n == 1 && found[0] == '+' && apart(r):
		case dash(r):
			extension = n
		case r == '/' && n < complete, apart(r):
		default:
			return string(found[:n]), lastGroup(n, extension)
		}
	}
	return string(found[:n]), lastGroup(n, extension)
}

// lastGroup is where the extension begins, if the digits from there on may be one.
func lastGroup(n, begin int) int {
	if n == begin || n-begin > extended {
		return 0
	}
	return begin
}

func digit(r rune) byte {
	switch {
	case r >= '0' && r <= '9':
		return byte(r)
	case r >= '０' && r <= '９':
		return byte(r-'０') + '0'
	}
	return 0
}

func plus(r rune) bool { return r == '+' || r == '＋' }

func dash(r rune) bool {
	return r == '-' || r >= '‐' && r <= '―' || r == '−' || r == 'ー' || r == '－'
}

// apart says whether the character only sets digits apart.
func apart(r rune) bool {
	switch r {
	case ' ', '.', '(', ')', '[', ']', '·', '．', '（', '）':
		return true
	}
	return r > unicode.MaxASCII && hidden(r) || r == '\t'
}
