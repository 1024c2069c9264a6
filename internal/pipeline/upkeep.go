package pipeline

import (
	"maps"
	"slices"

	"nightjar/internal/lake"
	"nightjar/models"
	"nightjar/transform"
)

// last is what a model with an upkeep was built from last night, where tonight's rows
// can be told from that: it was built with the same model and variables from what the
// last published night had, and whatever its touched keys do not speak of is as it
// was. Otherwise nil: it is built from nothing.
func (p plot) last(tonight need) *need {
	m := tonight.model
	built := p.manifest.Models[m.Name]
	if m.Upkeep == nil || built == nil || p.previous.Partitions(m.Upkeep.Touched) == nil || p.manifest.Models[m.Upkeep.Touched] == nil {
		return nil
	}
	before := p.lastNight()
	last := before.key(m, "")
	if built.Partitions[lake.Whole].Key != last.key {
		return nil
	}
	speaks := p.speaks(m.Upkeep.Touched)
	for _, name := range m.Inputs {
		if !slices.Contains(speaks, name) && !slices.Equal(tonight.inputs[name], last.inputs[name]) {
			return nil
		}
	}
	for _, name := range m.Refs {
		if !m.Upkeeps(name) && !slices.Contains(speaks, name) && !slices.Equal(contents(p.ref(name, "", m)), contents(before.ref(name, "", m))) {
			return nil
		}
	}
	last.refs[m.Upkeep.Touched] = tonight.refs[m.Upkeep.Touched]
	last.gave = built.Partitions[lake.Whole]
	return &last
}

// speaks lists what a model of touched keys speaks of: what it asks the changed rows of,
// and what other such models do whose keys it takes.
func (p plot) speaks(touched string) []string {
	m := p.catalog.Models[touched]
	spoken := slices.Clone(m.Changed)
	for _, name := range m.Refs {
		if len(p.catalog.Models[name].Changed) > 0 && !slices.Contains(m.Changed, name) {
			spoken = append(spoken, p.speaks(name)...)
		}
	}
	return spoken
}

// enough is how many times the rows of a base are at least those of its patch: a larger
// patch would cost its readers more than writing all rows anew costs once.
const enough = 10

// few says whether the touched keys, with those of last night's patch, are few beside the
// rows of the base.
func (p plot) few(tonight need) bool {
	keys := p.manifest.Partitions(tonight.model.Upkeep.Touched)[lake.Whole].Rows()
	gave := tonight.last.gave
	if gave.Patch != nil {
		keys += gave.Patch.Keys.Rows
	}
	return keys*enough <= gave.File.Rows
}

// lastNight is the plot of the last published night.
func (p plot) lastNight() plot {
	vars := maps.Clone(p.vars)
	vars["as_of"] = dateLiteral(p.previous.AsOf)
	return plot{manifest: p.previous, catalog: p.catalog, vars: vars}
}

func dateLiteral(day string) string { return "date '" + day + "'" }

// changed lists, for what a model asks the changed rows of, the files that count on one
// of the two nights only. A month of the same content is the same. Of a model that is
// new, in a full run among others, nobody asks.
func (p plot) changed(m *models.Model) map[string]transform.Differing {
	differing := map[string]transform.Differing{}
	if p.previous == nil || p.manifest.Models[m.Name] == nil {
		return differing
	}
	for _, name := range m.Changed {
		var d transform.Differing
		if p.catalog.Inputs[name] != nil {
			now, before := paths(p.input(m, name, "")), paths(p.lastNight().input(m, name, ""))
			d = transform.Differing{Before: without(before, now), Now: without(now, before)}
		} else {
			d = transform.Differing{Before: p.onlyIn(p.previous, p.manifest, name), Now: p.onlyIn(p.manifest, p.previous, name)}
		}
		differing[name] = d
	}
	return differing
}

// onlyIn lists the files of a model's months whose content the other night does not have.
func (p plot) onlyIn(night, other *lake.Manifest, model string) []string {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(night.Partitions(model))) {
		partition := night.Partitions(model)[key]
		if there, exists := other.Partitions(model)[key]; !exists || there.Content != partition.Content {
			found = append(found, paths(partition.Files())...)
		}
	}
	return found
}

func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(path string) bool { return slices.Contains(others, path) })
}

func contents(partitions []lake.Partition) []string {
	list := make([]string, len(partitions))
	for i, p := range partitions {
		list[i] = p.Content
	}
	return list
}

// recall gives a build what it needs of the night before.
func (n *night) recall(b *transform.Build, s need) {
	b.Changed = map[string]transform.Differing{}
	for name, d := range s.changed {
		b.Changed[name] = transform.Differing{Before: n.Lake.Absolute(d.Before), Now: n.Lake.Absolute(d.Now)}
	}
	if s.last != nil {
		b.Last = &transform.Last{
			Inputs: n.absolute(s.last.inputs), Refs: n.absolute(s.last.refs), Vars: n.plot().lastNight().vars, Rows: n.Lake.Paths(s.last.gave.Files()),
		}
	}
}
