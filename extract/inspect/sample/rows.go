package sample

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/inspect/sniff"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/duck"
)

// Rows are those of one table of files of one kind. In DuckDB they are a table with
// a column file (its number, from 0), number (of the record, from 1), and c1, c2, …
// of text, without blanks around it, null where nothing is left.
type Rows struct {
	DB    *sql.DB
	Table string // its name in DuckDB, quoted
	From  string // the table's in the files
	Files []*sniff.Found
	// Columns are the names in the files.
	Columns []string
	// Kinds are DuckDB's types of the columns in the files, which are Parquet; nil of
	// all others.
	Kinds []string
	// Records is how many there are, Looked how many of them are in DuckDB,
	// Unreadable how many are none of which a row can be made.
	Records, Looked, Unreadable int64
	// Bad are the first of the latter.
	Bad []Bad

	temp string
}

// Bad is a record of which no row can be made.
type Bad struct {
	File string `json:"file"`
	record.Unreadable
}

// Options say how much is looked at, and where files may be made.
type Options struct {
	// First records of a file that are all looked at; of those behind them, some.
	First int64
	// Temp is a folder for files, removed by the caller.
	Temp string
}

// Load reads a table of files of one kind. name is the table's in DuckDB. Its errors
// are those of files that cannot be read.
func Load(ctx context.Context, db *sql.DB, name string, files []*sniff.Found, from string, o Options) (*Rows, error) {
	r := &Rows{DB: db, Table: duck.Name(name), From: from, Files: files, temp: o.Temp}
	if err := r.unite(ctx); err != nil {
		return nil, err
	}
	for i, f := range files {
		load := r.loadText
		if f.Source.Format == "parquet" {
			load = r.loadParquet
		}
		if err := load(ctx, i, f, o); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Name is the name of a column, by its place, in DuckDB.
func Name(place int) string { return fmt.Sprintf("c%d", place+1) }

// All says whether every row is in DuckDB.
func (r *Rows) All() bool { return r.Looked == r.Records-r.Unreadable }

func (r *Rows) loadText(ctx context.Context, i int, f *sniff.Found, o Options) error {
	columns, err := columnsOf(ctx, r.table(f))
	if err != nil {
		return err
	}
	path := filepath.Join(o.Temp, fmt.Sprintf("rows-%d.csv", i))
	defer os.Remove(path)
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	thin := &thinner{to: out, first: max(1, o.First)}
	kept, unreadable, err := write(ctx, r.table(f), thin)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	r.Records += kept + int64(len(unreadable))
	r.Unreadable += int64(len(unreadable))
	for _, u := range unreadable[:min(len(unreadable), max(0, unreadableKept-len(r.Bad)))] {
		r.Bad = append(r.Bad, Bad{filepath.Base(f.File.String()), u})
	}
	return r.insert(ctx, i, r.relation(path, columns, thin.longest), thin.passed-1)
}

// unite reads the names of the columns of all files: of JSON those that any has, of
// other formats they must be the same.
func (r *Rows) unite(ctx context.Context) error {
	for _, f := range r.Files {
		if f.Source.Format == "parquet" {
			return nil
		}
		columns, err := columnsOf(ctx, r.table(f))
		if err != nil {
			return err
		}
		if f.Source.Format == "json" {
			for _, c := range columns {
				if !slices.Contains(r.Columns, c) {
					r.Columns = append(r.Columns, c)
				}
			}
		} else if err := r.sameColumns(f, columns); err != nil {
			return err
		}
	}
	return nil
}

// sameColumns refuses a file whose columns are not those of the first.
func (r *Rows) sameColumns(f *sniff.Found, columns []string) error {
	if r.Columns == nil {
		r.Columns = columns
	}
	if !slices.Equal(r.Columns, columns) {
		return fmt.Errorf("reading %s: its columns are %s, those of the other files %s: inspect them apart", f.File, strings.Join(columns, ", "), strings.Join(r.Columns, ", "))
	}
	return nil
}

// relation is regular CSV of some of the columns as DuckDB reads it: the number, then
// texts.
func (r *Rows) relation(path string, columns []string, longest int) string {
	names, chosen := []string{"'number': 'BIGINT'"}, []string{"number"}
	for i := range columns {
		names = append(names, fmt.Sprintf("'f%d': 'VARCHAR'", i))
	}
	for i, c := range r.Columns {
		text := "null::varchar"
		if at := slices.Index(columns, c); at >= 0 {
			text = readers.Trimmed(fmt.Sprintf("f%d", at))
		}
		chosen = append(chosen, text+" as "+Name(i))
	}
	return fmt.Sprintf("select %s from read_csv(%s, auto_detect=false, strict_mode=true, null_padding=false, hive_partitioning=false, delim=',', quote='\"', escape='\"', header=true, columns={%s}, max_line_size=%d, parallel=false)",
		strings.Join(chosen, ", "), duck.Path(path), strings.Join(names, ", "), max(longest+64, 2<<20))
}

func (r *Rows) create(ctx context.Context) error {
	columns := "file int, number bigint"
	for i := range r.Columns {
		columns += ", " + Name(i) + " varchar"
	}
	_, err := r.DB.ExecContext(ctx, "create table "+r.Table+" ("+columns+")")
	return duck.Scrub(err)
}

// insert takes the rows of a file, of which there must be so many; -1 where nobody
// counted.
func (r *Rows) insert(ctx context.Context, file int, query string, want int64) error {
	if file == 0 {
		if err := r.create(ctx); err != nil {
			return err
		}
	}
	result, err := r.DB.ExecContext(ctx, fmt.Sprintf("insert into %s select %d as file, * from (%s)", r.Table, file, query))
	if err != nil {
		return fmt.Errorf("looking at %s: %w", r.Files[file].File, duck.Scrub(err))
	}
	got, err := result.RowsAffected()
	if err == nil && want >= 0 && got != want {
		err = fmt.Errorf("looking at %s: DuckDB read %d rows of %d", r.Files[file].File, got, want)
	}
	r.Looked += got
	return err
}

func (r *Rows) loadParquet(ctx context.Context, i int, f *sniff.Found, o Options) error {
	path, remove, err := delivered.Unpack(ctx, f.File, o.Temp)
	if err != nil {
		return err
	}
	defer remove()
	names, kinds, err := readers.ParquetColumns(ctx, r.DB, path)
	if err != nil {
		return fmt.Errorf("reading %s: it is no Parquet file, or cut off: %w", f.File, err)
	}
	if err := r.sameColumns(f, names); err != nil {
		return err
	}
	r.Kinds = kinds
	file := readers.Parquet(path)
	var count int64
	if err := r.DB.QueryRowContext(ctx, "select count(*) from "+file).Scan(&count); err != nil {
		return duck.Scrub(err)
	}
	r.Records += count
	chosen := []string{"file_row_number + 1 as number"}
	for i, name := range names {
		chosen = append(chosen, readers.Trimmed(duck.Name(name)+"::varchar")+" as "+Name(i))
	}
	return r.insert(ctx, i, fmt.Sprintf("select %s from %s where file_row_number < %d or file_row_number %% %d = 0", strings.Join(chosen, ", "), file, o.First, max(1, count/max(1, o.First))), -1)
}

// Lines finds the lines on which records of a file begin, by their numbers. Of
// Parquet, which has none, those are the numbers.
func (r *Rows) Lines(ctx context.Context, file int, numbers []int64) (map[int64]int64, error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	lines := make(map[int64]int64, len(numbers))
	f := r.Files[file]
	if f.Source.Format == "parquet" {
		for _, n := range numbers {
			lines[n] = n
		}
		return lines, nil
	}
	raws, err := r.table(f).Records(ctx, numbers)
	for _, raw := range raws {
		lines[raw.Record] = raw.Line
	}
	return lines, err
}

// Misfits counts, over every record of all files, the values of columns that do not
// have a shape, and says where the first is; for text that one pass of Go can look
// through. ok is false for all other formats.
func (r *Rows) Misfits(ctx context.Context, shapes []csvfile.Shape) (misfits map[string]Misfit, ok bool, err error) {
	misfits = map[string]Misfit{}
	for i, f := range r.Files {
		t := r.table(f)
		if !t.Delimited() {
			return nil, false, nil
		}
		result, err := csvfile.Scan(ctx, t.File, t.Dialect(), shapes)
		if err != nil {
			return nil, false, err
		}
		for _, c := range result.Columns {
			if c.Misshapen == 0 {
				continue
			}
			m := misfits[c.Name]
			if m.Count == 0 {
				lines, err := r.Lines(ctx, i, []int64{c.FirstMisshapen})
				if err != nil {
					return nil, false, err
				}
				m.File, m.Line = filepath.Base(f.File.String()), lines[c.FirstMisshapen]
			}
			m.Count += c.Misshapen
			misfits[c.Name] = m
		}
	}
	return misfits, true, nil
}

// Misfit is how many values of a column do not fit, and where the first is.
type Misfit struct {
	Count int64  `json:"count"`
	File  string `json:"file"`
	Line  int64  `json:"line"`
}
