package extract

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/config"
)

// A reading is one table of a delivery as DuckDB will read it: which of its
// columns come typed, because the independent pass has seen every value fit, and
// which as text.
type reading struct {
	name string // of the delivery
	from string // the table's, where a delivery has several
	// path of what DuckDB reads: the file as delivered, or what Go made of it, whose
	// first column is the number of the record; made says which, and that it is to
	// be removed.
	path    string
	made    bool
	dialect csvfile.Dialect
	scan    csvfile.Result
	shapes  map[string]csvfile.Shape // asked of the scan, by column
	// printed are the fingerprints of the rows of the mapping keyed; nil for none.
	printed *printed
	keyed   *config.Mapping
	// kinds are DuckDB's types of the columns of a Parquet file; nil of text.
	kinds map[string]string
	// unmarked are columns of bytes in a Parquet file that are to be texts: some
	// writers do not say so.
	unmarked []string
	// unreadable are the records of which no row can be made.
	unreadable []record.Unreadable
	// footer holds the lines at the end that are no records.
	footer []string
}

// records is how many the delivery's table has, readable or not.
func (r *reading) records() int64 { return r.scan.Records + int64(len(r.unreadable)) }

// kindOf is DuckDB's type of one of the delivery's columns.
func (r *reading) kindOf(column string) string {
	for name, kind := range r.kinds {
		if strings.EqualFold(name, column) {
			return kind
		}
	}
	return "VARCHAR"
}

// remove lets go of what was made for DuckDB to read.
func (r *reading) remove() {
	if r.made {
		_ = os.Remove(r.path)
	}
}

// readTable makes a table of a delivery readable for DuckDB.
func (n *Night) readTable(ctx context.Context, f Found, from string) (*reading, error) {
	r, err := n.readFormat(ctx, f, from)
	if err != nil {
		return nil, err
	}
	r.name, r.from = f.Delivery.Name, from
	if err := n.control(ctx, f, r); err != nil {
		r.remove()
		return nil, err
	}
	return r, nil
}

// table is one of a delivery's, for package readers.
func (n *Night) table(f Found, from string) readers.Table {
	return readers.Table{File: f.File, Source: f.Source, From: from, Temp: n.Lake.TempDir()}
}

func (n *Night) readFormat(ctx context.Context, f Found, from string) (*reading, error) {
	table := n.table(f, from)
	if table.Delimited() {
		return n.scan(ctx, f, table.Dialect())
	}
	if err := n.tally(ctx, f); err != nil {
		return nil, err
	}
	if f.Source.Format == "parquet" {
		return n.readParquet(ctx, f)
	}
	return n.convert(ctx, f, table)
}

// tally notes the hash of a delivery that no scan takes.
func (n *Night) tally(ctx context.Context, f Found) error {
	sum, err := delivered.Hash(ctx, f.File)
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.delivery(f.Delivery.ID).SHA256 = sum
	n.mu.Unlock()
	return nil
}

// scan passes over the bytes once; a file that DuckDB could misread is written
// anew, without the records of which no row can be made.
func (n *Night) scan(ctx context.Context, f Found, d csvfile.Dialect) (*reading, error) {
	header, err := csvfile.Header(ctx, f.File, d)
	if err != nil {
		return nil, err
	}
	r := &reading{path: f.File.Path, dialect: d, shapes: shapesOf(f.Source, header)}
	scan, err := n.scanKeyed(ctx, f, r, f.File, values(r.shapes), header, func(name string) string { return name })
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.delivery(f.Delivery.ID).SHA256 = hex.EncodeToString(scan.SHA256[:])
	n.mu.Unlock()
	if scan.Regular() {
		r.scan = scan
		return r, nil
	}
	if err := n.readableEnough(f, scan); err != nil {
		return nil, err
	}
	r, err = n.rewritten(ctx, f, "", scan.Header, func(out *os.File) (int64, []record.Unreadable, error) {
		return csvfile.Normalise(ctx, f.File, d, out)
	})
	if err != nil {
		return nil, err
	}
	if r.records() != scan.Records {
		r.remove()
		return nil, fmt.Errorf("two passes over the file found %d and %d records: it changed while it was read; deliver it whole, then run again", scan.Records, r.records())
	}
	r.footer = scan.Footer
	return r, nil
}

// convert writes a table that DuckDB does not read as regular CSV.
func (n *Night) convert(ctx context.Context, f Found, table readers.Table) (*reading, error) {
	opened, err := table.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	r, err := n.rewritten(ctx, f, table.From, opened.Columns(), func(out *os.File) (int64, []record.Unreadable, error) {
		return record.Write(ctx, opened, out, keptRaw)
	})
	if err != nil {
		return nil, err
	}
	if footed, ok := opened.(interface{ Footer() []string }); ok {
		r.footer = footed.Footer()
	}
	if bad := int64(len(r.unreadable)); n.tooMany(bad, r.records()) {
		r.remove()
		return nil, n.tooManyUnreadable(f, table.From, r)
	}
	return r, nil
}

// rewritten has a table written as regular CSV, and scans that. The columns are
// the table's, in order, behind the record's number.
func (n *Night) rewritten(ctx context.Context, f Found, from string, columns []string, write func(*os.File) (int64, []record.Unreadable, error)) (*reading, error) {
	out, err := os.CreateTemp(n.Lake.TempDir(), fmt.Sprintf("%s-%d-*.csv", n.Manifest.Run, f.Delivery.ID))
	if err != nil {
		return nil, err
	}
	r := &reading{from: from, path: out.Name(), made: true, dialect: csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}, shapes: shapesOf(f.Source, columns)}
	kept, unreadable, err := write(out)
	if err = errors.Join(err, out.Close()); err == nil {
		r.unreadable = unreadable
		err = n.rescan(ctx, f, r, columns)
	}
	if err == nil && kept != r.scan.Records {
		err = fmt.Errorf("%d records were written for DuckDB and %d found again; this is a fault of Nightjar", kept, r.scan.Records)
	}
	if err != nil {
		r.remove()
		return nil, err
	}
	return r, nil
}

// rescan looks at what was written for DuckDB to read; names may have been
// rewritten in it.
func (n *Night) rescan(ctx context.Context, f Found, r *reading, columns []string) error {
	written := delivered.File{Path: r.path}
	header, err := csvfile.Header(ctx, written, r.dialect)
	if err != nil {
		return err
	}
	named := func(column string) string { return header[slices.Index(columns, column)+1] }
	var renamed []csvfile.Shape
	for column, shape := range r.shapes {
		shape.Column = named(column)
		renamed = append(renamed, shape)
	}
	if r.scan, err = n.scanKeyed(ctx, f, r, written, renamed, columns, named); err != nil {
		return err
	}
	r.scan.Columns, r.scan.Header = r.scan.Columns[1:], columns
	for i := range r.scan.Columns {
		r.scan.Columns[i].Name = columns[i]
	}
	return nil
}

func values(shapes map[string]csvfile.Shape) []csvfile.Shape {
	list := make([]csvfile.Shape, 0, len(shapes))
	for _, shape := range shapes {
		list = append(list, shape)
	}
	return list
}
