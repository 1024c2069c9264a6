package extract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// cleared ends the names of reject files without raw text.
const cleared = "-cleared.parquet"

// expireRaw writes the rejects of deliveries that came long ago anew, without their
// raw text and values.
func (n *Night) expireRaw(ctx context.Context) error {
	before := n.ReceivedAt.AddDate(0, 0, -n.Config.Rejects.KeepRawDays)
	for id, file := range n.Manifest.Rejects {
		if strings.HasSuffix(file.Path, cleared) || !n.delivery(id).ReceivedAt.Before(before) {
			continue
		}
		path := strings.TrimSuffix(file.Path, ".parquet") + cleared
		_, err := n.DB.ExecContext(ctx, fmt.Sprintf("copy (select * replace ('' as raw, '' as value) from %s) to %s (%s)",
			duck.Parquet([]string{n.Lake.Path(file.Path)}), duck.Text(n.Lake.Path(path)), duck.ParquetOptions))
		if err != nil {
			return fmt.Errorf("removing the raw text of old rejects: %w", duck.Scrub(err))
		}
		if err := os.Chmod(n.Lake.Path(path), 0o600); err != nil {
			return err
		}
		info, err := os.Stat(n.Lake.Path(path))
		if err != nil {
			return err
		}
		n.Manifest.Rejects[id] = lake.File{Path: path, Rows: file.Rows, Bytes: info.Size()}
	}
	return nil
}

// ExpireEvidence removes the rejects that failed runs left so many days ago.
func ExpireEvidence(l *lake.Lake, days int, now time.Time) error {
	paths, err := filepath.Glob(filepath.Join(l.RunDir("*"), "rejects.parquet"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && now.Sub(info.ModTime()) > time.Duration(days)*24*time.Hour {
			err = os.Remove(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing old rejects: %w", err)
		}
	}
	return nil
}
