package extract

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/duck"
)

// readParquet has DuckDB read a Parquet file itself, with its own types. How many
// rows it has, a second implementation says.
func (n *Night) readParquet(ctx context.Context, f Found) (*reading, error) {
	path, remove, err := delivered.Unpack(ctx, f.File, n.Lake.TempDir())
	if err != nil {
		return nil, err
	}
	r := &reading{path: path, made: path != f.File.Path, kinds: map[string]string{}}
	if r.scan.Records, err = countParquet(path, f); err == nil {
		err = n.describeParquet(ctx, r)
	}
	if err != nil {
		remove()
		return nil, err
	}
	return r, nil
}

// countParquet reads the number of rows from the file's footer.
func countParquet(path string, f Found) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	opened, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		return 0, fmt.Errorf("reading %s: it is no Parquet file, or cut off: ask for it again: %w", f.File, err)
	}
	return opened.NumRows(), nil
}

func (n *Night) describeParquet(ctx context.Context, r *reading) error {
	names, types, err := readers.ParquetColumns(ctx, n.DB, r.path)
	for i, name := range names {
		if r.kinds[name] = types[i]; types[i] == "BLOB" {
			r.kinds[name], r.unmarked = "VARCHAR", append(r.unmarked, name)
		}
		r.scan.Columns = append(r.scan.Columns, csvfile.ColumnFacts{Name: name, Padded: true})
	}
	r.scan.Header = names
	return err
}

// parquetRelation is the file with the number of each row, its texts trimmed.
func (r *reading) parquetRelation() string {
	columns := []string{"file_row_number + 1 as " + duck.Name(r.rowNumber())}
	for _, facts := range r.scan.Columns {
		name := duck.Name(facts.Name)
		if r.kindOf(facts.Name) == "VARCHAR" {
			text := name
			if slices.Contains(r.unmarked, facts.Name) {
				text = "coalesce(try(decode(" + name + ")), " + name + "::varchar)"
			}
			name = readers.Trimmed(text) + " as " + name
		}
		columns = append(columns, name)
	}
	return "select " + strings.Join(columns, ", ") + " from " + readers.Parquet(r.path)
}

// parquetRecords shows rows of a Parquet file as JSON. Its line is the row's number.
func (n *Night) parquetRecords(ctx context.Context, f Found, wanted []int64) ([]record.Raw, error) {
	path, remove, err := delivered.Unpack(ctx, f.File, n.Lake.TempDir())
	if err != nil {
		return nil, err
	}
	defer remove()
	list := make([]string, len(wanted))
	for i, number := range wanted {
		list[i] = fmt.Sprint(number - 1)
	}
	rows, err := n.DB.QueryContext(ctx, fmt.Sprintf("select t.file_row_number + 1, to_json(t)::varchar from %s t where t.file_row_number in (%s) order by 1",
		readers.Parquet(path), strings.Join(list, ", ")))
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	var found []record.Raw
	for rows.Next() {
		var raw record.Raw
		if err := rows.Scan(&raw.Record, &raw.Text); err != nil {
			return nil, err
		}
		raw.Line, raw.Text = raw.Record, record.Printable([]byte(raw.Text))
		found = append(found, raw)
	}
	return found, duck.Scrub(rows.Err())
}
