package transform

import (
	"fmt"
	"slices"
	"strings"

	"nightjar/models"
)

// Available tells the models that a project with these inputs can build, each
// after those it refers to, from those that are left out, with the reason. A
// model is left out when a reference that it does not call optional is absent
// or left out itself, or when all of those are of which it needs one. The
// catalog is one that models.Load returned, and so has an order.
func Available(catalog *models.Catalog, inputs map[string]bool) (order []*models.Model, left map[string]string) {
	all, _ := catalog.Order()
	left = map[string]string{}
	for _, m := range all {
		if reason := missing(m, inputs, left); reason != "" {
			left[m.Name] = reason
			continue
		}
		order = append(order, m)
	}
	return order, left
}

func missing(m *models.Model, inputs map[string]bool, left map[string]string) string {
	for _, name := range m.Inputs {
		if !inputs[name] && !m.IsOptional(name) {
			return fmt.Sprintf("no source gives %s", name)
		}
	}
	for _, name := range m.Refs {
		if reason, out := left[name]; out && !m.IsOptional(name) {
			return fmt.Sprintf("%s is left out: %s", name, reason)
		}
	}
	absent := func(name string) bool {
		_, out := left[name]
		return out || slices.Contains(m.Inputs, name) && !inputs[name]
	}
	if len(m.NeedsOneOf) > 0 && !slices.ContainsFunc(m.NeedsOneOf, func(name string) bool { return !absent(name) }) {
		return fmt.Sprintf("it needs one of %s, and none is there", strings.Join(m.NeedsOneOf, ", "))
	}
	return ""
}
