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
	limit, beyond := errors.AsType[*LimitError](err)
	switch {
	case ctx.Err() != nil:
		return errors.Join(err, ctx.Err())
	case err == nil:
		return nil
	case beyond:
		return limit // it names all that it is about
	case strings.Contains(err.Error(), f.Path):
		return fmt.Errorf("source %s: %w", f.Source.Name, err)
	default:
		return fmt.Errorf("source %s: reading %s: %w", f.Source.Name, f.Path, err)
	}
}

func (n *Night) readDelivery(ctx context.Context, f Found) error {
	r, unreadable, err := n.scan(ctx, f)
	if err != nil {
		return err
	}
	if r.numbered {
		defer os.Remove(r.path)
	}
	d, err := n.about(f)
	if err != nil {
		return err
	}
	for i, u := range unreadable {
		n.reject(d.id, Reject{Input: f.Source.Maps[0].Input, Rule: u.Rule, Line: u.Line, SourceRow: u.Record, Reason: u.Reason, Action: "reject", Raw: u.Raw}, i)
	}
	for i, mapping := range f.Source.Maps {
		n.count(d.id, mapping.Input, func(c *lake.Counts) {
			c.Read, c.Unreadable = r.scan.Records+int64(len(unreadable)), int64(len(unreadable))
		})
		if err := n.readMapping(ctx, f, r, d, mapping, i); err != nil {
			return fmt.Errorf("input %s: %w", mapping.Input, err)
		}
	}
	if err := unmoved(f); err != nil {
		return err
	}
	n.mu.Lock()
	if f.Source.Mode == "snapshot" {
		n.snapshots[f.Source.Name] = append(n.snapshots[f.Source.Name], snapshot{id: d.id, place: f.Delivery.Place, whole: len(unreadable) == 0})
	}
	n.mu.Unlock()
	if n.Step != nil {
		n.Step(f.Delivery.Name, r.scan.Records)
	}
	return nil
}

func (n *Night) readMapping(ctx context.Context, f Found, r *reading, d lakeDelivery, mapping *config.Mapping, ordinal int) error {
	kinds, err := n.kinds(ctx, f.Source, mapping, r)
	if err != nil {
		return err
	}
	c, err := n.compile(f.Source, mapping, r, d, kinds)
	if err != nil {
		return err
	}
	return n.stage(ctx, f, c, ordinal)
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
		return &reading{name: f.Delivery.Name, path: f.Path, dialect: d, scan: scan, shapes: shapes}, nil, nil
	}
	if err := n.readableEnough(f, scan); err != nil {
		return nil, nil, err
	}
	return n.normalise(ctx, f, d, shapes, scan)
}

func (n *Night) normalise(ctx context.Context, f Found, d csvfile.Dialect, shapes map[string]csvfile.Shape, asDelivered csvfile.Result) (*reading, []csvfile.Unreadable, error) {
	path := filepath.Join(n.Lake.TempDir(), fmt.Sprintf("%s-%d.csv", n.Manifest.Run, f.Delivery.ID))
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	kept, unreadable, err := csvfile.Normalise(ctx, f.Path, d, out)
	if err := errors.Join(err, out.Close()); err != nil {
		return nil, nil, err
	}
	if kept+int64(len(unreadable)) != asDelivered.Records {
		return nil, nil, fmt.Errorf("two passes over the file found %d and %d records: it changed while it was read; deliver it whole, then run again", asDelivered.Records, kept+int64(len(unreadable)))
	}
	regular := csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}
	header, err := csvfile.Header(ctx, path, regular)
	if err != nil {
		return nil, nil, err
	}
	// The columns are those of the file, in order, behind the record's number;
	// their names may have been rewritten.
	var renamed []csvfile.Shape
	for i, column := range asDelivered.Columns {
		if shape, asked := shapes[column.Name]; asked {
			shape.Column = header[i+1]
			renamed = append(renamed, shape)
		}
	}
	scan, err := csvfile.Scan(ctx, path, regular, renamed)
	if err != nil {
		return nil, nil, err
	}
	scan.Columns, scan.Header = scan.Columns[1:], asDelivered.Header
	for i := range scan.Columns {
		scan.Columns[i].Name = asDelivered.Columns[i].Name
	}
	return &reading{name: f.Delivery.Name, path: path, dialect: regular, scan: scan, shapes: shapes, numbered: true}, unreadable, nil
}

func values(shapes map[string]csvfile.Shape) []csvfile.Shape {
	list := make([]csvfile.Shape, 0, len(shapes))
	for _, shape := range shapes {
		list = append(list, shape)
	}
	return list
}

// about is what expressions may ask of a delivery: its own date is that of its
// name, else of the day on which it came.
func (n *Night) about(f Found) (lakeDelivery, error) {
	d := lakeDelivery{id: f.Delivery.ID, receivedAt: f.Delivery.ReceivedAt, receivedOn: n.dayOf(f.Delivery.ReceivedAt)}
	d.deliveredOn = d.receivedOn
	if f.Source.DateFromName == "" {
		return d, nil
	}
	pattern, err := regexp.Compile(f.Source.DateFromName)
	if err != nil {
		return d, fmt.Errorf("date_from_name: %w", err)
	}
	found := pattern.FindStringSubmatch(f.Delivery.Name)
	if found == nil {
		return d, fmt.Errorf("its name has no date as date_from_name (%s) expects", f.Source.DateFromName)
	}
	d.deliveredOn, err = time.Parse("20060102", strings.NewReplacer("-", "", "_", "").Replace(found[1]))
	if err != nil {
		return d, fmt.Errorf("its name gives %q, which is no date; correct date_from_name", found[1])
	}
	return d, nil
}

// dayOf is the date of an instant in the project's zone.
func (n *Night) dayOf(instant time.Time) time.Time {
	zone, err := time.LoadLocation(n.Config.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	local := instant.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
