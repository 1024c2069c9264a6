package csvfile

import (
	"context"

	"nightjar/extract/delivered"
)

// Header reads a file's column names alone, unique as UniqueNames makes them;
// those of a dialect without a header are the dialect's. Errors are those of Scan.
func Header(ctx context.Context, file delivered.File, d Dialect) ([]string, error) {
	r, err := openRecords(ctx, file, d)
	if err != nil {
		return nil, err
	}
	defer r.close()
	names, _, err := r.readHeader(d)
	return names, err
}

// Validate says what is wrong with a shape, if anything: a format that is not of
// fixed width, a decimal that is too wide.
func (s Shape) Validate() error {
	_, err := s.prepare()
	return err
}
