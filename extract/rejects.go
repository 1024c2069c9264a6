package extract

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"nightjar/internal/lake"

	"github.com/parquet-go/parquet-go"
)

// A Reject is one source row, or one value of it, that broke a rule. Its raw
// text stays in the lake, readable by its owner only.
type Reject struct {
	DeliveryID int64  `parquet:"delivery_id"`
	Source     string `parquet:"source"`
	Delivery   string `parquet:"delivery"`
	Input      string `parquet:"input"`
	Rule       string `parquet:"rule"`
	Column     string `parquet:"column"`
	// Line is the physical line of the file, from 1; SourceRow the record, from 1.
	Line      int64  `parquet:"line"`
	SourceRow int64  `parquet:"source_row"`
	Reason    string `parquet:"reason"`
	// Action is what was done: reject, null (the value), warn or fail.
	Action string `parquet:"action"`
	Raw    string `parquet:"raw"`
	// Value is what the source gave for the column; like Raw, it stays in the lake.
	// Shape is what it looked like: 9 for a digit, A and a for letters.
	Value string `parquet:"value"`
	Shape string `parquet:"shape"`
}

// reject notes one; the ordinal-th of its kind keeps its raw text only within
// the bound.
func (n *Night) reject(delivery int64, r Reject, ordinal int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.delivery(delivery)
	r.DeliveryID, r.Source, r.Delivery = d.ID, d.Source, d.Name
	if ordinal >= keptRaw {
		r.Raw, r.Value = "", ""
	}
	n.rejects[delivery] = append(n.rejects[delivery], r)
}

// writeRejects writes each delivery's rejects into the lake.
func (n *Night) writeRejects(ctx context.Context) error {
	for id, rejects := range n.rejects {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := fmt.Sprintf("rejects/%s-%d.parquet", n.Manifest.Run, id)
		bytes, err := WriteRejects(n.Lake.Path(path), rejects)
		if err != nil {
			return fmt.Errorf("writing rejects of delivery %s: %w", rejects[0].Delivery, err)
		}
		n.Manifest.Rejects[id] = lake.File{Path: path, Rows: int64(len(rejects)), Bytes: bytes}
	}
	return nil
}

// Rejects lists every reject of the night so far, by delivery: a failed night
// shows them too.
func (n *Night) Rejects() []Reject {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []Reject
	for _, id := range slices.Sorted(maps.Keys(n.rejects)) {
		all = append(all, n.rejects[id]...)
	}
	return all
}

// WriteRejects writes rejects as Parquet that only its owner may read (0600).
func WriteRejects(path string, rejects []Reject) (bytes int64, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := parquet.NewGenericWriter[Reject](f, parquet.Compression(&parquet.Zstd))
	if _, err := w.Write(rejects); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), f.Sync()
}
