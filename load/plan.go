package load

import (
	"slices"

	"nightjar/internal/lake"
	"nightjar/models"
)

// A step is what one model's table needs tonight.
type step struct {
	model *models.Model
	// anew: the table is dropped and made again, with all its partitions.
	anew bool
	// amend: of the table, the rows that differ from the new file's are replaced.
	amend bool
	// patch: of the table, the rows of the patch's keys are replaced by the patch's.
	patch bool
	// insert and remove are partition keys; a changed one is in both.
	insert, remove []string
}

// plan compares this night's partitions with the last one's. Tables of last
// night that are not in it are to be dropped.
func (n Night) plan() []step {
	var steps []step
	for _, m := range n.Models {
		if !m.View {
			steps = append(steps, n.step(m))
		}
	}
	return steps
}

func (n Night) step(m *models.Model) step {
	now, before := n.Manifest.Partitions(m.Name), n.Previous.Partitions(m.Name)
	changed := n.changed(m.Name)
	var rows int64
	for _, key := range changed {
		rows += now[key].Rows()
	}
	gone := slices.DeleteFunc(sortedKeys(before), func(key string) bool { _, stays := now[key]; return stays })
	switch {
	case before == nil || n.Manifest.Models[m.Name] == nil || n.Previous.Models[m.Name].Fingerprint != n.Manifest.Models[m.Name].Fingerprint:
		return n.anew(m)
	case len(changed) > 0 && n.patched(m):
		return step{model: m, patch: true, insert: changed}
	case len(changed) > 0 && !m.Monthly() && m.Kind() != "mart": // of a mart, as_of changes every row
		return step{model: m, amend: true, insert: changed}
	case len(changed)+len(gone) > 0 && (!m.Monthly() || rows*2 > rowsOf(now)):
		return n.anew(m)
	}
	s := step{model: m, insert: changed, remove: gone}
	for _, key := range changed {
		if _, had := before[key]; had {
			s.remove = append(s.remove, key)
		}
	}
	return s
}

// patched says whether the model's rows are those of last night's base, patched.
func (n Night) patched(m *models.Model) bool {
	now, before := n.Manifest.Partitions(m.Name)[lake.Whole], n.Previous.Partitions(m.Name)[lake.Whole]
	return now.Patch != nil && now.File.Path == before.File.Path && n.Manifest.Models[m.Name].Fingerprint == n.Previous.Models[m.Name].Fingerprint
}

func (n Night) anew(m *models.Model) step {
	return step{model: m, anew: true, insert: sortedKeys(n.Manifest.Partitions(m.Name))}
}

// mostly says whether more than half of the night's rows are to be inserted:
// then a copy of last night's file would mostly hold free blocks.
func (n Night) mostly(steps []step) bool {
	var inserted, all int64
	for _, s := range steps {
		parts := n.Manifest.Partitions(s.model.Name)
		all += rowsOf(parts)
		if s.amend || s.patch {
			continue
		}
		for _, key := range s.insert {
			inserted += parts[key].Rows()
		}
	}
	return inserted*2 > all
}

// partitions to insert, in order.
func (s step) partitions(m *lake.Manifest) []lake.Partition {
	partitions := make([]lake.Partition, len(s.insert))
	for i, key := range s.insert {
		partitions[i] = m.Partitions(s.model.Name)[key]
	}
	return partitions
}
