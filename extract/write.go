package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightjar/extract/csvfile"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// stage writes the rows that pass, then accounts for the others.
func (n *Night) stage(ctx context.Context, f Found, c *compiled, ordinal int) error {
	query, options := n.target(c, f, ordinal)
	written, err := n.copyOut(ctx, query, options)
	if err != nil {
		return explained(err)
	}
	if f.Source.DeletedWhen != "" {
		gone, err := n.copyOut(ctx, c.deletions(), copyTarget{file: filepath.Join(options.folder, deleted, options.stem+".parquet"), month: deleted})
		if err != nil {
			return explained(err)
		}
		written = append(written, gone...)
	}
	rows := int64(0)
	for _, file := range written {
		rows += file.Rows
	}
	if err := n.settle(ctx, f, c, rows); err != nil {
		return err
	}
	var prints *printed
	if c.reading.keyed == c.mapping {
		prints = c.reading.printed
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, file := range written {
		file.Source, file.System, file.Deliveries = f.Source.Name, f.Source.System, []int64{f.Delivery.ID}
		n.staged[c.mapping.Input] = append(n.staged[c.mapping.Input], stagedFile{File: file.File, month: file.month, delivery: f.Delivery.ID, source: f.Source, printed: prints, measured: !c.reaches()})
	}
	return nil
}

// explained says what to do about an expression that fails on some row.
func explained(err error) error {
	if scrubbed, ok := errors.AsType[*duck.Error](err); ok && strings.Contains(scrubbed.Message, "Conversion Error") {
		return fmt.Errorf("an expression of the mapping fails on some row: cast with try_cast, or leave the casting to Nightjar: %w", err)
	}
	return err
}

// deleted stands for the month of rows that say that their key is deleted.
const deleted = "deleted"

// unplaced is the partition of rows that have no month of their own. No real
// month is it: dates are of the years 1900 to 2199.
const unplaced = "0001-01-01"

// target says what is copied where: undated rows to one file, dated ones by
// month, and rows that need their owner to a file that is placed later.
func (n *Night) target(c *compiled, f Found, ordinal int) (query string, t copyTarget) {
	input := c.mapping.Contract
	t.stem = fmt.Sprintf("%s-%d-%d", n.Manifest.Run, f.Delivery.ID, ordinal)
	t.folder = n.Lake.Path("live/" + input.Name)
	switch {
	case !input.Dated():
		t.file, t.month = filepath.Join(t.folder, lake.Undated, t.stem+".parquet"), lake.Undated
		return c.rows(""), t
	case c.needsOwner():
		t.file = filepath.Join(t.folder, "unplaced", t.stem+".parquet")
		return c.rows(c.monthOf()), t
	default:
		if month := c.soleMonth(); month != "" {
			t.file, t.month = filepath.Join(t.folder, "month="+month, t.stem+".parquet"), month
			return c.rows("date '" + month + "'"), t
		}
		return c.rows("coalesce(" + c.monthOf() + ", date '" + unplaced + "')"), t
	}
}

// needsOwner says whether all rows must meet their owner before they are placed.
func (c *compiled) needsOwner() bool {
	input := c.mapping.Contract
	return input.Owner != nil && (input.FromOwner() || !slices.ContainsFunc(input.DatedBy, c.givesDate))
}

// givesDate says whether a date is mapped, or the instant that it is cut from.
func (c *compiled) givesDate(name string) bool {
	column, _ := c.mapping.Contract.Column(name)
	_, mapped := c.mapping.Columns.Column(name)
	_, cut := c.mapping.Columns.Column(column.CutFrom)
	return mapped || cut
}

// soleMonth is the month of every row, where the independent pass has seen that
// the one date that decides it lies in one month throughout; else "".
func (c *compiled) soleMonth() string {
	i := slices.IndexFunc(c.mapping.Contract.DatedBy, c.givesDate)
	if i < 0 {
		return ""
	}
	column, _ := c.mapping.Contract.Column(c.mapping.Contract.DatedBy[i])
	e, mapped := c.mapping.Columns.Column(column.Name)
	instant, cut := c.mapping.Columns.Column(column.CutFrom)
	kind := column.Type
	switch {
	case mapped && cut, cut && c.night.Config.DayStartsAt != "" && c.night.Config.DayStartsAt != "00:00":
		return ""
	case cut:
		e, kind = instant, "timestamptz"
	}
	source, isBare := bareColumn(e.SQL, c.reading.columnNames())
	want, shaped := shapeOf(c.source, e, kind)
	if !isBare || !shaped || c.mapping.Unpivot != nil || !c.reading.fits(source, want) || (want.Kind != csvfile.Date && want.Kind != csvfile.Timestamp) {
		return ""
	}
	mayGo := slices.ContainsFunc(c.checks, func(k check) bool { return k.column == e.Column && k.action == "null" && !k.ofRow })
	facts := c.reading.facts(source)
	if mayGo || facts.Empty > 0 || facts.FirstMonth.IsZero() || !facts.FirstMonth.Equal(facts.LastMonth) {
		return ""
	}
	return facts.FirstMonth.Format(time.DateOnly)
}

// copyTarget is a single file with its month, or a folder partitioned by month.
type copyTarget struct{ folder, stem, file, month string }

// A copied file is what one COPY wrote.
type copied struct {
	lake.File
	month string
}

var monthFolder = regexp.MustCompile(`/month=(\d{4}-\d{2}-\d{2})/[^/]*$`)

// copyOut writes a query's rows as Parquet and lists the files; empty ones go.
func (n *Night) copyOut(ctx context.Context, query string, t copyTarget) ([]copied, error) {
	options := duck.ParquetOptions + ", return_stats true"
	path, folder := t.file, filepath.Dir(t.file)
	if path == "" {
		path, folder = t.folder, t.folder
		options += fmt.Sprintf(", partition_by (month), write_partition_columns true, overwrite_or_ignore true, filename_pattern %s", duck.Text(t.stem+"_{i}"))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	rows, err := n.DB.QueryContext(ctx, "copy ("+query+") to "+duck.Text(path)+" ("+options+")")
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	var files []copied
	for rows.Next() {
		var name string
		var count, bytes uint64
		var footer, statistics, keys any
		if err := rows.Scan(&name, &count, &bytes, &footer, &statistics, &keys); err != nil {
			return nil, err
		}
		if count == 0 {
			_ = os.Remove(name)
			continue
		}
		file := copied{File: lake.File{Path: n.Lake.Relative(name), Rows: int64(count), Bytes: int64(bytes)}, month: t.month}
		if found := monthFolder.FindStringSubmatch(file.Path); t.file == "" && found != nil && found[1] != unplaced {
			file.month = found[1]
		}
		files = append(files, file)
	}
	return files, duck.Scrub(rows.Err())
}
