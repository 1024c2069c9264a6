package rejects

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// Export writes the rejects as CSV for whoever must correct them: UTF-8 with the
// mark by which spreadsheets know it, readable by its owner only, since values may
// be personal. It returns how many. An existing file is an error.
func Export(ctx context.Context, l *lake.Lake, o Options, path string) (count int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return 0, exitcode.With(exitcode.Usage, fmt.Errorf("exporting the rejects: %s is there already: name another file, or remove it", path))
	}
	if err != nil {
		return 0, fmt.Errorf("exporting the rejects: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	if _, err := f.WriteString("\ufeff"); err != nil {
		return 0, err
	}
	w := csv.NewWriter(f)
	if err := w.Write([]string{"source", "delivery", "line", "source_row", "input", "rule", "column", "action", "reason", "value", "raw"}); err != nil {
		return 0, err
	}
	o.Limit = 0
	count, err = Each(ctx, l, o, func(r Reject) error {
		return w.Write([]string{r.Source, r.Delivery, strconv.FormatInt(r.Line, 10), strconv.FormatInt(r.SourceRow, 10), r.Input, r.Rule, r.Column, r.Action, r.Reason, r.Value, r.Raw})
	})
	w.Flush()
	return count, errors.Join(err, w.Error())
}
