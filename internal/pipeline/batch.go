package pipeline

import (
	"nightjar/models"
	"nightjar/transform"
)

// batchRows is how many rows the months of one batch read at most. What a batch gives is held
// in memory until it is written; above some ten thousand rows a month costs more to build than
// to plan.
const batchRows = 250_000

// batches groups the stale partitions of a model, in their order, into those that one
// statement builds: several small months where the model can, else one by one.
func batches(m *models.Model, stale []need) [][]need {
	many := m.ManyMonths()
	var all [][]need
	var rows int64
	for _, s := range stale {
		rows += s.rows
		if last := len(all) - 1; many && last >= 0 && rows <= batchRows {
			all[last] = append(all[last], s)
			continue
		}
		all, rows = append(all, []need{s}), s.rows
	}
	return all
}

// together is what a batch reads: all that any of its partitions does.
func together(batch []need) need {
	all := batch[0]
	if len(batch) == 1 {
		return all
	}
	all.inputs, all.refs = map[string][]string{}, map[string][]string{}
	for _, s := range batch {
		for name, files := range s.inputs {
			transform.AddFiles(all.inputs, name, files)
		}
		for name, files := range s.refs {
			transform.AddFiles(all.refs, name, files)
		}
	}
	return all
}
