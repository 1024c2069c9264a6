package load

import (
	"database/sql/driver"
	"iter"
	"slices"
	"strings"
	"time"

	"nightjar/internal/lake"
	"nightjar/internal/lineage"
)

// A values is a stream of rows for the appender.
type values = iter.Seq[[]driver.Value]

func (n Night) runRows() values {
	return func(yield func([]driver.Value) bool) {
		runs := n.Runs
		if !slices.ContainsFunc(runs, func(r Run) bool { return r.ID == n.Manifest.Run }) {
			m := n.Manifest
			runs = append(slices.Clone(runs), Run{ID: m.Run, Number: m.Number, AsOf: m.AsOf, ReceivedAt: m.ReceivedAt, Outcome: "published"})
		}
		for _, r := range runs {
			var number driver.Value
			if r.Number > 0 {
				number = int32(r.Number)
			}
			if !yield([]driver.Value{r.ID, number, day(r.AsOf), instant(r.ReceivedAt), instant(r.StartedAt), instant(r.EndedAt), word(r.Outcome), word(r.Message)}) {
				return
			}
		}
	}
}

func (n Night) deliveryRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, d := range n.Manifest.Deliveries {
			if !yield([]driver.Value{d.ID, d.Source, d.Name, d.SHA256, d.Mapping, d.Size, instant(d.ModifiedAt), d.Place, instant(d.ReceivedAt), d.Run, d.State, word(d.Reason)}) {
				return
			}
		}
	}
}

func (n Night) ledgerRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, d := range n.Manifest.Deliveries {
			for _, c := range d.Counts {
				if !yield([]driver.Value{d.ID, d.Source, c.Input, c.Read, c.Taken, c.Filtered, c.Unreadable, c.Emitted, c.Staged, c.Pending, c.Rejected, c.Superseded, c.Nulled, c.Warned}) {
					return
				}
			}
		}
	}
}

func (n Night) modelRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, m := range n.Models {
			parts := n.Manifest.Partitions(m.Name)
			var months, first, last driver.Value
			if keys := sortedKeys(parts); m.Monthly() {
				months = int32(len(keys))
				if len(keys) > 0 {
					first, last = day(keys[0]), day(keys[len(keys)-1])
				}
			}
			partition, rows := m.Partition, driver.Value(rowsOf(parts))
			if m.View {
				partition, rows = "view", nil
			}
			if !yield([]driver.Value{m.Name, m.Kind(), m.Description, strings.Join(m.Grain, ", "), partition, m.File, m.Fingerprint, rows, months, first, last, word(latestRun(parts))}) {
				return
			}
		}
	}
}

// latestRun is the newest run among partitions; run ids sort by time.
func latestRun(parts map[string]lake.Partition) string {
	var run string
	for _, p := range parts {
		run = max(run, p.Run)
	}
	return run
}

func (n Night) columnRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, m := range n.Models {
			for i, c := range m.Columns {
				if !yield([]driver.Value{m.Name, c.Name, int32(i + 1), string(c.Type), word(c.Unit), word(c.Description), slices.Contains(m.Grain, c.Name), c.Personal}) {
					return
				}
			}
		}
	}
}

func (n Night) measureRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, m := range n.Models {
			for _, x := range m.Measures {
				if !yield([]driver.Value{m.Name, x.Name, word(x.Title["en"]), word(x.Title["zh"]), x.Expression, word(x.Unit), word(x.Additivity), word(x.Format)}) {
					return
				}
			}
		}
	}
}

func (n Night) lineageRows() values {
	return func(yield func([]driver.Value) bool) {
		tonight := map[string]bool{}
		for _, m := range n.Models {
			tonight[m.Name] = true
		}
		for _, m := range n.Models {
			for _, ref := range m.Refs {
				if !yield([]driver.Value{m.Name, ref, "model", m.IsOptional(ref), tonight[ref]}) {
					return
				}
			}
			for _, input := range m.Inputs {
				if !yield([]driver.Value{m.Name, input, "input", m.IsOptional(input), n.Manifest.Inputs[input] != nil}) {
					return
				}
			}
		}
	}
}

// columnLineageRows are in the order of models and columns; an empty column stands for
// the rows of its model.
func (n Night) columnLineageRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, m := range n.Models {
			l := n.Lineage[m.Name]
			if l == nil {
				continue
			}
			rows := traced(m.Name, "", "rows", l.Decides, l.Unresolved)
			for _, c := range l.Columns {
				rows = slices.Concat(rows, traced(m.Name, c.Name, "value", c.From, c.Unresolved), traced(m.Name, c.Name, "decides", c.Decides, nil))
			}
			for _, row := range rows {
				if !yield(row) {
					return
				}
			}
		}
	}
}

func traced(model, column, role string, origins []lineage.Origin, problems []string) [][]driver.Value {
	var rows [][]driver.Value
	for _, o := range origins {
		rows = append(rows, []driver.Value{model, word(column), role, o.Kind, word(o.Relation), o.Column, nil})
	}
	for _, problem := range problems {
		rows = append(rows, []driver.Value{model, word(column), "unresolved", nil, nil, nil, problem})
	}
	return rows
}

func (n Night) freshnessRows(newest map[string]time.Time) values {
	return func(yield func([]driver.Value) bool) {
		months, _ := newestMonths(n.Manifest)
		last := lastDeliveries(n.Manifest)
		for _, source := range sourcesOf(n.Manifest, months) {
			row := []driver.Value{source, nil, nil, nil, day(months[source]), instant(newest[source])}
			if d, ok := last[source]; ok {
				row[1], row[2], row[3] = d.ID, d.Name, instant(d.ReceivedAt)
			}
			if !yield(row) {
				return
			}
		}
	}
}

// lakePaths are those of a partition's files, its patch's among them.
func lakePaths(p lake.Partition) []string {
	var paths []string
	for _, f := range p.Files() {
		paths = append(paths, f.Path)
	}
	return paths
}

func (n Night) versionRows() values {
	return func(yield func([]driver.Value) bool) {
		for _, m := range n.Models {
			parts := n.Manifest.Partitions(m.Name)
			for _, key := range sortedKeys(parts) {
				p := parts[key]
				if !yield([]driver.Value{m.Name, day(key), p.Rows(), p.Content, p.Run, strings.Join(lakePaths(p), " "), slices.Contains(n.Stale[m.Name], key)}) {
					return
				}
			}
		}
	}
}
