package csvfile

import (
	"context"
	"io"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// Normalise rewrites a file as regular CSV (comma, '"', \n, UTF-8) under a header:
// first source_row, the number of the record from 1, then the file's columns by
// their unique names. Unreadable records are left out and returned. Records kept and
// unreadable together are the Records of Scan. It writes no more after an error of
// to; its other errors are those of Scan.
func Normalise(ctx context.Context, file delivered.File, d Dialect, to io.Writer) (kept int64, unreadable []record.Unreadable, err error) {
	r, err := openRecords(ctx, file, d)
	if err != nil {
		return 0, nil, err
	}
	defer r.close()
	names, _, err := r.readHeader(d)
	if err != nil {
		return 0, nil, err
	}
	out := record.NewWriter(to)
	out.Header(names)
	var scratch []byte
	for {
		more, err := r.next()
		if err != nil {
			return kept, unreadable, err
		}
		if !more {
			break
		}
		if u, bad := r.rec.unreadable(len(names)); bad {
			unreadable = append(unreadable, u)
			continue
		}
		kept++
		out.Begin(r.rec.number)
		for _, s := range r.rec.spans {
			out.Field(r.rec.value(s, r.machine.escape, &scratch))
		}
		if err := out.End(); err != nil {
			return kept, unreadable, err
		}
	}
	return kept, unreadable, out.Flush()
}

// unreadable describes a record that no row can be made of, and reports whether it
// is one.
func (r *row) unreadable(columns int) (record.Unreadable, bool) {
	kind, reason := r.fault(columns)
	if kind == "" {
		return record.Unreadable{}, false
	}
	return record.Unreadable{Record: r.number, Line: r.line, Rule: kind, Reason: reason, Raw: record.Printable(r.raw)}, true
}
