package sample

import (
	"context"
	"io"

	"nightjar/extract/csvfile"
	"nightjar/extract/inspect/sniff"
	"nightjar/extract/readers"
	"nightjar/extract/record"
)

// table is that of the rows in one of the files.
func (r *Rows) table(f *sniff.Found) readers.Table {
	return readers.Table{File: f.File, Source: &f.Source, From: r.From, Temp: r.temp}
}

// columnsOf reads the names of a table's columns.
func columnsOf(ctx context.Context, t readers.Table) ([]string, error) {
	if t.Delimited() {
		return csvfile.Header(ctx, t.File, t.Dialect())
	}
	opened, err := t.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return opened.Columns(), nil
}

// unreadableKept is how many records of which no row can be made keep their text.
const unreadableKept = 20

// write writes a table as regular CSV, behind the records' numbers.
func write(ctx context.Context, t readers.Table, to io.Writer) (kept int64, unreadable []record.Unreadable, err error) {
	if t.Delimited() {
		return csvfile.Normalise(ctx, t.File, t.Dialect(), to)
	}
	opened, err := t.Open(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer opened.Close()
	return record.Write(ctx, opened, to, unreadableKept)
}
