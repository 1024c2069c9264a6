package propose

import (
	"slices"
	"strings"

	"nightjar/extract/inspect/evidence"
)

// Personal says whether the values of a column may say who somebody is, by its name
// or by its values: they are then shown only to those who ask for them.
func Personal(c *evidence.Column) bool {
	if c.Kind() == evidence.Date || c.Kind() == evidence.Timestamp {
		return PersonalName(c.Name)
	}
	if share(c.Emails, c) > 0.2 || share(c.Phones, c) > 0.5 || share(c.IDs, c) > 0.5 {
		return true
	}
	switch c.Kind() {
	case evidence.Integer, evidence.Decimal, evidence.Double, evidence.Boolean:
		if c.Longest < 7 {
			return false // a count, a length, a flag
		}
	}
	return PersonalName(c.Name)
}

// Revealing says whether values of a column are better not shown unasked: those of a
// personal one, and free text, in which anything may stand.
func Revealing(c *evidence.Column) bool {
	return Personal(c) || c.Kind() == evidence.Text && c.Longest > 60
}

// PersonalName says so of a column's name.
func PersonalName(name string) bool {
	list, whole := words(name), squeeze(name)
	s := table()
	if slices.ContainsFunc(s.Impersonal, func(word string) bool { return strings.HasSuffix(whole, squeeze(word)) }) {
		return false
	}
	return slices.ContainsFunc(s.Personal, func(word string) bool {
		p := phrase{words: words(word)}
		score, _ := p.within(list, whole)
		return score > 0.5
	})
}

// DateName says whether a column is one of dates by its name.
func DateName(name string) bool {
	list := words(name)
	for _, word := range list {
		if slices.Contains([]string{"date", "day", "time", "timestamp", "on", "at", "datum", "zeit", "data", "hora", "dt"}, word) {
			return true
		}
	}
	whole := strings.Join(list, "")
	return strings.ContainsAny(whole, "日时") || strings.HasSuffix(whole, "date") || strings.HasSuffix(whole, "time") || strings.HasSuffix(whole, "datum") || len(whole) > 5 && strings.HasSuffix(whole, "at")
}

// KeyName ranks how much a column's name is that of a part of a key.
func KeyName(c *evidence.Column) float64 {
	score := 0.0
	name := words(strings.ReplaceAll(c.Name, ".#", " line no"))
	for _, part := range []struct {
		column string
		weight float64
	}{{"document_id", 1}, {"line_no", 1}, {"sku", 0.9}, {"customer_id", 0.9}, {"store_id", 0.9}} {
		l, _ := named("", part.column, name)
		score = max(score, l.score*part.weight)
	}
	list := words(c.Name)
	if len(list) > 0 && slices.Contains([]string{"id", "no", "nr", "number", "code", "key"}, list[len(list)-1]) || strings.ContainsAny(c.Name, "号码") {
		score = max(score, 0.8)
	}
	if k := c.Kind(); k == evidence.Date || k == evidence.Timestamp {
		score = min(score, 0.2)
	}
	return score
}
