package extract

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"nightjar/extract/csvfile"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// A stagedFile holds rows of one delivery that passed the contract. Without a
// month they are still to be placed by their owner.
type stagedFile struct {
	lake.File
	month    string
	delivery int64
	source   *config.Source
}

// read takes one delivery through every mapping of its source.
func (n *Night) read(ctx context.Context, f Found) error {
	err := n.readDelivery(ctx, f)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("source %s: reading %s: %w", f.Source.Name, f.Path, err)
	}
	return errors.Join(err, ctx.Err())
}

func (n *Night) readDelivery(ctx context.Context, f Found) error {
	r, unreadable, err := n.scan(ctx, f)
	if err != nil {
		return err
	}
	id := f.Delivery.ID
	for i, u := range unreadable {
		n.reject(id, Reject{Input: f.Source.Maps[0].Input, Rule: u.Rule, Line: u.Line, SourceRow: u.Record, Reason: u.Reason, Action: "reject", Raw: u.Raw}, i)
	}
	deliveredOn, err := n.deliveredOn(f)
	if err != nil {
		return err
	}
	for i, mapping := range f.Source.Maps {
		n.count(id, mapping.Input, func(c *lake.Counts) {
			c.Read, c.Unreadable = r.records(unreadable), int64(len(unreadable))
		})
		kinds, err := n.kinds(ctx, f.Source, mapping, r)
		if err != nil {
			return fmt.Errorf("input %s: %w", mapping.Input, err)
		}
		c := n.compile(f.Source, mapping, r, lakeDelivery{id: id, deliveredOn: deliveredOn, receivedOn: n.receivedOn()}, kinds)
		if err := n.stage(ctx, f, c, i); err != nil {
			return fmt.Errorf("input %s: %w", mapping.Input, err)
		}
		if err := n.withinLimit(f, mapping.Input); err != nil {
			return err
		}
	}
	if f.Source.Mode == "snapshot" {
		n.mu.Lock()
		n.snapshots[f.Source.Name] = append(n.snapshots[f.Source.Name], id)
		n.mu.Unlock()
	}
	if n.Step != nil {
		n.Step(f.Delivery.Name, r.scan.Records)
	}
	return nil
}

// records is the number of the delivery's records, unreadable ones included.
func (r *reading) records(unreadable []csvfile.Unreadable) int64 {
	if r.numbered {
		return r.scan.Records + int64(len(unreadable))
	}
	return r.scan.Records
}

// scan passes over the bytes once; a file that DuckDB could misread is written
// anew, without the records of which no row can be made.
func (n *Night) scan(ctx context.Context, f Found) (*reading, []csvfile.Unreadable, error) {
	d := dialectOf(f.Source)
	header, err := csvfile.Header(ctx, f.Path, d)
	if err != nil {
		return nil, nil, err
	}
	shapes := shapesOf(f.Source, header)
	scan, err := csvfile.Scan(ctx, f.Path, d, values(shapes))
	if err != nil {
		return nil, nil, err
	}
	n.mu.Lock()
	n.delivery(f.Delivery.ID).SHA256 = hex.EncodeToString(scan.SHA256[:])
	n.mu.Unlock()
	if scan.Regular() {
		return &reading{path: f.Path, dialect: d, scan: scan, shapes: shapes}, nil, nil
	}
	return n.normalise(ctx, f, d, shapes, scan.Records)
}

func (n *Night) normalise(ctx context.Context, f Found, d csvfile.Dialect, shapes map[string]csvfile.Shape, records int64) (*reading, []csvfile.Unreadable, error) {
	path := filepath.Join(n.Lake.TempDir(), fmt.Sprintf("%s-%d.csv", n.Manifest.Run, f.Delivery.ID))
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	kept, unreadable, err := csvfile.Normalise(ctx, f.Path, d, out)
	if err := errors.Join(err, out.Close()); err != nil {
		return nil, nil, err
	}
	if kept+int64(len(unreadable)) != records {
		return nil, nil, fmt.Errorf("two passes over the file found %d and %d records: it changed while it was read; deliver it whole, then run again", records, kept+int64(len(unreadable)))
	}
	regular := csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}
	scan, err := csvfile.Scan(ctx, path, regular, values(shapes))
	if err != nil {
		return nil, nil, err
	}
	scan.Columns, scan.Header = scan.Columns[1:], scan.Header[1:]
	return &reading{path: path, dialect: regular, scan: scan, shapes: shapes, numbered: true}, unreadable, nil
}

func values(shapes map[string]csvfile.Shape) []csvfile.Shape {
	list := make([]csvfile.Shape, 0, len(shapes))
	for _, shape := range shapes {
		list = append(list, shape)
	}
	return list
}

// stage writes the rows that pass, then accounts for the others.
func (n *Night) stage(ctx context.Context, f Found, c *compiled, ordinal int) error {
	query, options := n.target(c, f, ordinal)
	written, err := n.copyOut(ctx, query, options)
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, file := range written {
		rows += file.Rows
	}
	if err := n.settle(ctx, f, c, rows); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, file := range written {
		file.Source, file.System, file.Deliveries = f.Source.Name, f.Source.System, []int64{f.Delivery.ID}
		n.staged[c.mapping.Input] = append(n.staged[c.mapping.Input], stagedFile{File: file.File, month: file.month, delivery: f.Delivery.ID, source: f.Source})
	}
	return nil
}

// unplaced is the partition of rows that have no month of their own.
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
		return c.rows(c.ownMonth()), t
	default:
		if month := c.soleMonth(); month != "" {
			t.file, t.month = filepath.Join(t.folder, "month="+month, t.stem+".parquet"), month
		}
		return c.rows("coalesce(" + c.monthOf() + ", date '" + unplaced + "')"), t
	}
}

// needsOwner says whether rows must meet their owner before they are placed.
func (c *compiled) needsOwner() bool {
	input := c.mapping.Contract
	if input.Owner == nil {
		return false
	}
	return input.FromOwner() || !c.dated()
}

// dated says whether some date of the input is mapped at all.
func (c *compiled) dated() bool {
	for _, name := range c.mapping.Contract.DatedBy {
		column, _ := c.mapping.Contract.Column(name)
		_, mapped := c.mapping.Columns.Column(name)
		_, cut := c.mapping.Columns.Column(column.CutFrom)
		if mapped || cut {
			return true
		}
	}
	return false
}

func (c *compiled) ownMonth() string {
	if len(c.mapping.Contract.DatedBy) == 0 {
		return "null::date"
	}
	return c.monthOf()
}

// soleMonth is the month of every row, where the independent pass has seen that
// the one date that decides it lies in one month throughout; else "".
func (c *compiled) soleMonth() string {
	for _, name := range c.mapping.Contract.DatedBy {
		column, _ := c.mapping.Contract.Column(name)
		_, mapped := c.mapping.Columns.Column(name)
		e, cut := c.mapping.Columns.Column(column.CutFrom)
		switch {
		case mapped && !cut:
			e, _ = c.mapping.Columns.Column(name)
		case !mapped && !cut:
			continue
		case mapped || (c.night.Config.DayStartsAt != "" && c.night.Config.DayStartsAt != "00:00"):
			return ""
		}
		source, isBare := bareColumn(e.SQL, c.reading.scan.Header)
		if !isBare {
			return ""
		}
		facts := c.reading.facts(source)
		if shape, asked := c.reading.shapes[source]; !asked || (shape.Kind != csvfile.Date && shape.Kind != csvfile.Timestamp) || facts.Misshapen > 0 || facts.Empty > 0 {
			return ""
		}
		if facts.FirstMonth.IsZero() || !facts.FirstMonth.Equal(facts.LastMonth) {
			return ""
		}
		return facts.FirstMonth.Format(time.DateOnly)
	}
	return ""
}

// copyTarget is a single file with its month, or a folder partitioned by month.
type copyTarget struct{ folder, stem, file, month string }

// A copied file is what one COPY wrote.
type copied struct {
	lake.File
	month string
}

var monthFolder = regexp.MustCompile(`month=(\d{4}-\d{2}-\d{2})`)

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
		if found := monthFolder.FindStringSubmatch(name); found != nil && found[1] != unplaced {
			file.month = found[1]
		}
		files = append(files, file)
	}
	return files, duck.Scrub(rows.Err())
}

// deliveredOn is the delivery's own date: from its name, else when it came.
func (n *Night) deliveredOn(f Found) (time.Time, error) {
	if f.Source.DateFromName == "" {
		return n.receivedOn(), nil
	}
	found := regexp.MustCompile(f.Source.DateFromName).FindStringSubmatch(f.Delivery.Name)
	if found == nil {
		return time.Time{}, fmt.Errorf("its name has no date as date_from_name (%s) expects", f.Source.DateFromName)
	}
	date, err := time.Parse("20060102", strings.NewReplacer("-", "", "_", "").Replace(found[1]))
	if err != nil {
		return time.Time{}, fmt.Errorf("its name gives %q, which is no date", found[1])
	}
	return date, nil
}

// receivedOn is the date in the project's zone on which the night received.
func (n *Night) receivedOn() time.Time {
	zone, err := time.LoadLocation(n.Config.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	local := n.ReceivedAt.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
