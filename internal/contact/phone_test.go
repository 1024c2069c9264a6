package contact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestANumberHasOneForm(t *testing.T) {
	for _, c := range []struct{ text, country, want string }{
		{"13812345678", "CN", "+8613812345678"},
		{"138 1234 5678", "CN", "+8613812345678"},
		{"138-1234-5678", "CN", "+8613812345678"},
		{"１３８１２３４５６７８", "CN", "+8613812345678"},
		{"＋８６（１３８）１２３４－５６７８", "CN", "+8613812345678"},
		{"+86 13812345678", "CN", "+8613812345678"},
		{"8613812345678", "CN", "+8613812345678"},
		{"0086-138-1234-5678", "CN", "+8613812345678"},
		{"013812345678", "CN", "+8613812345678"},
		{"手机：13812345678（王先生）", "CN", "+8613812345678"},
		{"13812345678/13998765432", "CN", "+8613812345678"},
		{"13812345678、13998765432", "CN", "+8613812345678"},
		{"tel:+86-138-1234-5678", "CN", "+8613812345678"},
		{"\u202a13812345678\u202c", "CN", "+8613812345678"},
		{"138\u00a01234\u30005678", "CN", "+8613812345678"},

		{"010-62345678", "CN", "+861062345678"},
		{"(010) 6234 5678", "CN", "+861062345678"},
		{"+86 (0)10 62345678", "CN", "+861062345678"},
		{"86-10-62345678", "CN", "+861062345678"},
		{"0755 8350 1234", "CN", "+8675583501234"},
		{"010-62345678-805", "CN", "+861062345678"},
		{"010-62345678转805", "CN", "+861062345678"},
		{"010-62345678 ext. 805", "CN", "+861062345678"},
		{"010-62345678#805", "CN", "+861062345678"},
		{"010 62345678 x 805", "CN", "+861062345678"},

		{"+49 30 123456", "CN", "+4930123456"},
		{"0049 30 123456", "CN", "+4930123456"},
		{"030/123456", "DE", "+4930123456"},
		{"0171 1234567", "DE", "+491711234567"},
		{"13812345678", "DE", ""},
		{"(11) 91234-5678", "BR", "+5511912345678"},
		{"06 1234 5678", "IT", "+390612345678"},
		{"(650) 253-0000", "US", "+16502530000"},

		{"", "CN", ""},
		{"-", "CN", ""},
		{"0", "CN", ""},
		{"000-0000-0000", "CN", ""},
		{"11111111111", "CN", ""},
		{"12345678", "CN", ""},
		{"62345678", "CN", ""},
		{"1381234567", "CN", ""},
		{"138123456789", "CN", ""},
		{"不详", "CN", ""},
		{"无", "CN", ""},
		{"+", "CN", ""},
		{"95588", "CN", ""},
		{"1234567890123456789012345678", "CN", ""},
		{"13812345678", "XX", ""},
	} {
		got, ok := E164(c.text, c.country)
		if !ok {
			got = ""
		}
		if got != c.want {
			t.Errorf("%q in %s is %q, not %q", c.text, c.country, got, c.want)
		}
	}
}

// TestTheQuickWaySaysWhatTheLibrarySays holds the quick way against the
// official one: for numbers of every country, and such as are nearly one, as
// they are dialled within it and from another.
func TestTheQuickWaySaysWhatTheLibrarySays(t *testing.T) {
	nearly := rapid.StringMatching(`[0-9]{4,13}`)
	asked, known := map[string]int{}, map[string]int{}
	for i, m := range metadata() {
		if m.GetId() == "001" {
			continue
		}
		country := countryOf(m.GetId())
		numbers := []string{}
		for j := range 40 {
			numbers = append(numbers, nearly.Example(i*1000+j))
		}
		for _, pattern := range patternsOf(m) {
			generator := rapid.StringMatching("(" + pattern + ")")
			for j := range 8 {
				number := strings.TrimSpace(generator.Example(j))
				numbers = append(numbers, number, number+"0", number[1:])
			}
		}
		for _, number := range numbers {
			for _, form := range []string{"+" + number, "+" + country.code + number, "00" + country.code + number, number, country.trunk + number, country.code + number, country.code + country.trunk + number} {
				for _, from := range []string{m.GetId(), "CN"} {
					got, answer := common(form, from)
					asked[from]++
					if answer == unknown {
						continue
					}
					known[from]++
					if want, valid := official(form, from); valid != (answer == yes) || answer == yes && got != want {
						t.Errorf("%s in %s is %s (%d), officially %s (%v)", form, from, got, answer, want, valid)
					}
				}
			}
		}
	}
	for _, country := range []string{"CN", "DE", "FR", "US", "BR", "KZ", "JP"} {
		if known[country]*2 < asked[country] {
			t.Errorf("of %d numbers of %s the quick way knows only %d", asked[country], country, known[country])
		}
	}
}

func TestAnAutomatonMatchesAsItsPatternDoes(t *testing.T) {
	for _, m := range metadata() {
		if !slices.Contains([]string{"CN", "DE", "GB", "FI"}, m.GetId()) {
			continue
		}
		pattern := strings.Join(patternsOf(m), "|")
		is, should := newAutomaton(pattern), regexp.MustCompile("^(?:"+pattern+")$")
		texts := rapid.OneOf(rapid.StringMatching("("+pattern+")"), rapid.StringMatching(`[0-9]{0,12}x?`))
		rapid.Check(t, func(t *rapid.T) {
			if text := texts.Draw(t, "text"); is.match(text) != should.MatchString(text) {
				t.Errorf("%q: %v", text, is.match(text))
			}
		})
	}
}

func TestAFormIsItsOwnForm(t *testing.T) {
	text := rapid.StringMatching(`[+＋]?[0-9０-９ ()/.－-]{0,20}(转|x|#|、)?[0-9]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		written, country := text.Draw(t, "text"), rapid.SampledFrom([]string{"CN", "DE", "US", "BR", "IT"}).Draw(t, "country")
		number, ok := E164(written, country)
		if !ok {
			return
		}
		if again, ok := E164(number, country); !ok || again != number {
			t.Errorf("%q is %s, and that is %q", written, number, again)
		}
		if abroad, ok := E164(number, "CN"); !ok || abroad != number {
			t.Errorf("%s is %q in another country", number, abroad)
		}
	})
}

func BenchmarkE164(b *testing.B) {
	for _, c := range []struct{ name, form string }{
		{"mobile", "139%08d"},
		{"mobile with dashes", "139-%08d"},
		{"mobile with country", "+86 139 %08d"},
		{"landline", "0755-8%07d"},
		{"no number", "6%07d"},
	} {
		texts := make([]string, 1000)
		for i := range texts {
			texts[i] = fmt.Sprintf(c.form, i*9973)
		}
		b.Run(c.name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				E164(texts[i%len(texts)], "CN")
			}
		})
	}
}
