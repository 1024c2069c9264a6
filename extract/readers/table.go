package readers

import (
	"context"
	"fmt"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/jsonfile"
	"nightjar/extract/linefile"
	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
	"nightjar/internal/config"
)

// A Table is one table of a delivered file, and how to read it.
type Table struct {
	File delivered.File
	// Source says how the file is written, but for its encoding: that is the File's.
	Source *config.Source
	// From is the table's name in a mapping; "" in formats that have one table.
	From string
	// Temp is a folder for what must be unpacked before it can be read: a workbook, for
	// as long as it is open.
	Temp string
}

// Delimited says whether package csvfile reads the table, in the Dialect: fields are
// set apart by one ASCII character.
func (t Table) Delimited() bool { return t.Source.Format == "csv" && t.Source.CSV.Simple() }

// Dialect is how the fields of a Delimited table are written. The source is a valid
// one.
func (t Table) Dialect() csvfile.Dialect {
	csv, lines := t.Source.CSV, t.Source.Lines
	return csvfile.Dialect{
		Delimiter: mark(csv.Delimiter), Quote: mark(csv.Quote), Escape: mark(csv.Escape), Comment: mark(lines.Comment),
		Header: csv.HasHeader(), Columns: csv.Columns, Skip: lines.Skip, Footer: lines.Footer,
	}
}

// mark is a setting of one ASCII character; 0 where it is not set.
func mark(setting string) byte {
	if setting == "" {
		return 0
	}
	return setting[0]
}

// Open opens a table that is neither Delimited nor Parquet at its first record; the
// caller closes it. Its errors are those of the format's reader: a file that is not
// as the source says, is cut off, or has no such table; each names the file.
func (t Table) Open(ctx context.Context) (record.Table, error) {
	switch {
	case t.Delimited():
	case t.Source.Format == "json":
		return jsonfile.Open(t.File, jsonfile.Options{Records: t.Source.JSON.Records, From: t.From, Columns: t.Source.JSON.Columns})
	case t.Source.Format == "excel":
		return t.openSheet(ctx)
	case t.Source.Format == "poslog":
		return t.openLog()
	case t.Source.Format == "aligned", t.Source.Format == "fixed", t.Source.Format == "csv":
		return t.openLines()
	}
	return nil, fmt.Errorf("format %s is not read record by record; this is a fault of Nightjar", t.Source.Format)
}

func (t Table) openSheet(ctx context.Context) (record.Table, error) {
	path, remove, err := delivered.Unpack(ctx, t.File, t.Temp)
	if err != nil {
		return nil, err
	}
	o := t.Source.Excel
	sheet, err := xlsxfile.Open(path, xlsxfile.Options{Name: t.File.String(), Sheet: o.Sheet, Header: o.HeaderRow, HeaderRows: o.HeaderRows, NoHeader: len(o.Columns) > 0, Columns: o.Columns})
	if err != nil {
		remove()
		return nil, err
	}
	return closing{sheet, remove}, nil
}

func (t Table) openLog() (record.Table, error) {
	stream, err := delivered.Open(t.File)
	if err != nil {
		return nil, err
	}
	log, err := poslog.Open(stream, stream.Name(), t.From)
	if err != nil {
		stream.Close()
		return nil, err
	}
	return closing{log, stream.Close}, nil
}

// closing is a table that lets go of more than its reader does when it is closed.
type closing struct {
	record.Table
	also func()
}

func (c closing) Close() error {
	defer c.also()
	return c.Table.Close()
}

func (t Table) openLines() (record.Table, error) {
	o, err := t.lines()
	if err != nil {
		return nil, err
	}
	file := t.File
	if o.Cut.Bytes {
		file.Encoding = ""
	}
	return linefile.Open(file, o)
}

// Records finds records of a table that is not Parquet by their numbers, which
// ascend from 1, as they stand in the file. A number that the table does not have is
// left out or, where it is Delimited, a *csvfile.MissingRecordError; the other errors
// are those of its reader.
func (t Table) Records(ctx context.Context, numbers []int64) ([]record.Raw, error) {
	if t.Delimited() {
		return csvfile.Records(ctx, t.File, t.Dialect(), numbers)
	}
	opened, err := t.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return record.Pick(ctx, opened, numbers)
}
