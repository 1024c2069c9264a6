package readers

import (
	"nightjar/extract/linefile"
	"nightjar/internal/charset"
)

// lines says how the lines of the file become records.
func (t Table) lines() (linefile.Options, error) {
	s := t.Source
	o := linefile.Options{Skip: s.Lines.Skip, Footer: s.Lines.Footer, Comment: mark(s.Lines.Comment)}
	switch s.Format {
	case "aligned":
		o.Header, o.Columns, o.Cut.Blanks = s.Aligned.HasHeader(), s.Aligned.Columns, true
	case "csv":
		o.Header, o.Columns, o.Cut.Separator = s.CSV.HasHeader(), s.CSV.Columns, s.CSV.Delimiter
	case "fixed":
		return t.fixed(o)
	}
	return o, nil
}

// fixed adds the places of the columns of fixed width. One without its own place
// begins behind the one before.
func (t Table) fixed(o linefile.Options) (linefile.Options, error) {
	at := 0
	for _, column := range t.Source.Fixed.Columns {
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
	o.Cut.Trimmed, o.Cut.Bytes = t.Source.Fixed.Trimmed, t.Source.Fixed.Unit == "byte"
	if !o.Cut.Bytes {
		return o, nil
	}
	coding, err := charset.Lookup(t.File.Encoding)
	if coding != nil {
		o.Cut.Decoder = coding.NewDecoder()
	}
	return o, err
}
