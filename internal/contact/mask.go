package contact

import "strings"

// MaskPhone hides the middle of a number in the form of [E164]: +86 138****1234.
func MaskPhone(number string) string {
	dialled := strings.TrimPrefix(number, "+")
	for n := 1; n <= 3 && n < len(dialled); n++ {
		if mainCountry(dialled[:n]) != nil {
			return "+" + dialled[:n] + " " + mask(dialled[n:])
		}
	}
	return mask(number)
}

// MaskEmail hides all but the first letter of the name: w***@example.cn.
func MaskEmail(address string) string {
	name, domain, found := strings.Cut(address, "@")
	if !found || name == "" {
		return mask(address)
	}
	return string([]rune(name)[:1]) + "***@" + domain
}

// MaskCode hides the middle of a card's number: 880****0001.
func MaskCode(code string) string { return mask(code) }

// mask shows, of ten characters or more, the first three and the last four, of
// fewer only the last one in five.
func mask(text string) string {
	runes := []rune(text)
	if len(runes) >= 10 {
		return string(runes[:3]) + "****" + string(runes[len(runes)-4:])
	}
	return "****" + string(runes[len(runes)-len(runes)/5:])
}
