package sniff

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A heading is whether the first row names the columns, and why.
type heading struct {
	votes float64 // above 0: it does
	why   string
}

// clear says whether the votes decide. Between, a person is asked.
func (h heading) clear() bool { return h.votes >= 1 || h.votes <= -1 }

// bodyLimit is how many rows below the first it is compared with.
const bodyLimit = 300

// judgeHeading compares the first row with those below. known says whether a text is
// the name of a column as companies call it.
func judgeHeading(rows [][]string, known func(string) bool) heading {
	if len(rows) == 0 {
		return heading{}
	}
	first, body := rows[0], rows[1:min(len(rows), bodyLimit+1)]
	var h heading
	var typed, data, named, repeated int
	for i, name := range first {
		column := columnOf(body, i)
		switch {
		case known(name):
			named++
			h.votes++
		case strings.TrimSpace(name) == "":
			h.votes -= 0.25
		case classOf(name) != words:
			data++
			h.votes--
		case slices.Contains(column, name):
			repeated++
			h.votes -= 0.5
		}
		if mostlyTyped(column) && classOf(name) == words {
			typed++
			h.votes++
		} else if sameLength(column) && classOf(name) == words && utf8.RuneCountInString(name) != utf8.RuneCountInString(column[0]) {
			h.votes += 0.5
		}
	}
	if !slices.ContainsFunc(first, func(name string) bool { return classOf(name) == words }) {
		h.votes = min(h.votes, -1)
	}
	if twice(first) {
		h.votes -= 0.5
	}
	h.why = reasons(typed, named, data, repeated)
	return h
}

func reasons(typed, named, data, repeated int) string {
	var why []string
	for _, r := range []struct {
		n    int
		what string
	}{
		{typed, "%d of its cells words above numbers or dates"},
		{named, "%d called as companies call columns"},
		{data, "%d numbers or dates"},
		{repeated, "%d that stand below again"},
	} {
		if r.n > 0 {
			why = append(why, fmt.Sprintf(r.what, r.n))
		}
	}
	if len(why) == 0 {
		return "nothing tells it from those below"
	}
	return strings.Join(why, ", ")
}

func columnOf(rows [][]string, i int) []string {
	var column []string
	for _, r := range rows {
		if i < len(r) && strings.TrimSpace(r[i]) != "" {
			column = append(column, r[i])
		}
	}
	return column
}

func mostlyTyped(column []string) bool {
	typed := 0
	for _, text := range column {
		if classOf(text) != words {
			typed++
		}
	}
	return len(column) > 0 && typed*10 >= len(column)*8
}

// sameLength knows codes: several values, all as long as the first.
func sameLength(column []string) bool {
	return len(column) >= 3 && !slices.ContainsFunc(column, func(text string) bool {
		return utf8.RuneCountInString(text) != utf8.RuneCountInString(column[0])
	})
}

func twice(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}
