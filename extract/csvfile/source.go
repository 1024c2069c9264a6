package csvfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// source reads the text of a file that may be compressed, and tallies the bytes
// as they were delivered.
type source struct {
	path        string
	compression string
	delivered   *tally
	text        io.Reader
	close       func()
}

// tally counts and hashes what is read through it.
type tally struct {
	file *os.File
	hash hash.Hash
	size int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.file.Read(p)
	t.size += int64(n)
	t.hash.Write(p[:n])
	return n, err
}

// openSource opens a file and finds its compression from its first bytes or,
// failing that, from its name.
func openSource(path string) (*source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the delimited file: %w", err)
	}
	s := &source{path: path, delivered: &tally{file: file, hash: sha256.New()}, close: func() { _ = file.Close() }}
	if s.compression, err = compressionOf(file); err == nil {
		err = s.decompress()
	}
	if err != nil {
		s.close()
		return nil, s.explain(err)
	}
	return s, nil
}

var magic = map[string][]byte{
	"gzip": {0x1f, 0x8b},
	"zstd": {0x28, 0xb5, 0x2f, 0xfd},
}

func compressionOf(file *os.File) (string, error) {
	first := make([]byte, 4)
	n, err := file.ReadAt(first, 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	for name, bytesOf := range magic {
		if bytes.HasPrefix(first[:n], bytesOf) {
			return name, nil
		}
	}
	switch {
	case strings.HasSuffix(file.Name(), ".gz"):
		return "gzip", nil
	case strings.HasSuffix(file.Name(), ".zst"):
		return "zstd", nil
	}
	return "none", nil
}

func (s *source) decompress() error {
	switch s.compression {
	case "gzip":
		unzip, err := gzip.NewReader(bufio.NewReaderSize(s.delivered, chunk))
		s.text = unzip
		return err
	case "zstd":
		unzip, err := zstd.NewReader(bufio.NewReaderSize(s.delivered, chunk), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return err
		}
		closeFile := s.close
		s.close = func() { unzip.Close(); closeFile() }
		s.text = unzip
		return emptyFrame(s.delivered)
	}
	s.text = s.delivered
	return nil
}

// emptyFrame refuses a .zst file of no bytes, which the decoder would take.
func emptyFrame(t *tally) error {
	info, err := t.file.Stat()
	if err == nil && info.Size() == 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Read reads text; its errors name the file.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.text.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // a reader ends with io.EOF itself
		err = s.explain(err)
	}
	return n, err
}

func (s *source) explain(err error) error {
	if s.compression == "" || s.compression == "none" {
		return fmt.Errorf("reading %s: %w", s.path, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: its %s data ends too early, the file is cut off: ask for it again: %w",
			s.path, s.compression, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("reading %s: its %s data is damaged: ask for it again: %w", s.path, s.compression, err)
}

// finish tallies what the decompressor left unread, and returns hash and size.
func (s *source) finish() (sum [32]byte, size int64, err error) {
	if _, err = io.Copy(io.Discard, s.delivered); err != nil {
		return sum, 0, s.explain(err)
	}
	return [32]byte(s.delivered.hash.Sum(nil)), s.delivered.size, nil
}
