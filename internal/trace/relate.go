package trace

import (
	"context"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// Has says whether the night has a table of that name.
func (t *Tracer) Has(model string) bool { return t.manifest.Models[model] != nil }

// present says whether the night has rows of a model or input.
func (t *Tracer) present(name string) bool {
	return t.manifest.Models[name] != nil || t.manifest.Inputs[name] != nil
}

// relate makes what SQL names, and the warehouse does not have, into a relation:
// the live set of an input; of a model that this project does without, no rows.
func (t *Tracer) relate(ctx context.Context, sql string) error {
	for name := range words(sql) {
		if t.related[name] {
			continue
		}
		relation := ""
		if in := t.catalog.Inputs[name]; in != nil {
			relation = t.live(in)
		} else if m := t.catalog.Models[name]; m != nil && t.manifest.Models[name] == nil {
			relation = duck.None(m.Columns)
		}
		if relation != "" {
			if err := t.exec(ctx, "reading "+name, "create temp view "+duck.Name(name)+" as "+relation); err != nil {
				return err
			}
		}
		t.related[name] = true
	}
	return nil
}

// live is the live set of an input.
func (t *Tracer) live(in *models.Input) string {
	var files []lake.File
	if set := t.manifest.Inputs[in.Name]; set != nil {
		files = set.Files()
	}
	return "from " + duck.Live(in, t.lake.Paths(files))
}
