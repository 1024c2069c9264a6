package pipeline

import (
	"context"

	"nightjar/extract"
	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/internal/trace"
)

// Originals finds delivered records where the project's sources look for files.
type Originals struct{ *project.Project }

// Records implements trace.Originals.
func (o Originals) Records(ctx context.Context, d lake.Delivery, input string, numbers []int64) (string, []trace.Original, error) {
	path, records, err := extract.Original(ctx, o.Config, o.Lake, d, input, numbers)
	all := make([]trace.Original, len(records))
	for i, r := range records {
		all[i] = trace.Original{Record: r.Record, Line: r.Line, Text: r.Text}
	}
	return path, all, err
}
