package contact

import (
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// An answer is what the quick way says of a number.
type answer int

const (
	unknown answer = iota
	yes
	no
)

// common tells the usual numbers, and what surely is none, from the few that
// the library must look at: it takes a hundredth of the library's time. The
// tests compare the two for every country.
func common(dialled, country string) (string, answer) {
	if abroad, isPlus := strings.CutPrefix(dialled, "+"); isPlus {
		return international(abroad)
	}
	home := countryOf(country)
	if home == nil {
		return "", unknown
	}
	if abroad, out := strings.CutPrefix(dialled, "00"); out && home.dialsOut {
		return international(abroad)
	}
	if home.out.begins(dialled) {
		return "", unknown
	}
	return home.local(dialled)
}

// international recognises country code and number.
func international(dialled string) (string, answer) {
	for n := 1; n <= 3 && n < len(dialled); n++ {
		known, given := mainCountries()[dialled[:n]]
		if !given {
			continue
		}
		main, rest := known(), dialled[n:]
		switch {
		case main == nil, main.twofold(rest), main.strip.begins(rest):
			return "", unknown
		case main.numbers.match(rest):
			return "+" + dialled, yes
		}
		return "", no
	}
	return "", unknown
}

// A numbering is how numbers of one country look.
type numbering struct {
	// code is the country's, shared with others perhaps. Trunk may stand before
	// a number dialled within the country; "" where nothing does.
	code, trunk string
	// out is what dials other countries, dialsOut that 00 alone does.
	out      *automaton
	dialsOut bool
	// strip is what the library may cut off before a number: the trunk prefix,
	// a carrier's.
	strip *automaton
	// possible are texts that the library would try as a number of the country,
	// numbers all that it and those with the same code give out.
	possible, numbers *automaton
}

// local recognises a number dialled within the country, if there is one way
// alone to read it: as it stands, after the trunk prefix, or after the
// country's own code.
func (p *numbering) local(dialled string) (string, answer) {
	readings := append(make([]string, 0, 3), dialled)
	if p.strip.begins(dialled) {
		rest, trunk := strings.CutPrefix(dialled, p.trunk)
		if !trunk || !p.strip.beginsAlone(dialled, len(p.trunk)) {
			return "", unknown
		}
		readings = append(readings, rest)
	}
	if rest, cut := strings.CutPrefix(dialled, p.code); cut && !p.possible.match(dialled) {
		if p.strip.begins(rest) || mainCountry(p.code).strip.begins(rest) {
			return "", unknown
		}
		readings = append(readings, rest)
	}
	number, is := "", no
	for i, rest := range readings {
		switch {
		case !p.numbers.match(rest):
		case is == yes, p.twofold(rest), i > 0 && !p.possible.match(rest):
			return "", unknown
		default:
			number, is = "+"+p.code+rest, yes
		}
	}
	return number, is
}

// twofold says whether the number may also be the country's code and a shorter one.
func (p *numbering) twofold(number string) bool {
	return len(p.code) > 1 && strings.HasPrefix(number, p.code)
}

var (
	metadata = sync.OnceValue(func() []*phonenumbers.PhoneMetadata {
		all, err := phonenumbers.MetadataCollection()
		if err != nil {
			panic(err) // it lies in the binary, and was read when the program began
		}
		return all.GetMetadata()
	})
	// numberings by country, each made when first asked for.
	numberings = sync.OnceValue(func() map[string]func() *numbering {
		patterns := map[string][]string{}
		for _, m := range metadata() {
			patterns[codeOf(m)] = append(patterns[codeOf(m)], patternsOf(m)...)
		}
		numbers := map[string]func() *automaton{}
		for code, list := range patterns {
			numbers[code] = sync.OnceValue(func() *automaton { return newAutomaton(strings.Join(list, "|")) })
		}
		all := map[string]func() *numbering{}
		for _, m := range metadata() {
			all[m.GetId()] = sync.OnceValue(func() *numbering { return newNumbering(m, numbers[codeOf(m)]()) })
		}
		return all
	})
	// mainCountries are those, by code, that set the rules for all that share it;
	// nil for codes that are no country's.
	mainCountries = sync.OnceValue(func() map[string]func() *numbering {
		all := map[string]func() *numbering{}
		for _, m := range metadata() {
			all[codeOf(m)] = func() *numbering { return nil }
			if m.GetId() != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
				all[codeOf(m)] = numberings()[phonenumbers.GetRegionCodeForCountryCode(int(m.GetCountryCode()))]
			}
		}
		return all
	})
)

func newNumbering(m *phonenumbers.PhoneMetadata, numbers *automaton) *numbering {
	out := m.GetInternationalPrefix()
	return &numbering{
		code: codeOf(m), trunk: m.GetNationalPrefix(),
		out: newAutomaton(out), dialsOut: out == "00" || strings.HasPrefix(out, "00|"),
		strip:    newAutomaton(m.GetNationalPrefixForParsing()),
		possible: newAutomaton(m.GetGeneralDesc().GetNationalNumberPattern()), numbers: numbers,
	}
}

// countryOf is the numbering of a country; nil when it is not known.
func countryOf(country string) *numbering {
	if known := numberings()[country]; known != nil {
		return known()
	}
	return nil
}

// mainCountry is the numbering of the one that sets the rules for a code; nil
// when the code is nobody's.
func mainCountry(code string) *numbering {
	if known := mainCountries()[code]; known != nil {
		return known()
	}
	return nil
}

func codeOf(m *phonenumbers.PhoneMetadata) string { return strconv.Itoa(int(m.GetCountryCode())) }

func patternsOf(m *phonenumbers.PhoneMetadata) []string {
	var patterns []string
	for _, d := range []*phonenumbers.PhoneNumberDesc{
		m.GetMobile(), m.GetFixedLine(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(),
		m.GetVoip(), m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	} {
		if pattern := d.GetNationalNumberPattern(); pattern != "" && pattern != "NA" {
			patterns = append(patterns, "(?:"+pattern+")")
		}
	}
	return patterns
}
