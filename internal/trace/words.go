package trace

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"nightjar/models"
)

var (
	texts = regexp.MustCompile(`'(?:[^']|'')*'`)
	of    = regexp.MustCompile(`\bit\.\w+`)
	word  = regexp.MustCompile(`[\pL_][\pL\pN_]*`)
	// single is an aggregate of one column alone.
	single = regexp.MustCompile(`(?s)^(?:sum|min|max|bit_or)\((\w+)\)(?: filter .*)?$`)
)

// words are the names in SQL, but for those of the columns of the row `it`.
func words(sql string) map[string]bool {
	found := map[string]bool{}
	for _, name := range word.FindAllString(of.ReplaceAllString(texts.ReplaceAllString(sql, " "), " "), -1) {
		found[name] = true
	}
	return found
}

// meant are the columns of a model that SQL speaks of, with those that its own
// formulas make them of.
func meant(sql string, m *models.Model) map[string]bool {
	found := words(sql)
	for _, f := range slices.Backward(m.Own()) {
		if found[f.Column] {
			maps.Copy(found, words(f.SQL))
		}
	}
	return found
}

// adds says whether an aggregate adds rows up; else some of them decide.
func adds(sql string) bool {
	return strings.HasPrefix(sql, "sum(") || strings.HasPrefix(sql, "count(") || strings.HasPrefix(sql, "bit_or(")
}

// overlaps says whether what a row adds depends on the rows before it.
func overlaps(sql string) bool {
	return strings.HasPrefix(sql, "bit_or(") || strings.HasPrefix(sql, "count(distinct ")
}
