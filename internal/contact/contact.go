// Package contact brings what people write into forms (telephone numbers,
// e-mail addresses, numbers of cards) into one form, so that equal values are
// equal texts, and hides such values from those who need not see them.
package contact

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Forms changes when the same text may come into another form than before, by this package
// or by what it stands on: whatever keeps forms is then worked out anew.
const Forms = "1, github.com/nyaruka/phonenumbers v1.8.1, golang.org/x/text v0.43.0"

// Code is the one form of a card's number or a master id: full-width
// characters as half-width ones (NFKC), without blanks and invisible
// characters around it. False means that it names nobody: it has no letter and
// no digit but 0.
func Code(text string) (string, bool) {
	text = plain(text)
	names := strings.ContainsFunc(text, func(r rune) bool { return r != '0' && (unicode.IsLetter(r) || unicode.IsNumber(r)) })
	return text, names
}

// Email is the one form of an address: plain as a [Code], in small letters.
// False means that it is none: it needs one @ with a name before it and a
// domain of two or more parts after it, and no blanks.
//
// Addresses that only look made up (none@…, test@…, noreply@…) are addresses
// all the same: which of them stand for nobody shows in how many keys share one.
func Email(text string) (string, bool) {
	text = strings.ToLower(plain(text))
	name, domain, found := strings.Cut(text, "@")
	if !found || name == "" || strings.ContainsFunc(text, hidden) || strings.Contains(domain, "@") {
		return "", false
	}
	parts := strings.Split(domain, ".")
	return text, len(parts) > 1 && !slices.Contains(parts, "")
}

// plain is a text in its compatibility form, without what cannot be seen around it.
func plain(text string) string {
	return strings.TrimFunc(norm.NFKC.String(text), hidden)
}

// hidden are blanks of any kind, and characters without a shape, such as the
// byte order mark.
func hidden(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
