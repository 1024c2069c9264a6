package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"

	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
)

// packed writes a workbook one part of which declares another size than it has.
func packed(t *testing.T, w workbook, part string, declared func(size uint64) uint64) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range w {
		var packed bytes.Buffer
		deflate, err := flate.NewWriter(&packed, flate.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(deflate, text)
		_ = deflate.Close()
		size := uint64(len(text))
		if name == part {
			size = declared(size)
		}
		raw, err := z.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(text)),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: size,
		})
		if err == nil {
			_, err = raw.Write(packed.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPartsOfAbsurdSize(t *testing.T) {
	w := book(head + strings.Repeat(`<row/>`, 1000)).texts("<t>x</t>")
	huge := func(uint64) uint64 { return 1 << 40 }
	less := func(size uint64) uint64 { return size - 100 }
	more := func(size uint64) uint64 { return size + 100 }
	for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "_rels/.rels"} {
		if _, err := read(packed(t, w, part, huge), xlsxfile.Options{}); err == nil || !strings.Contains(err.Error(), "unpacks to 1048576 MiB") {
			t.Errorf("%s: got %v", part, err)
		}
	}
	for name, declared := range map[string]func(uint64) uint64{"less": less, "more": more} {
		if _, err := read(packed(t, w, "xl/worksheets/sheet1.xml", declared), xlsxfile.Options{}); err == nil || !strings.Contains(err.Error(), "it does not unpack") {
			t.Errorf("a part of %s than it declares: got %v", name, err)
		}
	}
}

func TestSharedTextsAreBounded(t *testing.T) {
	defer xlsxfile.SetTextsLimit(1 << 20)()
	book(head).texts("<t>"+strings.Repeat("x", 2<<20)+"</t>").fails(t, xlsxfile.Options{}, "share more than 1 MiB of texts")
	book(head).texts(make([]string, 400_000)...).fails(t, xlsxfile.Options{}, "share more than 1 MiB of texts")
	book(head).texts("<t>"+strings.Repeat("x", 1<<19)+"</t>").expect(t, xlsxfile.Options{}, "a|b\n")
}

// Rows with and without values are read in memory that does not grow.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("reads much")
	}
	rows := head + strings.Repeat(`<row><c s="1"/><c s="1"/></row>`, 300_000) + strings.Repeat(`<row><c><v>1.25</v></c><c t="b"><v>1</v></c></row>`, 300_000)
	path := book(rows).write(t)
	s, err := xlsxfile.Open(path, xlsxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var r record.Record
	records := 0
	for s.Next(&r) == nil {
		records++
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; records != 300_000 || used > 1<<20 {
		t.Errorf("%d records with %d bytes allocated", records, used)
	}
}
