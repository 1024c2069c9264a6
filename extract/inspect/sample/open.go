package sample

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/inspect/sniff"
	"nightjar/extract/jsonfile"
	"nightjar/extract/linefile"
	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
	"nightjar/internal/charset"
	"nightjar/internal/config"
)

// open opens one table of a file in a format that Go reads record by record.
func open(ctx context.Context, f *sniff.Found, from, temp string) (record.Table, error) {
	source := &f.Source
	switch source.Format {
	case "json":
		return jsonfile.Open(f.File, jsonfile.Options{Records: source.JSON.Records, From: from})
	case "excel":
		return openSheet(ctx, f, temp)
	case "poslog":
		stream, err := delivered.Open(f.File)
		if err != nil {
			return nil, err
		}
		return closing(poslog.Open(stream, stream.Name(), from))(stream.Close)
	}
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

func openSheet(ctx context.Context, f *sniff.Found, temp string) (record.Table, error) {
	folder, err := os.MkdirTemp(temp, "sheet-")
	if err != nil {
		return nil, err
	}
	remove := func() { _ = os.RemoveAll(folder) }
	path, _, err := delivered.Unpack(ctx, f.File, filepath.Join(folder, "workbook"))
	if err != nil {
		remove()
		return nil, err
	}
	o := f.Source.Excel
	return closing(xlsxfile.Open(path, xlsxfile.Options{Sheet: o.Sheet, Header: o.HeaderRow, HeaderRows: o.HeaderRows, NoHeader: len(o.Columns) > 0, Columns: o.Columns}))(remove)
}

// closing adds to an opened table what is to be let go of with it, and at once where
// it could not be opened.
func closing[T record.Table](table T, err error) func(also func()) (record.Table, error) {
	return func(also func()) (record.Table, error) {
		if err != nil {
			also()
			return nil, err
		}
		return held{table, also}, nil
	}
}

type held struct {
	record.Table
	also func()
}

func (h held) Close() error {
	defer h.also()
	return h.Table.Close()
}

// linesOf says how lines become records.
func linesOf(source *config.Source) (linefile.Options, error) {
	o := linefile.Options{Skip: source.Lines.Skip, Footer: source.Lines.Footer}
	if source.Lines.Comment != "" {
		o.Comment = source.Lines.Comment[0]
	}
	switch source.Format {
	case "aligned":
		o.Header, o.Columns, o.Cut.Blanks = source.Aligned.HasHeader(), source.Aligned.Columns, true
		return o, nil
	case "csv":
		o.Header, o.Columns, o.Cut.Separator = source.CSV.HasHeader(), source.CSV.Columns, source.CSV.Delimiter
		return o, nil
	case "fixed":
		return o, widths(&o, source)
	}
	return o, fmt.Errorf("format %s is not read here; this is a fault of Nightjar", source.Format)
}

func widths(o *linefile.Options, source *config.Source) error {
	for _, c := range source.Fixed.Columns {
		w := linefile.Width{From: c.From - 1}
		if c.Width > 0 {
			w.To = w.From + c.Width
		}
		o.Columns, o.Cut.Widths = append(o.Columns, c.Name), append(o.Cut.Widths, w)
	}
	if source.Fixed.Unit != "byte" {
		return nil
	}
	coding, err := charset.Lookup(source.Encoding)
	if o.Cut.Bytes = true; coding != nil {
		o.Cut.Decoder = coding.NewDecoder()
	}
	return err
}

// dialectOf is the dialect of delimited text for package csvfile.
func dialectOf(source *config.Source) csvfile.Dialect {
	d := csvfile.Dialect{
		Delimiter: source.CSV.Delimiter[0], Header: source.CSV.HasHeader(), Columns: source.CSV.Columns,
		Skip: source.Lines.Skip, Footer: source.Lines.Footer,
	}
	for _, mark := range []struct {
		to   *byte
		text string
	}{{&d.Quote, source.CSV.Quote}, {&d.Escape, source.CSV.Escape}, {&d.Comment, source.Lines.Comment}} {
		if mark.text != "" {
			*mark.to = mark.text[0]
		}
	}
	return d
}

// simpleCSV says whether package csvfile reads the file.
func simpleCSV(f *sniff.Found) bool { return f.Source.Format == "csv" && f.Source.CSV.Simple() }

// columnsOf reads the names of a table's columns.
func columnsOf(ctx context.Context, f *sniff.Found, from, temp string) ([]string, error) {
	if simpleCSV(f) {
		return csvfile.Header(ctx, f.File, dialectOf(&f.Source))
	}
	t, err := open(ctx, f, from, temp)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return t.Columns(), nil
}

// write writes a table as regular CSV.
func write(ctx context.Context, f *sniff.Found, from, temp string, to io.Writer) (kept int64, unreadable []record.Unreadable, err error) {
	if simpleCSV(f) {
		return csvfile.Normalise(ctx, f.File, dialectOf(&f.Source), to)
	}
	t, err := open(ctx, f, from, temp)
	if err != nil {
		return 0, nil, err
	}
	defer t.Close()
	return record.Write(ctx, t, to, unreadableKept)
}

// unreadableKept is how many records of which no row can be made keep their text.
const unreadableKept = 20
