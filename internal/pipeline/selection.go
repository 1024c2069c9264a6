package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/extract"
	"nightjar/internal/exitcode"
	"nightjar/models"
	"nightjar/transform"
)

// selecting says whether the night builds some models alone. It then reads no
// delivery, and speaks of the same day as the last one.
func (n *night) selecting() bool { return len(n.options.Select) > 0 }

// chosen says whether the night builds the model where it is stale.
func (n *night) chosen(m *models.Model) bool { return n.selection == nil || n.selection[m.Name] }

// choose finds the models that --select means: those named and all downstream, and
// of what they need, what has never been built. The others stay as they are, so that
// their header must still be that of their rows.
func (n *night) choose() error {
	if !n.selecting() {
		return nil
	}
	if n.previous == nil {
		return exitcode.With(exitcode.NoWarehouse, errors.New("--select builds on a night that there is, and none has been published: run without it first"))
	}
	n.manifest.ReceivedAt, n.manifest.Config = n.previous.ReceivedAt, n.previous.Config
	order, left := transform.Available(n.Catalog, n.fed())
	names := make([]string, len(order))
	for i, m := range order {
		names[i] = m.Name
	}
	for _, name := range n.options.Select {
		if !slices.Contains(names, name) {
			return exitcode.With(exitcode.Usage, fmt.Errorf("--select names %s, %s", name, whyNot(name, names, left)))
		}
	}
	n.selection = n.withDownstream(order)
	return exitcode.With(exitcode.Config, n.othersAsTheyWere(order))
}

func whyNot(name string, names []string, left map[string]string) string {
	if reason := left[name]; reason != "" {
		return "which is not built: " + reason
	}
	if near := models.Nearest(name, names); near != "" {
		return fmt.Sprintf("which is no model (did you mean %q?)", near)
	}
	return "which is no model: `nightjar sql 'select model from nightjar.model'` lists them"
}

// withDownstream goes through the models, each after those that it refers to. Who names
// a view means the tables that it is made of.
func (n *night) withDownstream(order []*models.Model) map[string]bool {
	named := slices.Clone(n.options.Select)
	for _, name := range n.options.Select {
		if m := n.Catalog.Models[name]; m.View {
			tables, _ := n.Catalog.Reads(m)
			named = append(named, tables...)
		}
	}
	selection := map[string]bool{}
	for _, m := range order {
		selection[m.Name] = slices.Contains(named, m.Name) || slices.ContainsFunc(m.Refs, func(ref string) bool { return selection[ref] })
	}
	for _, m := range slices.Backward(order) {
		for _, ref := range m.Refs {
			if selection[m.Name] && (m.Upkeeps(ref) || n.manifest.Models[ref] == nil) {
				selection[ref] = true
			}
		}
	}
	return selection
}

// othersAsTheyWere refuses to leave out what has changed in itself, rather than
// in what it is built from: its table would not be what the catalog says.
func (n *night) othersAsTheyWere(order []*models.Model) error {
	for name, in := range n.Catalog.Inputs {
		if changes := extract.Changes(in, n.manifest.Inputs[name]); len(changes) > 0 {
			return fmt.Errorf("the contract of %s has changed (%s), and live rows are brought under it by a whole night: run without --select", name, strings.Join(changes, ", "))
		}
	}
	var changed []string
	for _, m := range order {
		if built := n.manifest.Models[m.Name]; built != nil && built.Fingerprint != m.Fingerprint && !n.chosen(m) {
			changed = append(changed, m.Name)
		}
	}
	if len(changed) > 0 {
		return fmt.Errorf("other models have changed too: select them as well (--select %s), or run without --select", strings.Join(slices.Concat(n.options.Select, changed), ","))
	}
	return nil
}

// leftStale lists the partitions that --select left stale, and those of models built
// from such ones, which may be: the next whole night settles them.
func (n *night) leftStale() map[string][]string {
	left := map[string][]string{}
	for _, m := range n.models {
		stale, all := n.plot().needs(m)
		if slices.ContainsFunc(m.Refs, func(ref string) bool { return left[ref] != nil }) {
			left[m.Name] = all
			continue
		}
		for _, s := range stale {
			left[m.Name] = append(left[m.Name], s.partition())
		}
	}
	return left
}

// mixed says, of a night that was not published, what may have been selected too little.
func (n *night) mixed() string {
	if len(n.report.Stale) == 0 {
		return ""
	}
	return fmt.Sprintf("; --select left %s as they were, which may be why: select them too, or run without it", strings.Join(slices.Sorted(maps.Keys(n.report.Stale)), ", "))
}
