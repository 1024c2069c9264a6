package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// Original reads records of a delivery again, from the table that feeds an input,
// by their numbers, which ascend from 1: from where its source's files lie, else
// from the copy that the landing keeps; of rows given in nightjar.yaml, and of
// decisions, from the landing. The error says for a person why they are not to be
// had: the file is gone, or is no longer the one that was read.
func Original(ctx context.Context, c *config.Config, l *lake.Lake, d lake.Delivery, input string, numbers []int64) (file string, records []record.Raw, err error) {
	source, p, err := lying(c, l, d)
	if err == nil {
		err = unchanged(ctx, p, d)
	}
	if err != nil {
		kept, ok := Landed(l)(d)
		if !ok {
			return "", nil, err
		}
		p.File, p.Encoding = kept, source.Encoding
	}
	n := &Night{Config: c, Lake: l, Manifest: &lake.Manifest{Run: "original"}}
	if source.Format == "parquet" {
		if n.DB, err = duck.Open(ctx, duck.Options{Temp: l.TempDir()}); err != nil {
			return "", nil, err
		}
		defer n.DB.Close()
	}
	from := ""
	if m := source.Maps.For(input); m != nil {
		from = m.From
	}
	records, err = n.recordsOf(ctx, Found{Source: source, File: p.File, Delivery: d}, from, numbers)
	return p.String(), records, err
}

// lying is the source of a delivery, and where its file should lie.
func lying(c *config.Config, l *lake.Lake, d lake.Delivery) (*config.Source, place, error) {
	source := c.Sources.Named(d.Source)
	if source == nil { // rows that the pipeline wrote
		return &config.Source{Name: d.Source, Format: "csv", CSV: config.CSV{Delimiter: ",", Quote: `"`}},
			place{File: delivered.File{Path: l.Landing(filepath.Join(d.Source, filepath.FromSlash(d.Name)))}}, nil
	}
	places, err := files(c.Dir, source)
	return source, places[d.Name], err
}

// unchanged refuses a file that is not the one that was read as the delivery.
func unchanged(ctx context.Context, p place, d lake.Delivery) error {
	info, err := os.Stat(p.Path)
	if p.Path == "" || err != nil {
		return fmt.Errorf("the file is no longer where source %s looks for it", d.Source)
	}
	size := info.Size()
	if p.Member != "" {
		size = p.size
	}
	if size == d.Size && info.ModTime().Equal(d.ModifiedAt) && inode(info) == d.Inode {
		return nil
	}
	if size == d.Size {
		if sum, err := delivered.Hash(ctx, p.File); err != nil {
			return err
		} else if sum == d.SHA256 {
			return nil
		}
	}
	return errors.New("the file is no longer the one that was read: it has changed since")
}

// recordsOf finds records of a delivery's table by number, as they stand in the
// file. The numbers ascend.
func (n *Night) recordsOf(ctx context.Context, f Found, from string, wanted []int64) ([]record.Raw, error) {
	if f.Source.Format == "parquet" {
		return n.parquetRecords(ctx, f, wanted)
	}
	return n.table(f, from).Records(ctx, wanted)
}

// illustrate adds raw text and line to the rows that were hit.
func (n *Night) illustrate(ctx context.Context, f Found, from string, hits []Reject) error {
	if len(hits) == 0 {
		return nil
	}
	var wanted []int64
	for _, hit := range hits {
		wanted = append(wanted, hit.SourceRow)
	}
	slices.Sort(wanted)
	raws, err := n.recordsOf(ctx, f, from, slices.Compact(wanted))
	if err != nil {
		return err
	}
	byRow := map[int64]record.Raw{}
	for _, raw := range raws {
		byRow[raw.Record] = raw
	}
	for i := range hits {
		hits[i].Line, hits[i].Raw = byRow[hits[i].SourceRow].Line, byRow[hits[i].SourceRow].Text
	}
	return nil
}
