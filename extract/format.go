package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/jsonfile"
	"nightjar/extract/linefile"
	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
	"nightjar/internal/charset"
	"nightjar/internal/config"
)

// table opens one table of a delivery in a format that Go reads.
func (n *Night) table(ctx context.Context, f Found, from string) (record.Table, error) {
	source := f.Source
	switch source.Format {
	case "json":
		return jsonfile.Open(f.File, jsonfile.Options{Records: source.JSON.Records, From: from, Columns: source.JSON.Columns})
	case "excel":
		return n.sheet(ctx, f)
	case "poslog":
		stream, err := delivered.Open(f.File)
		if err != nil {
			return nil, err
		}
		table, err := poslog.Open(readCloser{stream}, stream.Name(), from)
		if err != nil {
			stream.Close()
			return nil, err
		}
		return table, nil
	case "aligned", "fixed", "csv":
		o, err := linesOf(source)
		if err != nil {
			return nil, err
		}
		file := f.File
		if o.Cut.Bytes {
			file.Encoding = ""
		}
		return linefile.Open(file, o)
	}
	return nil, fmt.Errorf("format %s is not read here; this is a fault of Nightjar", source.Format)
}

// readCloser closes a stream as readers are closed.
type readCloser struct{ *delivered.Stream }

func (r readCloser) Close() error { r.Stream.Close(); return nil }

// sheet opens a sheet of a workbook.
func (n *Night) sheet(ctx context.Context, f Found) (record.Table, error) {
	path, remove, err := n.unpacked(ctx, f)
	if err != nil {
		return nil, err
	}
	o := f.Source.Excel
	sheet, err := xlsxfile.Open(path, xlsxfile.Options{Sheet: o.Sheet, Header: o.HeaderRow, HeaderRows: o.HeaderRows, NoHeader: len(o.Columns) > 0, Columns: o.Columns})
	if err != nil {
		remove()
		return nil, err
	}
	return closing{sheet, remove}, nil
}

// closing is a table that lets go of more than its file when it is closed.
type closing struct {
	record.Table
	also func()
}

func (c closing) Close() error {
	defer c.also()
	return c.Table.Close()
}

// linesOf says how the lines of a source's files become records.
func linesOf(source *config.Source) (linefile.Options, error) {
	o := linefile.Options{Skip: source.Lines.Skip, Footer: source.Lines.Footer}
	if source.Lines.Comment != "" {
		o.Comment = source.Lines.Comment[0]
	}
	switch source.Format {
	case "aligned":
		o.Header, o.Columns, o.Cut.Blanks = source.Aligned.HasHeader(), source.Aligned.Columns, true
	case "csv":
		o.Header, o.Columns, o.Cut.Separator = source.CSV.HasHeader(), source.CSV.Columns, source.CSV.Delimiter
	case "fixed":
		at := 0
		o.Cut.Trimmed = source.Fixed.Trimmed
		for _, column := range source.Fixed.Columns {
			if column.From > 0 {
				at = column.From - 1
			}
			w := linefile.Width{From: at}
			if column.Width > 0 {
				at += column.Width
				w.To = at
			}
			o.Columns, o.Cut.Widths = append(o.Columns, column.Name), append(o.Cut.Widths, w)
		}
		if source.Fixed.Unit == "byte" {
			coding, err := charset.Lookup(source.Encoding)
			if err != nil {
				return o, err
			}
			if o.Cut.Bytes = true; coding != nil {
				o.Cut.Decoder = coding.NewDecoder()
			}
		}
	}
	return o, nil
}

// recordsOf finds records of a delivery's table by number, as they stand in the
// file. The numbers ascend.
func (n *Night) recordsOf(ctx context.Context, f Found, from string, wanted []int64) ([]record.Raw, error) {
	switch {
	case f.Source.Format == "csv" && f.Source.CSV.Simple():
		return csvfile.Records(ctx, f.File, dialectOf(f.Source), wanted)
	case f.Source.Format == "parquet":
		return n.parquetRecords(ctx, f, wanted)
	}
	table, err := n.table(ctx, f, from)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	return record.Pick(ctx, table, wanted)
}

// illustrate adds raw text and line to the rows that were hit.
func (n *Night) illustrate(ctx context.Context, f Found, from string, hits []Reject) error {
	if len(hits) == 0 {
		return nil
	}
	var wanted []int64
	for _, hit := range hits {
		wanted = append(wanted, hit.SourceRow)
	}
	slices.Sort(wanted)
	raws, err := n.recordsOf(ctx, f, from, slices.Compact(wanted))
	if err != nil {
		return err
	}
	byRow := map[int64]record.Raw{}
	for _, raw := range raws {
		byRow[raw.Record] = raw
	}
	for i := range hits {
		hits[i].Line, hits[i].Raw = byRow[hits[i].SourceRow].Line, byRow[hits[i].SourceRow].Text
	}
	return nil
}

// kindOf is DuckDB's type of one of the delivery's columns.
func (r *reading) kindOf(column string) string {
	for name, kind := range r.kinds {
		if strings.EqualFold(name, column) {
			return kind
		}
	}
	return "VARCHAR"
}
