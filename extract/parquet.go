package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/readers"
	"nightjar/extract/record"
	"nightjar/internal/config"
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
		err = n.describeParquet(ctx, f, r)
	}
	if err == nil {
		err = n.refuseUndecodable(ctx, f, r)
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

func (n *Night) describeParquet(ctx context.Context, f Found, r *reading) error {
	names, types, err := readers.ParquetColumns(ctx, n.DB, r.path)
	if err != nil {
		return n.blamed(ctx, r, err)
	}
	for i, name := range names {
		r.kinds[name] = types[i]
		if types[i] == "BLOB" && slices.ContainsFunc(f.Source.Maps, func(m *config.Mapping) bool { return takesAsItStands(m, name) }) {
			r.kinds[name], r.unmarked = "VARCHAR", append(r.unmarked, name)
		}
		r.scan.Columns = append(r.scan.Columns, csvfile.ColumnFacts{Name: name, Padded: true})
	}
	r.scan.Header = names
	return nil
}

// takesAsItStands says whether a mapping makes a column, or unpivots it, without an
// expression that would say what its bytes mean.
func takesAsItStands(m *config.Mapping, name string) bool {
	isIt := func(column string) bool { return strings.EqualFold(column, name) }
	return m.Unpivot != nil && slices.ContainsFunc(m.Unpivot.Columns, isIt) || slices.ContainsFunc(m.Columns, func(e config.Expr) bool {
		_, isBare := bareColumn(e.SQL, []string{name})
		return isBare
	})
}

// undecodable is the condition that an unmarked text is not UTF-8.
func (r *reading) undecodable() string {
	conditions := []string{"false"}
	for _, name := range r.unmarked {
		conditions = append(conditions, fmt.Sprintf("%[1]s is not null and try(decode(%[1]s)) is null", duck.Name(name)))
	}
	return strings.Join(conditions, " or ")
}

// refuseUndecodable finds the records of whose bytes no text can be made.
func (n *Night) refuseUndecodable(ctx context.Context, f Found, r *reading) error {
	if len(r.unmarked) == 0 {
		return nil
	}
	found, err := n.parquetRows(ctx, r.path, fmt.Sprintf("%s order by 1 limit %d", r.undecodable(), n.Config.Rejects.MaxRows+1))
	if err != nil {
		return n.blamed(ctx, r, err)
	}
	for _, raw := range found {
		r.unreadable = append(r.unreadable, record.Unreadable{
			Record: raw.Record, Line: raw.Line, Rule: record.BadEncoding, Raw: raw.Text,
			Reason: "a text is not UTF-8; map bytes that are no text by an expression, such as hex(id)",
		})
	}
	bad, records := int64(len(found)), r.scan.Records
	if r.scan.Records -= bad; n.tooMany(bad, records) {
		return n.tooManyUnreadable(f, "", r)
	}
	return nil
}

// blamed says that the file is damaged where it is the file that cannot be read,
// whatever was made of it: an error of DuckDB alone does not tell.
func (n *Night) blamed(ctx context.Context, r *reading, err error) error {
	if _, byDuck := errors.AsType[*duck.Error](err); !byDuck || r.kinds == nil || ctx.Err() != nil {
		return err
	}
	if _, broken := n.DB.ExecContext(ctx, "select bit_xor(hash(t)) from "+readers.Parquet(r.path)+" t"); broken != nil {
		return fmt.Errorf("it is damaged, and cannot be read to its end: ask for it again: %w", duck.Scrub(broken))
	}
	return err
}

// parquetRelation is the file with the number of each row, its texts trimmed, less the
// records that are unreadable.
func (r *reading) parquetRelation() string {
	columns := []string{"file_row_number + 1 as " + duck.Name(r.rowNumber())}
	for _, facts := range r.scan.Columns {
		name := duck.Name(facts.Name)
		if r.kindOf(facts.Name) == "VARCHAR" {
			text := name
			if slices.Contains(r.unmarked, facts.Name) {
				text = "decode(" + name + ")"
			}
			name = readers.Trimmed(text) + " as " + name
		}
		columns = append(columns, name)
	}
	relation := "select " + strings.Join(columns, ", ") + " from " + readers.Parquet(r.path)
	if len(r.unreadable) > 0 {
		relation += " where not (" + r.undecodable() + ")"
	}
	return relation
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
	return n.parquetRows(ctx, path, "file_row_number in ("+strings.Join(list, ", ")+") order by 1")
}

// parquetRows shows the rows of a Parquet file that meet a condition.
func (n *Night) parquetRows(ctx context.Context, path, condition string) ([]record.Raw, error) {
	rows, err := n.DB.QueryContext(ctx, "select file_row_number + 1, to_json(t)::varchar from "+readers.Parquet(path)+" t where "+condition)
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
