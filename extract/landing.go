package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"nightjar/extract/delivered"
	"nightjar/internal/lake"
)

// landedAt is where the bytes of a delivery are kept: by their hash, packed by us
// unless they came packed.
func landedAt(l *lake.Lake, d lake.Delivery) string {
	if len(d.SHA256) < 2 {
		return ""
	}
	suffix := ".zst"
	for _, packed := range []string{".gz", ".zst"} {
		if strings.HasSuffix(d.Name, packed) {
			suffix = packed
		}
	}
	return filepath.Join(l.Landing("files"), d.SHA256[:2], d.SHA256+suffix)
}

// Landed finds the bytes of a delivery in the lake's landing, as long as they are
// kept.
func Landed(l *lake.Lake) func(lake.Delivery) (delivered.File, bool) {
	return func(d lake.Delivery) (delivered.File, bool) {
		path := landedAt(l, d)
		_, err := os.Stat(path)
		return delivered.File{Path: path}, path != "" && err == nil
	}
}

// land keeps a copy of the delivery's bytes, as long as landing.keep says. One that
// is kept already is kept for longer.
func (n *Night) land(ctx context.Context, f Found) error {
	if n.Config.Landing.KeepDays == 0 || f.landed || strings.HasPrefix(f.File.Path, n.Lake.Landing("")) {
		return nil
	}
	n.mu.Lock()
	d := *n.delivery(f.Delivery.ID)
	n.mu.Unlock()
	path := landedAt(n.Lake, d)
	if err := os.Chtimes(path, time.Now(), time.Now()); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := n.copyInto(ctx, f, path+".tmp"); err != nil {
		_ = os.Remove(path + ".tmp")
		return fmt.Errorf("keeping a copy in the landing: %w", err)
	}
	return os.Rename(path+".tmp", path)
}

func (n *Night) copyInto(ctx context.Context, f Found, path string) error {
	from, err := delivered.AsCame(f.File)
	if err != nil {
		return err
	}
	defer from.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var to io.WriteCloser = out
	if !strings.HasSuffix(f.Delivery.Name, ".gz") && !strings.HasSuffix(f.Delivery.Name, ".zst") {
		if to, err = zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
			return errors.Join(err, out.Close())
		}
	}
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = io.CopyN(to, from, 4<<20)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if to != io.WriteCloser(out) {
		err = errors.Join(err, to.Close())
	}
	return errors.Join(err, out.Close())
}

// ExpireLanding removes copies that were kept for longer than so many days, by a
// moment; 0 days removes all.
func ExpireLanding(l *lake.Lake, days int, now time.Time) error {
	err := filepath.WalkDir(l.Landing("files"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil || now.Sub(info.ModTime()) < time.Duration(days)*24*time.Hour {
			return err
		}
		return os.Remove(path)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
