package csvfile

import (
	"context"
	"fmt"
	"slices"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// Records reads the records of these numbers, which must ascend, in one pass that
// ends at the last of them. A number that the file does not have is a
// *MissingRecordError; its other errors are those of Scan.
func Records(ctx context.Context, file delivered.File, d Dialect, wanted []int64) ([]record.Raw, error) {
	if !slices.IsSorted(wanted) || len(wanted) > 0 && wanted[0] < 1 {
		return nil, fmt.Errorf("reading records of %s: their numbers must ascend from 1", file)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	r, err := openRecords(ctx, file, d)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if _, _, err := r.readHeader(d); err != nil {
		return nil, err
	}
	return r.pick(wanted)
}

// pick reads on to the last record wanted.
func (r *recordReader) pick(wanted []int64) ([]record.Raw, error) {
	found := make([]record.Raw, 0, len(wanted))
	for _, number := range slices.Compact(slices.Clone(wanted)) {
		for r.number < number {
			more, err := r.next()
			if err != nil {
				return nil, err
			}
			if !more {
				return nil, &MissingRecordError{Path: r.source.Name(), Record: number, Records: r.number}
			}
		}
		found = append(found, r.rec.asRaw(r.machine.escape))
	}
	return found, nil
}

func (r *row) asRaw(escape byte) record.Raw {
	return record.Raw{Record: r.number, Line: r.line, Text: record.Printable(r.raw), Fields: r.strings(escape)}
}
