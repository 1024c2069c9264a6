package csvfile

import (
	"context"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// Scan reads a file once and reports what it holds: its hash, its records, how
// each column looks and whether it fits its shape, and what is not regular. Facts
// about columns speak of the readable records. An empty file is 0 records if it
// needs no header.
//
// Its errors are *UnclosedQuoteError, *UnknownColumnError, *EmptyFileError,
// *ShortFooterError, *delivered.MistakenError, a dialect or shape that makes no
// sense, a file that cannot be read or decompressed, and the context's.
func Scan(ctx context.Context, file delivered.File, d Dialect, shapes []Shape) (Result, error) {
	return ScanKeyed(ctx, file, d, shapes, Key{})
}

// ScanKeyed is Scan, and fingerprints the records on the way. Where the result says
// KeyTold, records of equal keys have equal fingerprints, in this file and others.
// Its errors are those of Scan, and those of key.To.
func ScanKeyed(ctx context.Context, file delivered.File, d Dialect, shapes []Shape, key Key) (Result, error) {
	r, err := openRecords(ctx, file, d)
	if err != nil {
		return Result{}, err
	}
	defer r.close()
	s := scan{reader: r, result: Result{Compression: r.source.Compression, IrregularCount: map[string]int64{}}}
	if err := s.header(d, shapes, key); err != nil {
		return Result{}, err
	}
	if err := s.body(); err != nil {
		return Result{}, err
	}
	return s.conclude()
}

// scan is a Scan under way.
type scan struct {
	reader  *recordReader
	columns []column
	keyer   keyer
	result  Result
	skim    skimmer
	scratch []byte
}

func (s *scan) header(d Dialect, shapes []Shape, key Key) error {
	names, blank, err := s.reader.readHeader(d)
	if err != nil {
		return err
	}
	if s.columns, err = newColumns(s.reader.source.Name(), names, shapes); err != nil {
		return err
	}
	s.result.Header = names
	s.keyer = newKeyer(key, names, shapes)
	s.skim = newSkimmer(s.reader, s.columns, &s.keyer)
	if !d.plain() {
		s.note(0, 1, OtherLines, "lines that are skipped, comments or a footer")
	}
	if !s.reader.source.Readable() {
		s.note(0, 1, Packed, "another encoding than UTF-8, or a member of an archive")
	}
	if blank > 0 {
		s.note(0, 1, BlankLine, "blank lines before the header: DuckDB would take the first of them for it")
	}
	if d.Header {
		s.inspect(&s.reader.rec)
	}
	return nil
}

func (s *scan) body() error {
	for {
		s.skim.skim()
		more, err := s.reader.next()
		if err != nil || !more {
			return err
		}
		if s.inspect(&s.reader.rec) {
			s.observe(&s.reader.rec)
		}
	}
}

// inspect notes what is irregular about a record, and reports whether it is readable.
func (s *scan) inspect(rec *row) bool {
	for _, o := range rec.oddities() {
		s.note(rec.number, rec.line, o.kind, o.detail)
	}
	if kind, detail := rec.fault(len(s.columns)); kind != "" {
		s.note(rec.number, rec.line, kind, detail)
		return false
	}
	return true
}

func (s *scan) note(record, line int64, kind, detail string) {
	s.result.IrregularCount[kind]++
	if len(s.result.Irregular) < irregularLimit {
		s.result.Irregular = append(s.result.Irregular, Irregularity{Record: record, Line: line, Kind: kind, Detail: detail})
	}
}

func (s *scan) observe(rec *row) {
	for i, at := range rec.spans {
		s.columns[i].observe(rec.value(at, s.reader.machine.escape, &s.scratch), rec.number)
	}
	s.keyer.observe(func(place int) []byte { return rec.value(rec.spans[place], s.reader.machine.escape, &s.scratch) })
}

func (s *scan) conclude() (result Result, err error) {
	if s.reader.oddLine > 0 {
		s.note(0, s.reader.oddLine, LineEnd, "a blank line that ends otherwise than the file's first line")
	}
	if s.reader.markedLine > 0 {
		s.note(0, s.reader.markedLine, MarkWithin, "a byte order mark before another record than the first: DuckDB would take it for text")
	}
	if s.reader.blankLine > 0 && len(s.columns) == 1 {
		s.note(0, s.reader.blankLine, BlankLine, "a blank line in a file of one column: DuckDB would take it for an empty value")
	}
	result = s.result
	result.Records, result.LongestRecord = s.reader.number, s.reader.longest
	result.MultiLine = s.reader.multiLine
	for _, held := range s.reader.held {
		result.Footer = append(result.Footer, record.Printable(held.raw))
	}
	for _, c := range s.columns {
		c.FirstMonth, c.LastMonth = c.moment.span()
		result.Columns = append(result.Columns, c.ColumnFacts)
	}
	if result.KeyTold, err = s.keyer.finish(s.columns); err != nil {
		return result, err
	}
	result.SHA256, result.Size, err = s.reader.source.Finish()
	return result, err
}
