package load

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"golang.org/x/sync/errgroup"

	"nightjar/internal/lake"
	"nightjar/models"
)

// Check opens every Parquet file that this night's manifest names and the
// previous one doesn't with parquet-go, which did not write it: the footer must
// be readable, the rows as many as the manifest says, and a model's columns
// those of its header, in name and type. Errors name the file. Build calls it.
func Check(ctx context.Context, n Night) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range n.newFiles() {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := checkFile(n.Lake.Path(f.Path), f.Rows, f.columns); err != nil {
				return fmt.Errorf("%s: %w; nothing was published: run again, which writes it anew", f.Path, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// A newFile is one that only this night's manifest names; columns are nil
// where they are not known.
type newFile struct {
	lake.File
	columns []models.Column
}

func (n Night) newFiles() []newFile {
	known := map[string]bool{}
	if n.Previous != nil {
		for _, path := range n.Previous.Paths() {
			known[path] = true
		}
	}
	var files []newFile
	add := func(columns []models.Column, candidates ...lake.File) {
		for _, f := range candidates {
			if !known[f.Path] {
				files = append(files, newFile{f, columns})
			}
		}
	}
	for _, set := range n.Manifest.Inputs {
		add(nil, set.Files()...)
		add(nil, set.Pending...)
		add(nil, set.Deleted...)
	}
	for _, f := range n.Manifest.Rejects {
		add(nil, f)
	}
	headers := map[string][]models.Column{}
	for _, m := range n.Models {
		headers[m.Name] = m.Columns
	}
	for name, built := range n.Manifest.Models {
		for _, p := range built.Partitions {
			add(headers[name], p.File)
			if p.Patch != nil {
				add(headers[name], p.Patch.File)
				add(nil, p.Patch.Keys)
			}
		}
	}
	return files
}

func checkFile(path string, rows int64, columns []models.Column) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening it: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("its footer is unreadable: %w", err)
	}
	if file.NumRows() != rows {
		return fmt.Errorf("it holds %d rows, the manifest says %d", file.NumRows(), rows)
	}
	var inGroups int64
	for _, group := range file.RowGroups() {
		inGroups += group.NumRows()
	}
	if inGroups != rows {
		return fmt.Errorf("its row groups hold %d rows, its footer says %d", inGroups, rows)
	}
	if columns == nil {
		return nil
	}
	return checkColumns(file.Schema().Fields(), columns)
}

func checkColumns(fields []parquet.Field, columns []models.Column) error {
	var found, expected []string
	for _, field := range fields {
		found = append(found, field.Name()+" "+portable(field))
	}
	for _, c := range columns {
		expected = append(expected, c.Name+" "+strings.ReplaceAll(string(c.Type), " ", ""))
	}
	if slices.Equal(found, expected) {
		return nil
	}
	for i := range max(len(found), len(expected)) {
		a, b := at(found, i), at(expected, i)
		if a != b {
			return fmt.Errorf("column %d is %s, in the model's header %s", i+1, a, b)
		}
	}
	return nil
}

func at(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return "missing"
}

// portable is the portable type of a Parquet column, or Parquet's own words.
func portable(field parquet.Field) string {
	if !field.Leaf() {
		return "a group"
	}
	t := field.Type()
	if logical := t.LogicalType(); logical != nil && logical.Value != nil {
		if word := portableLogical(logical.Value); word != "" {
			return word
		}
		return t.String()
	}
	if word, ok := physical[t.Kind()]; ok {
		return word
	}
	return t.String()
}

var physical = map[parquet.Kind]string{
	parquet.Boolean: "boolean",
	parquet.Int32:   "int",
	parquet.Int64:   "bigint",
	parquet.Double:  "double",
}

func portableLogical(logical format.LogicalTypeValue) string {
	switch logical := logical.(type) {
	case *format.DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", logical.Precision, logical.Scale)
	case *format.StringType:
		return "string"
	case *format.DateType:
		return "date"
	case *format.TimestampType:
		if _, micros := logical.Unit.Value.(*format.MicroSeconds); micros && logical.IsAdjustedToUTC {
			return "timestamptz"
		}
	case *format.IntType:
		if logical.IsSigned {
			return map[int8]string{32: "int", 64: "bigint"}[logical.BitWidth]
		}
	}
	return ""
}
