package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/contact"
	"nightjar/internal/lake"
	"nightjar/models"
	"nightjar/transform"
)

// generation changes when the engine's way of building changes: every
// partition is then built anew.
const generation = "1"

// A plot is what decides about rebuilding: a manifest's live sets and built
// models, the catalog, and the project's variables. Previous is the manifest of
// the last published night, which some models look at; nil before the first.
type plot struct {
	manifest *lake.Manifest
	previous *lake.Manifest
	catalog  *models.Catalog
	vars     map[string]string
}

// A need is one partition of a model, what it would be built from, and why it
// must be.
type need struct {
	model *models.Model
	month models.Month
	// inputs, refs and previous are lake paths.
	inputs, refs, previous map[string][]string
	// changed and last are for models that look at the night before, and gave is what such
	// a last one gave: see [models.Upkeep].
	changed map[string]transform.Differing
	last    *need
	gave    lake.Partition
	// patches says that tonight's rows are few beside last night's: a patch of them will do.
	patches bool
	// rows are those that it reads of what is partitioned by month.
	rows int64
	key  string
	why  string
}

// partition is the name under which the manifest holds it.
func (n need) partition() string {
	if n.month == "" {
		return lake.Whole
	}
	return string(n.month)
}

// needs lists the partitions of a model that are not what they should be. This
// is the one place that decides what is rebuilt: a partition's key says what it
// was built from, and a partition whose key would now be another is stale. The
// models that it refers to must be settled before.
func (p plot) needs(m *models.Model) (stale []need, all []string) {
	if m.View {
		return nil, []string{}
	}
	months := []models.Month{""}
	if m.Monthly() {
		months = p.months(m)
	}
	for _, month := range months {
		n := p.need(m, month)
		all = append(all, n.partition())
		if n.why != "" {
			stale = append(stale, n)
		}
	}
	return stale, all
}

func (p plot) need(m *models.Model, month models.Month) need {
	n := p.key(m, month)
	if n.why = p.why(m, n); n.why != "" {
		n.changed, n.last = p.changed(m), p.last(n)
		n.patches = n.last != nil && m.Patches() && p.few(n)
	}
	return n
}

// key is a partition with all that it is built from.
func (p plot) key(m *models.Model, month models.Month) need {
	n := need{model: m, month: month, inputs: map[string][]string{}, refs: map[string][]string{}, previous: p.before(m)}
	parts := []string{generation, m.Fingerprint, string(month)}
	if m.Normalizes() {
		parts = append(parts, "forms="+contact.Forms)
	}
	for _, name := range m.Vars {
		if name != "as_of" && name != "last_as_of" {
			parts = append(parts, "var "+name+"="+p.vars[name])
		}
	}
	tables, views := p.catalog.Reads(m)
	if m.ReachesAsOf() || slices.ContainsFunc(views, (*models.Model).ReachesAsOf) {
		parts = append(parts, "as_of="+p.vars["as_of"])
	}
	for _, view := range views {
		parts = append(parts, "view "+view.Name+"="+view.Fingerprint)
	}
	for _, name := range m.Inputs {
		files := p.input(m, name, month)
		n.inputs[name] = paths(files)
		if p.catalog.Inputs[name].Dated() {
			for _, f := range files {
				n.rows += f.Rows
			}
		}
		parts = append(parts, "input "+name+"="+strings.Join(n.inputs[name], ","))
	}
	for _, name := range tables {
		built := p.ref(name, month, m)
		for _, partition := range built {
			n.refs[name] = append(n.refs[name], paths(partition.Files())...)
			if p.catalog.Models[name].Monthly() {
				n.rows += partition.Rows()
			}
			if !m.Upkeeps(name) {
				parts = append(parts, "ref "+name+"="+partition.Content)
			}
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	n.key = hex.EncodeToString(sum[:12])
	return n
}

// before lists what a model reads of the last published night. It is no part of
// a partition's key: the same rows tonight as last night change nothing, see
// [models.Model.Remembers].
func (p plot) before(m *models.Model) map[string][]string {
	files := map[string][]string{}
	if p.previous == nil {
		return files
	}
	for _, name := range m.Previous {
		if built := p.previous.Models[name]; built != nil {
			for _, key := range slices.Sorted(maps.Keys(built.Partitions)) {
				files[name] = append(files[name], paths(built.Partitions[key].Files())...)
			}
		}
	}
	return files
}

// why says what makes a partition stale; "" when it is as it should be.
func (p plot) why(m *models.Model, n need) string {
	built := p.manifest.Models[m.Name]
	if built == nil {
		return "it is new"
	}
	old, exists := built.Partitions[n.partition()]
	switch {
	case exists && old.Key == n.key:
		return ""
	case built.Fingerprint != m.Fingerprint:
		return "the model changed"
	case !exists:
		return "the month is new"
	default:
		return "what it is built from changed"
	}
}

// input lists the live files that a partition reads of an input: those of its
// month, and, where the model reaches out, those of months that lie within so many
// days, and of months that count in it by a date column, with what belongs to them.
func (p plot) input(m *models.Model, name string, month models.Month) []lake.File {
	set := p.manifest.Inputs[name]
	if set == nil {
		return nil
	}
	if month == "" || !p.catalog.Inputs[name].Dated() {
		return set.Files()
	}
	var files []lake.File
	for _, near := range m.Months(month) {
		files = append(files, set.Months[string(near)]...)
	}
	for _, reach := range reaches(m) {
		for _, far := range p.reaching(reach, month) {
			if p.follows(name, reach.input) {
				files = append(files, ofSystem(set.Months[far.month], far.system)...)
			}
		}
	}
	slices.SortFunc(files, func(a, b lake.File) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(files, func(a, b lake.File) bool { return a.Path == b.Path })
}

// A reach is an input's date column by which its rows also count elsewhere.
type reach struct{ input, column string }

func reaches(m *models.Model) []reach {
	var found []reach
	for _, text := range m.Reaches {
		if input, column, isColumn := strings.Cut(text, "."); isColumn {
			found = append(found, reach{input, column})
		}
	}
	return found
}

// follows says whether rows of an input come along when rows of another reach
// into a month: the same input, or one that it owns.
func (p plot) follows(name, reaching string) bool {
	in := p.catalog.Inputs[name]
	return name == reaching || (in.Owner != nil && in.Owner.Input == reaching)
}

// far is a month, and a system within it, with rows that reach into another.
type far struct{ month, system string }

func (p plot) reaching(r reach, into models.Month) []far {
	set := p.manifest.Inputs[r.input]
	if set == nil {
		return nil
	}
	var found []far
	for month, files := range set.Months {
		for _, f := range files {
			if month != string(into) && slices.Contains(f.Reaches[r.column], string(into)) {
				found = append(found, far{month, f.System})
			}
		}
	}
	slices.SortFunc(found, func(a, b far) int { return strings.Compare(a.month+a.system, b.month+b.system) })
	return slices.Compact(found)
}

func ofSystem(files []lake.File, system string) []lake.File {
	return slices.DeleteFunc(slices.Clone(files), func(f lake.File) bool { return f.System != system })
}

// ref lists the partitions that a partition reads of another model.
func (p plot) ref(name string, month models.Month, of *models.Model) []lake.Partition {
	built := p.manifest.Models[name]
	if built == nil {
		return nil
	}
	if of.Monthly() && p.catalog.Models[name].Monthly() {
		var near []lake.Partition
		for _, m := range of.Months(month) {
			if partition, exists := built.Partitions[string(m)]; exists {
				near = append(near, partition)
			}
		}
		return near
	}
	var all []lake.Partition
	for _, key := range slices.Sorted(maps.Keys(built.Partitions)) {
		all = append(all, built.Partitions[key])
	}
	return all
}

// months lists those in which a monthly model may have rows: the months of its
// dated inputs and monthly references, and those reached; of a model without
// either, the months of the whole project.
func (p plot) months(m *models.Model) []models.Month {
	found := map[string]bool{}
	dated := false
	add := func(input string) {
		if set := p.manifest.Inputs[input]; set != nil {
			for month := range set.Months {
				found[month] = true
			}
		}
	}
	for _, name := range m.Inputs {
		if p.catalog.Inputs[name].Dated() {
			dated = true
			add(name)
		}
	}
	for _, name := range m.Refs {
		if built := p.manifest.Models[name]; p.catalog.Models[name].Monthly() {
			dated = true
			if built != nil {
				for month := range built.Partitions {
					found[month] = true
				}
			}
		}
	}
	for _, r := range reaches(m) {
		p.addReached(r, found)
	}
	if !dated {
		for name, in := range p.catalog.Inputs {
			if in.Dated() {
				add(name)
			}
		}
	}
	var months []models.Month
	for _, month := range slices.Sorted(maps.Keys(found)) {
		if month != lake.Undated {
			months = append(months, models.Month(month))
		}
	}
	return months
}

func (p plot) addReached(r reach, found map[string]bool) {
	set := p.manifest.Inputs[r.input]
	if set == nil {
		return
	}
	for _, f := range set.Files() {
		for _, month := range f.Reaches[r.column] {
			found[month] = true
		}
	}
}

func paths(files []lake.File) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.Path
	}
	return list
}

func (n need) String() string {
	return fmt.Sprintf("%s %s: %s", n.model.Name, n.partition(), n.why)
}
