package draft

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

var (
	// plainFlow may stand without quotes anywhere.
	plainFlow = regexp.MustCompile(`^(?:\.{0,2}/)*[\p{L}_][\p{L}\p{N}_./*-]*$`)
	// plainBlock may stand without quotes behind "key: ".
	plainBlock = regexp.MustCompile(`^-?[\p{L}_(][^\n\r\t\\{}]*$`)
)

// spoken are words that YAML takes for something else than text.
var spoken = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"}

// flow is a text within [ ] or { }.
func flow(value string) string {
	value = dollars(value)
	if plainFlow.MatchString(value) && !slices.Contains(spoken, strings.ToLower(value)) {
		return value
	}
	return quote(value)
}

// block is a text that has a line to itself.
func block(value string) string {
	value = dollars(value)
	if plainBlock.MatchString(value) && !slices.Contains(spoken, strings.ToLower(value)) &&
		!strings.Contains(value, ": ") && !strings.Contains(value, " #") && !strings.HasSuffix(value, ":") && strings.TrimSpace(value) == value {
		return value
	}
	return quote(value)
}

func quote(value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u00a0' || r == '\u202f' || r == '\ufeff' }) {
		encoded, err := json.Marshal(value)
		if err == nil {
			return string(encoded)
		}
	}
	if strings.Contains(value, "'") && !strings.ContainsAny(value, `"\`) {
		return `"` + value + `"`
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// dollars doubles those that would begin a variable, or that would become one.
func dollars(value string) string {
	return strings.NewReplacer("$$", "$$$$", "${", "$${").Replace(value)
}

// flowList is a list on one line.
func flowList(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = flow(v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// pair is one entry of a mapping on one line.
type pair struct{ key, value string }

func flowMap(pairs []pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = flow(p.key) + ": " + p.value
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// width is how wide a text is on a terminal.
func width(line string) int { return text.StringWidthWithoutEscSequences(line) }
