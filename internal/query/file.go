package query

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nightjar/internal/lake"
)

// RunToFile is Run with a file to write to, which appears, or replaces the
// one there, only when the answer is whole.
func RunToFile(ctx context.Context, l *lake.Lake, o Options, path string) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing the answer to %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if err := errors.Join(Run(ctx, l, o, file), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("writing the answer to %s: %w", path, err)
	}
	return nil
}
