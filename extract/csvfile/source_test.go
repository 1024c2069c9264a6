package csvfile_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

var lines = "a,b\n" + strings.Repeat("1,two\n", 100_000)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zstded(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

func TestCompressedFilesAreReadByNameOrMagicBytes(t *testing.T) {
	for name, c := range map[string]struct{ packed, compression string }{
		"file.csv.gz":  {gzipped(t, lines), "gzip"},
		"file.gzipped": {gzipped(t, lines), "gzip"},
		"members.gz":   {gzipped(t, lines[:1000]) + gzipped(t, lines[1000:]), "gzip"},
		"file.csv.zst": {zstded(t, lines), "zstd"},
		"file.zstd":    {zstded(t, lines), "zstd"},
		"file.csv":     {lines, "none"},
	} {
		r, err := csvfile.Scan(context.Background(), delivered.File{Path: writeFile(t, name, c.packed)}, commas, nil)
		if err != nil || r.Records != 100_000 || !r.Regular() || r.Compression != c.compression {
			t.Errorf("%s: %v, %d records, %s", name, err, r.Records, r.Compression)
		}
		if r.SHA256 != sha256.Sum256([]byte(c.packed)) || r.Size != int64(len(c.packed)) {
			t.Errorf("%s: hash %x of %d bytes", name, r.SHA256, r.Size)
		}
	}
}

func TestACutOffFileIsAnErrorThatNamesIt(t *testing.T) {
	gz, zst := gzipped(t, lines), zstded(t, lines)
	for name, packed := range map[string]string{
		"cut.csv.gz": gz[:len(gz)-5], "half.csv.gz": gz[:len(gz)/2], "start.csv.gz": gz[:5], "empty.csv.gz": "",
		"cut.csv.zst": zst[:len(zst)-2], "empty.csv.zst": "",
	} {
		path := writeFile(t, name, packed)
		_, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, nil)
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADamagedFileIsAnErrorThatNamesIt(t *testing.T) {
	for _, name := range []string{"text.csv.gz", "text.csv.zst"} {
		path := writeFile(t, name, lines)
		if _, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, nil); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
