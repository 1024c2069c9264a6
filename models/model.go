package models

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Model is one SQL file that builds one dim, fact, mart or person table.
// Its header, the file's first comment, states what it promises.
type Model struct {
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	Grain       []string `yaml:"grain"`
	// Partition is "month" or "none".
	Partition string `yaml:"partition"`
	// File is "warehouse" (default) or "person", for personal columns.
	File string `yaml:"file"`
	// Reaches says what a month looks at beyond its own rows: "as_of",
	// "<input>.<date column>" (rows also count in that date's month), or a number
	// of days after its last ("7d") or before its first ("-7d").
	Reaches []string `yaml:"reaches"`
	// Optional references may be absent from a project; they are then empty.
	Optional []string `yaml:"optional"`
	// NeedsOneOf are references of which each may be absent, and is then empty, but not
	// all: without any of them the model is left out.
	NeedsOneOf []string  `yaml:"needs_one_of"`
	Columns    Columns   `yaml:"columns"`
	Tests      []Test    `yaml:"tests"`
	Measures   []Measure `yaml:"measures"`
	// Trace says what rows the columns are made of.
	Trace []Trace `yaml:"trace"`
	// Carries is the input whose own columns, those of a project named x_…, the
	// model carries through: see [Catalog.Carry].
	Carries string `yaml:"carries"`
	// MayShrink says that rows go from night to night as a matter of course:
	// the guard row_drop lets them.
	MayShrink bool `yaml:"may_shrink"`
	// Fit names the Go algorithm that turns the SQL's rows into the model's.
	Fit string `yaml:"fit"`
	// Overrides is the fingerprint of the standard model that a user's model
	// of the same name replaces.
	Overrides string `yaml:"overrides"`

	// View says that the model has no rows of its own: in the warehouse it is a view of
	// other models' tables, and a model that refers to it has its SQL in its place.
	View bool `yaml:"view"`
	// Upkeep says how last night's rows become tonight's; nil builds everything.
	Upkeep *Upkeep `yaml:"upkeep"`

	// SQL is the template after the header, Inputs and Refs what it names,
	// Vars the project variables that it reads.
	SQL    string   `yaml:"-"`
	Inputs []string `yaml:"-"`
	Refs   []string `yaml:"-"`
	Vars   []string `yaml:"-"`
	// Previous are the models whose rows of the last published night it reads:
	// see [Model.Remembers].
	Previous []string `yaml:"-"`
	// Changed are the models and inputs of which it reads the rows that differ from the
	// last published night's.
	Changed []string `yaml:"-"`
	// Carried are the names of the x_… columns that the model has in this project.
	Carried []string `yaml:"-"`
	// Path is where the file lies and Line where in it SQL begins, for errors.
	Path string `yaml:"-"`
	Line int    `yaml:"-"`
	// Fingerprint is the hash of the whole file, and of what is carried.
	Fingerprint string `yaml:"-"`
}

// A Measure is defined once, in the header of the model it belongs to.
type Measure struct {
	Name       string            `yaml:"name"`
	Title      map[string]string `yaml:"title"`
	Expression string            `yaml:"expression"`
	Unit       string            `yaml:"unit"`
	Additivity string            `yaml:"additivity"`
	Format     string            `yaml:"format"`
}

// Monthly says whether the model is partitioned by month.
func (m *Model) Monthly() bool { return m.Partition == "month" }

// ManyMonths says whether one statement may build several months of the model: its SQL
// speaks of {{ months }} or {{ in_months "column" }}, and so keeps them apart by itself.
func (m *Model) ManyMonths() bool { return m.speaks("months", "in_months") }

// speaks says whether the SQL calls any of the functions.
func (m *Model) speaks(functions ...string) bool {
	pattern := regexp.MustCompile(`\b(` + strings.Join(functions, "|") + `)\b`)
	return slices.ContainsFunc(actions.FindAllString(m.SQL, -1), func(action string) bool {
		return pattern.MatchString(quoted.ReplaceAllString(action, ""))
	})
}

// quoted are the texts within an action.
var quoted = regexp.MustCompile(`"[^"]*"`)

// ReachesAsOf says whether the model's rows depend on the night's as_of.
func (m *Model) ReachesAsOf() bool { return slices.Contains(m.Reaches, "as_of") }

// Months are those whose rows a month of the model looks at: itself, and those
// that it reaches by days.
func (m *Model) Months(month Month) []Month {
	back, ahead := 0, 0
	for _, reach := range m.Reaches {
		if days, ok := days(reach); ok {
			back, ahead = min(back, days), max(ahead, days)
		}
	}
	months := []Month{month.day(back)}
	for last := month.Next().day(ahead - 1); months[len(months)-1] != last; {
		months = append(months, months[len(months)-1].Next())
	}
	return months
}

// days reads a reach such as 7d or -7d.
func days(reach string) (days int, ok bool) {
	number, found := strings.CutSuffix(reach, "d")
	days, err := strconv.Atoi(number)
	return days, found && err == nil
}

// Remembers says whether the model looks at the last published night, its own
// rows among it. It is built anew when what it refers to tonight has changed:
// from the same rows as last night it must give the rows that it gave. It may
// read as_of without reaching for it, to write down since when something is so.
func (m *Model) Remembers() bool { return len(m.Previous)+len(m.Changed) > 0 }

// IsOptional says whether the model does without the named reference, if only
// another of [Model.NeedsOneOf] is there.
func (m *Model) IsOptional(ref string) bool {
	return slices.Contains(m.Optional, ref) || slices.Contains(m.NeedsOneOf, ref)
}

// Kind is "dim", "fact", "mart", "person" or "step": the part of the name before
// the first underscore.
func (m *Model) Kind() string {
	kind, _, _ := strings.Cut(m.Name, "_")
	return kind
}

// Normalizes says whether the model's SQL brings codes, addresses or telephone numbers into
// their one form.
func (m *Model) Normalizes() bool {
	return slices.ContainsFunc([]string{"code", "email", "phone"}, func(form string) bool { return len(named(m.SQL, form)) > 0 })
}

// Person says whether the model's rows go into the person file.
func (m *Model) Person() bool { return m.File == "person" }
