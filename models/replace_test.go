package models

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

const weather = `input: weather
description: The weather of a day.
key: [city, observed_on]
dated_by: [observed_on]
columns:
  city: {type: string, description: The city.}
  observed_on: {type: date, description: The day.}
  rain_mm: {type: int, description: Rain.}
`

func TestAContractReplacesOursOnlyWhereItSaysWhichVersion(t *testing.T) {
	ours := hashed([]byte(weather))
	says := func(fingerprint string) string {
		return strings.Replace(weather, "description", "overrides: "+fingerprint+"\ndescription", 1)
	}
	for name, c := range map[string]struct{ own, refused, moved string }{
		"it says so":      {own: says(ours)},
		"it does not":     {own: weather, refused: "inputs/weather.yaml: a contract weather ships with Nightjar: to replace it, add `overrides: " + ours + "` to the header; `nightjar model weather --own` prints ours so"},
		"ours moved on":   {own: says("0123456789abcdef"), moved: "inputs/weather.yaml overrides version 0123456789abcdef of weather, which now is " + ours},
		"a lost column":   {own: cut(says(ours), "  rain_mm"), refused: "inputs/weather.yaml: column rain_mm of the contract that it replaces is missing"},
		"another key":     {own: strings.Replace(says(ours), "[city, observed_on]", "[city]", 1), refused: "inputs/weather.yaml: the key must stay [city observed_on]"},
		"no month":        {own: cut(says(ours), "dated_by"), refused: "inputs/weather.yaml: its rows must live in a month"},
		"a column gained": {own: says(ours) + "  wind: {type: int, description: Wind.}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := func(text string) fstest.MapFS { return fstest.MapFS{"inputs/weather.yaml": {Data: []byte(text)}} }
			catalog, err := Load(tree(weather), tree(c.own))
			switch {
			case c.refused != "":
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("refused with %v, not %s", err, c.refused)
				}
			case err != nil:
				t.Error(err)
			case catalog.Inputs["weather"].Text != c.own:
				t.Error("ours was not replaced")
			case !strings.HasPrefix(strings.Join(catalog.Moved, "\n"), c.moved) || (c.moved == "") != (len(catalog.Moved) == 0):
				t.Errorf("moved: %q, not %q", catalog.Moved, c.moved)
			}
		})
	}
}

// cut leaves out the line that begins so.
func cut(text, begin string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, begin) {
			fmt.Fprint(&kept, line)
		}
	}
	return kept.String()
}
