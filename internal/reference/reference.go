// Package reference writes what a project's models, columns and measures mean, and
// what they are made of, as one page of HTML that needs nothing beside it, or as
// Markdown.
package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/lake"
	"nightjar/internal/lineage"
	"nightjar/models"
)

// A Project is what is told of. Models without a project are all built.
type Project struct {
	Catalog *models.Catalog
	// LeftOut says of the models that the project does not build, why.
	LeftOut map[string]string
	// Lineage by model.
	Lineage map[string]*lineage.Lineage
	// Night is the current one; nil before the first.
	Night *lake.Manifest
}

// A Reference is a project as its pages show it.
type Reference struct {
	Night  *Night
	Kinds  []Kind
	Inputs []Input
}

// A Night is the one that the warehouse was last published by.
type Night struct{ Run, AsOf string }

// A Kind is the models of one kind, by name.
type Kind struct {
	Name, Title, Explains string
	Models                []Model
}

// A Model is one model with all that is known of it.
type Model struct {
	*models.Model
	// LeftOut is why the project does not build it; Own says that the project's own
	// folder gives it.
	LeftOut string
	Own     bool
	// Rows of the current night, as written; empty without one.
	Rows string
	// Decides and Unresolved are of its rows, as in [lineage.Lineage].
	Decides    []Link
	Unresolved []string
	Fields     []Column
	Reads      []Reading
	Readers    []string
}

// A Reading is a reference of a model: one that it does without (Optional), perhaps
// only if another of its kind is there (OneOf).
type Reading struct {
	Name, Kind      string
	Optional, OneOf bool
}

// A Column is one column of a model or an input.
type Column struct {
	models.Column
	InGrain bool
	Checks  []string
	// From, Decides and Unresolved are as in [lineage.Column]; UsedBy are the
	// columns that are made of it.
	From, Decides, UsedBy []Link
	Unresolved            []string
}

// Constant says that its values are written in the SQL, whatever chooses among them.
func (c Column) Constant() bool { return len(c.From)+len(c.Unresolved) == 0 }

// A Link is the name of a column or a variable, and where on the page it is told of.
type Link struct{ Text, Anchor string }

// An Input is a contract, with the models that read it.
type Input struct {
	*models.Input
	Fields  []Column
	Readers []string
}

var kinds = []Kind{
	{Name: "mart", Title: "Marts", Explains: "What dashboards and analysts read: one question each."},
	{Name: "fact", Title: "Facts", Explains: "What happened, by month; never rewritten when customers merge."},
	{Name: "dim", Title: "Dimensions", Explains: "Who and what it happened to."},
	{Name: "person", Title: "Personal data", Explains: "In a file of its own beside the warehouse."},
	{Name: "step", Title: "Steps", Explains: "On the way to other models; they stay in the lake."},
}

// New gathers what is known of a project.
func New(p Project) *Reference {
	g := gathering{p, uses(p.Lineage)}
	r := &Reference{}
	if p.Night != nil {
		r.Night = &Night{p.Night.Run, p.Night.AsOf}
	}
	known := slices.Clone(kinds)
	for _, name := range slices.Sorted(maps.Keys(p.Catalog.Models)) {
		m := g.model(p.Catalog.Models[name])
		i := slices.IndexFunc(known, func(k Kind) bool { return k.Name == m.Kind() })
		if i < 0 {
			i = len(known)
			known = append(known, Kind{Name: m.Kind(), Title: m.Kind(), Explains: "The project's own."})
		}
		known[i].Models = append(known[i].Models, m)
	}
	r.Kinds = slices.DeleteFunc(known, func(k Kind) bool { return len(k.Models) == 0 })
	for _, name := range slices.Sorted(maps.Keys(p.Catalog.Inputs)) {
		r.Inputs = append(r.Inputs, g.input(p.Catalog.Inputs[name]))
	}
	return r
}

type gathering struct {
	Project
	usedBy map[string][]Link
}

// uses turns lineage round: by the anchor of a column, the columns made of it.
func uses(all map[string]*lineage.Lineage) map[string][]Link {
	used := map[string][]Link{}
	for _, model := range slices.Sorted(maps.Keys(all)) {
		for _, c := range all[model].Columns {
			for _, o := range c.From {
				anchor := link(o).Anchor
				used[anchor] = append(used[anchor], Link{model + "." + c.Name, model + "." + c.Name})
			}
		}
	}
	return used
}

// link is how an origin is written. Models and inputs never share a name with a dot
// in it, but may share a name: inputs' anchors begin with "input.".
func link(o lineage.Origin) Link {
	name := o.Relation + "." + o.Column
	switch {
	case o.Kind == lineage.Variable:
		return Link{Text: "variable " + o.Column}
	case o.Column == lineage.Rows && o.Kind == lineage.Input:
		return Link{"rows of " + o.Relation, "input." + o.Relation}
	case o.Column == lineage.Rows:
		return Link{"rows of " + o.Relation, o.Relation}
	case o.Kind == lineage.Input:
		return Link{"input " + name, "input." + name}
	case o.Kind == lineage.Previous:
		return Link{"last night's " + name, name}
	}
	return Link{name, name}
}

func links(origins []lineage.Origin) []Link {
	all := make([]Link, len(origins))
	for i, o := range origins {
		all[i] = link(o)
	}
	return all
}

func (g gathering) model(m *models.Model) Model {
	told := Model{Model: m, LeftOut: g.LeftOut[m.Name], Own: g.own(m), Readers: g.readers(m.Name, false)}
	if built := g.built(m.Name); built != nil && !m.View {
		var rows int64
		for _, p := range built.Partitions {
			rows += p.Rows()
		}
		told.Rows = fmt.Sprint(rows)
	}
	l := g.Lineage[m.Name]
	if l == nil {
		l = &lineage.Lineage{}
	}
	told.Decides, told.Unresolved = links(l.Decides), l.Unresolved
	for _, c := range m.Columns {
		made, _ := l.Column(c.Name)
		told.Fields = append(told.Fields, Column{
			Column: c, InGrain: slices.Contains(m.Grain, c.Name), Checks: checks(c), UsedBy: g.usedBy[m.Name+"."+c.Name],
			From: links(made.From), Decides: links(made.Decides), Unresolved: made.Unresolved,
		})
	}
	for _, name := range m.Inputs {
		told.Reads = append(told.Reads, Reading{name, lineage.Input, m.IsOptional(name), slices.Contains(m.NeedsOneOf, name)})
	}
	for _, name := range m.Refs {
		told.Reads = append(told.Reads, Reading{name, lineage.Model, m.IsOptional(name), slices.Contains(m.NeedsOneOf, name)})
	}
	return told
}

func (g gathering) built(model string) *lake.Built {
	if g.Night == nil {
		return nil
	}
	return g.Night.Models[model]
}

// own says whether the model is not one that ships, or replaces one.
func (g gathering) own(m *models.Model) bool {
	_, err := models.Standard.Open(m.Path)
	return err != nil || m.Overrides != ""
}

// readers are the models that refer to a model, or read an input.
func (g gathering) readers(name string, input bool) []string {
	var all []string
	for _, other := range slices.Sorted(maps.Keys(g.Catalog.Models)) {
		m := g.Catalog.Models[other]
		if input && slices.Contains(m.Inputs, name) || !input && slices.Contains(m.Refs, name) {
			all = append(all, other)
		}
	}
	return all
}

func (g gathering) input(in *models.Input) Input {
	told := Input{Input: in, Readers: g.readers(in.Name, true)}
	for _, c := range in.LiveColumns() {
		if c.Description == "" {
			c.Description = everyRow[c.Name]
		}
		told.Fields = append(told.Fields, Column{
			Column: c, InGrain: slices.Contains(in.Key, c.Name), Checks: rules(c), UsedBy: g.usedBy["input."+in.Name+"."+c.Name],
		})
	}
	return told
}

// everyRow is what the columns hold that no contract declares.
var everyRow = map[string]string{
	"system":      "The system in which the row's keys mean something.",
	"delivery_id": "The delivery that gave the row.",
	"source_row":  "Its place in the delivery.",
	"month":       "First day of the month that the row lives in.",
}

// checks are a column's tests in words.
func checks(c models.Column) []string {
	var all []string
	for _, t := range c.Tests {
		switch {
		case t.To != "":
			all = append(all, "found in "+t.To)
		case len(t.Values) > 0:
			all = append(all, "one of "+strings.Join(t.Values, ", "))
		default:
			all = append(all, strings.ReplaceAll(t.Kind, "_", " "))
		}
	}
	return all
}

// rules are what a contract asks of a column, in words.
func rules(c models.Column) []string {
	var all []string
	if c.Required {
		all = append(all, "required")
	}
	if len(c.Accepted) > 0 {
		all = append(all, "one of "+strings.Join(c.Accepted, ", "))
	}
	if c.Min != "" {
		all = append(all, "from "+c.Min)
	}
	if c.Max != "" {
		all = append(all, "to "+c.Max)
	}
	if c.References != "" {
		all = append(all, "found in "+c.References)
	}
	return all
}
