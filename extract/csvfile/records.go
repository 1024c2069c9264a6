package csvfile

import (
	"context"
	"fmt"
	"slices"
)

// Raw is a record as it stands in the file.
type Raw struct {
	Record, Line int64    // as in Irregularity
	Text         string   // without line end, cut at 64 KiB, with U+FFFD for what is not UTF-8
	Fields       []string // its values as far as they can be told apart; none if too long
}

// Records reads the records of these numbers, which must ascend, in one pass that
// ends at the last of them. A number that the file does not have is a
// *MissingRecordError; its other errors are those of Scan.
func Records(ctx context.Context, path string, d Dialect, wanted []int64) ([]Raw, error) {
	if !slices.IsSorted(wanted) || len(wanted) > 0 && wanted[0] < 1 {
		return nil, fmt.Errorf("reading records of %s: their numbers must ascend from 1", path)
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	r, err := openRecords(ctx, path, d)
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
func (r *recordReader) pick(wanted []int64) ([]Raw, error) {
	found := make([]Raw, 0, len(wanted))
	for _, number := range slices.Compact(slices.Clone(wanted)) {
		for r.number < number {
			more, err := r.next()
			if err != nil {
				return nil, err
			}
			if !more {
				return nil, &MissingRecordError{Path: r.source.path, Record: number, Records: r.number}
			}
		}
		found = append(found, r.rec.asRaw(r.machine.escape))
	}
	return found, nil
}

func (r *record) asRaw(escape byte) Raw {
	return Raw{Record: r.number, Line: r.line, Text: r.text(), Fields: r.strings(escape)}
}
