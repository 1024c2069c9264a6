package sniff

import (
	"cmp"
	_ "embed" // the lists of common characters
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"nightjar/internal/charset"
)

// An Encoding is one that the text may have, with what speaks for it.
type Encoding struct {
	Name string `json:"name"` // as nightjar.yaml calls it
	// Score is between 0 and 1: the share of what is not ASCII that makes sense when
	// read so.
	Score float64 `json:"score"`
	Why   string  `json:"why"`
}

// An encoding is taken unasked when its score is at least sure and no other comes
// within margin of it; or when it is far ahead of all others.
const (
	sure   = 0.55
	margin = 0.15
	far    = 0.4
)

var marks = []struct{ bytes, name string }{
	{"\xff\xfe\x00\x00", "utf-32"},
	{"\x00\x00\xfe\xff", "utf-32be"},
	{"\xef\xbb\xbf", "utf-8"},
	{"\xff\xfe", "utf-16"},
	{"\xfe\xff", "utf-16be"},
}

// encodings ranks what the text may be encoded in, the likeliest first. The first
// is certain where it is alone.
func (s *survey) encodings() []Encoding {
	for _, mark := range marks {
		if strings.HasPrefix(string(s.head), mark.bytes) {
			return []Encoding{{mark.name, 1, "it begins with the byte order mark of " + strings.ToUpper(mark.name)}}
		}
	}
	if name := s.wide(); name != "" {
		return []Encoding{{name, 1, "every second byte of its plain characters is zero"}}
	}
	if s.nonASCII == 0 {
		return []Encoding{{"utf-8", 1, "it is ASCII throughout"}}
	}
	if s.badUTF8 == 0 {
		return []Encoding{{"utf-8", 1, fmt.Sprintf("all its %d bytes beyond ASCII are valid UTF-8", s.nonASCII)}}
	}
	ranked := []Encoding{s.asUTF8()}
	for _, c := range candidates {
		ranked = append(ranked, c.judge(s.foreign))
	}
	slices.SortStableFunc(ranked, func(a, b Encoding) int { return cmp.Compare(b.Score, a.Score) })
	return ranked
}

// settled says whether the first of ranked encodings is far enough ahead.
func settled(ranked []Encoding) bool {
	if len(ranked) == 1 {
		return true
	}
	ahead := ranked[0].Score - ranked[1].Score
	return ranked[0].Score >= sure && ahead >= margin || ahead >= far
}

// wide knows UTF-16 without a mark by its zeros: in text that is mostly ASCII, they
// are every second byte.
func (s *survey) wide() string {
	var even, odd int
	head := s.head[:min(len(s.head), 64<<10)&^1]
	for i, b := range head {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	pairs := len(head) / 2
	switch {
	case pairs < 4:
		return ""
	case odd > pairs/4 && even*20 < odd:
		return "utf-16"
	case even > pairs/4 && odd*20 < even:
		return "utf-16be"
	}
	return ""
}

// asUTF8 judges UTF-8 that is damaged in places.
func (s *survey) asUTF8() Encoding {
	return Encoding{"utf-8", max(0, 1-float64(s.badUTF8)/float64(s.nonASCII)*4), fmt.Sprintf("of %d bytes beyond ASCII, %d are not valid UTF-8, the first on line %d", s.nonASCII, s.badUTF8, s.badLine)}
}

// A candidate is an encoding and how to tell whether text read in it makes sense.
type candidate struct {
	name  string
	score func(text []rune) (share float64, what string)
}

var candidates = []candidate{
	{"gb18030", common(simplified, "simplified")},
	{"big5", common(traditional, "traditional")},
	{"shift_jis", kana},
	{"windows-1252", accented},
}

//go:embed common/simplified.txt
var simplified string

//go:embed common/traditional.txt
var traditional string

func (c candidate) judge(foreign []byte) Encoding {
	coding, err := charset.Lookup(c.name)
	if err != nil || coding == nil {
		return Encoding{Name: c.name}
	}
	text, wrong := decoded(coding, foreign)
	share, what := c.score(text)
	return Encoding{c.name, share * (1 - wrong), what}
}

// decoded reads text in an encoding; wrong is the share of characters beyond ASCII,
// weighted, that are none in it.
func decoded(coding encoding.Encoding, text []byte) (runes []rune, wrong float64) {
	utf, err := coding.NewDecoder().Bytes(text)
	if err != nil {
		return nil, 1
	}
	bad, foreign := 0, 0
	for len(utf) > 0 {
		r, size := utf8.DecodeRune(utf)
		utf = utf[size:]
		if r >= utf8.RuneSelf {
			foreign++
		}
		if r == utf8.RuneError {
			bad++
		}
		runes = append(runes, r)
	}
	return runes, min(1, 10*float64(bad)/float64(max(1, foreign)))
}

// common scores by the share of Chinese characters that are among the commonest.
// A text read in the wrong encoding gives rare ones.
func common(list, which string) func([]rune) (float64, string) {
	set := map[rune]bool{}
	for _, r := range list {
		set[r] = true
	}
	return func(text []rune) (float64, string) {
		han, known, other := 0, 0, 0
		for _, r := range text {
			switch {
			case unicode.Is(unicode.Han, r):
				han++
				if set[r] {
					known++
				}
			case r >= utf8.RuneSelf && !isFullWidth(r):
				other++
			}
		}
		if han == 0 {
			return 0, "read so, it has no Chinese character"
		}
		share := float64(known) / float64(han)
		// The list holds some 600 of 20,000 characters: of real text two thirds.
		score := min(1, share/0.65) * float64(han) / float64(han+other) * trust(han, 2)
		return score, fmt.Sprintf("read so, %.0f %% of its Chinese characters are among the commonest %s ones", 100*share, which)
	}
}

// isFullWidth knows the punctuation and forms that stand between Chinese characters.
func isFullWidth(r rune) bool {
	return r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xff5e || r >= 0x2010 && r <= 0x2026 || r == '·' || r == '×' || r == '℃' || r == '￥' || r == '¥'
}

// kana scores Japanese by the share of kana: every sentence has some.
func kana(text []rune) (float64, string) {
	full, half, han, other := 0, 0, 0, 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) && r < 0xff00:
			full++
		case r >= 0xff61 && r <= 0xff9f:
			half++
		case unicode.Is(unicode.Han, r):
			han++
		case r >= utf8.RuneSelf && !isFullWidth(r) && r != 'ー':
			other++
		}
	}
	all := full + half + han + other
	if all == 0 {
		return 0, "read so, it has no Japanese character"
	}
	share := float64(full) / float64(all)
	return min(1, share/0.25) * float64(all-half-other) / float64(all) * trust(all, 2), fmt.Sprintf("read so, %.0f %% of its characters beyond ASCII are full-width kana", 100*share)
}

// accented scores western text: an accented letter stands beside plain ones, seldom
// beside another accented one.
func accented(text []rune) (float64, string) {
	foreign, fitting := 0, 0
	for i, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		foreign++
		beside := func(at int) bool { return at >= 0 && at < len(text) && isPlainLetter(text[at]) }
		alone := !(i > 0 && text[i-1] >= utf8.RuneSelf) && !(i+1 < len(text) && text[i+1] >= utf8.RuneSelf)
		switch {
		case unicode.IsLetter(r) && (alone && (beside(i-1) || beside(i+1)) || beside(i-1) && i+2 < len(text) && beside(i+2)):
			fitting++
		case strings.ContainsRune("€£§°·–—’‘“”…«»", r) && alone:
			fitting++
		}
	}
	if foreign == 0 {
		return 0, "read so, it has nothing beyond ASCII"
	}
	share := float64(fitting) / float64(foreign)
	return share * trust(foreign, 0.5), fmt.Sprintf("read so, %.0f %% of its characters beyond ASCII are letters among plain ones", 100*share)
}

// trust is what evidence of so many characters is worth: half at that many, nearly
// all at ten times as many.
func trust(characters int, half float64) float64 {
	return float64(characters) / (float64(characters) + half)
}

func isPlainLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
