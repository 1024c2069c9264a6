package delivered

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
	"golang.org/x/text/transform"

	"nightjar/internal/charset"
)

// A Stream reads the text of a delivery, and tallies the bytes as they came. Of a
// zip archive's member those are the member's own, unpacked.
type Stream struct {
	// Compression is none, gzip or zstd.
	Compression string
	file        File
	delivered   *tally
	unpacked    int64 // bytes after unpacking
	text        io.Reader
	close       func()
	packed      int64 // bytes of an archive that hold it; 0 for a file
}

// tally counts and hashes what is read through it.
type tally struct {
	from io.Reader
	file *os.File // nil for a member of an archive
	hash hash.Hash
	size int64
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	t.size += int64(n)
	t.hash.Write(p[:n])
	return n, err
}

// Open opens a delivery at its first byte, and finds its compression from its first
// bytes or, failing that, from its name.
func Open(f File) (*Stream, error) {
	coding, err := charset.Lookup(f.Encoding)
	if err != nil {
		return nil, fmt.Errorf("reading %s: encoding: %w", f, err)
	}
	if f.Member == "" && IsArchive(f.Path) {
		return nil, unlisted(f)
	}
	s, err := open(f)
	if err != nil {
		return nil, err
	}
	if err := s.unpack(); err != nil {
		s.Close()
		return nil, s.explain(err)
	}
	if coding != nil {
		s.text = transform.NewReader(s.text, coding.NewDecoder())
	}
	return s, nil
}

// OpenText is Open, for those who read the delivery as text: what is plainly none, or
// in another encoding than f says, is a *MistakenError.
func OpenText(f File) (*Stream, error) {
	plain := f
	plain.Encoding = ""
	s, err := Open(plain)
	if err != nil {
		return nil, err
	}
	if err := s.decode(f); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// decode looks at the first bytes of the text, and has the others decoded.
func (s *Stream) decode(f File) error {
	coding, err := charset.Lookup(f.Encoding)
	if err != nil {
		return fmt.Errorf("reading %s: encoding: %w", f, err)
	}
	ahead := bufio.NewReaderSize(s.text, sampleSize)
	sample, err := ahead.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return s.explain(err)
	}
	if problem := mistaken(sample, f.Encoding, coding); problem != "" {
		return &MistakenError{File: f, Problem: problem}
	}
	s.file, s.text = f, ahead
	if coding != nil {
		s.text = transform.NewReader(ahead, coding.NewDecoder())
	}
	return nil
}

// open opens a delivery as it came.
func open(f File) (*Stream, error) {
	s := &Stream{file: f, Compression: "none"}
	if f.Member != "" {
		content, packed, closeAll, err := openMember(f)
		if err != nil {
			return nil, err
		}
		s.packed = packed
		s.delivered, s.close = &tally{from: bufio.NewReaderSize(content, chunk), hash: sha256.New()}, closeAll
		return s, nil
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	s.delivered, s.close = &tally{from: file, file: file, hash: sha256.New()}, func() { _ = file.Close() }
	return s, nil
}

// Plain says that the delivery is a file of UTF-8 text, not packed in any way.
func (s *Stream) Plain() bool { return s.Readable() && s.Compression == "none" }

// Readable says whether DuckDB can read the file itself: UTF-8, packed at most as
// gzip or zstd.
func (s *Stream) Readable() bool { return s.file.Member == "" && s.file.Encoding == "" }

// Name is the delivery's for a person.
func (s *Stream) Name() string { return s.file.String() }

// Decoded says whether the text had another encoding than UTF-8: U+FFFD in it then
// stands for bytes that the encoding does not have.
func (s *Stream) Decoded() bool { return s.file.Encoding != "" }

// Close lets go of the file.
func (s *Stream) Close() { s.close() }

const chunk = 256 << 10 // bytes read at once: hashed and parsed while in the cache

var magic = map[string][]byte{
	"gzip": {0x1f, 0x8b},
	"zstd": {0x28, 0xb5, 0x2f, 0xfd},
}

func (s *Stream) compression() (string, error) {
	first := make([]byte, 4)
	n, err := 0, error(nil)
	if s.delivered.file != nil {
		n, err = s.delivered.file.ReadAt(first, 0)
	} else if peek, ok := s.delivered.from.(*bufio.Reader); ok {
		first, err = peek.Peek(len(first))
		n = len(first)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	for name, bytesOf := range magic {
		if bytes.HasPrefix(first[:n], bytesOf) {
			return name, nil
		}
	}
	switch name := s.file.String(); {
	case strings.HasSuffix(name, ".gz"):
		return "gzip", nil
	case strings.HasSuffix(name, ".zst"):
		return "zstd", nil
	}
	return "none", nil
}

// windowLimit bounds the memory that a zstd file may ask for, in bytes.
const windowLimit = 128 << 20

func (s *Stream) unpack() (err error) {
	if s.Compression, err = s.compression(); err != nil {
		return err
	}
	switch s.Compression {
	case "gzip":
		unzip, err := gzip.NewReader(bufio.NewReaderSize(s.delivered, chunk))
		s.text = unzip
		return err
	case "zstd":
		unzip, err := zstd.NewReader(bufio.NewReaderSize(s.delivered, chunk), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowLimit))
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

// emptyFrame refuses zstd of no bytes, which the decoder would take.
func emptyFrame(t *tally) error {
	if peek, ok := t.from.(*bufio.Reader); ok {
		if _, err := peek.Peek(1); errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	info, err := t.file.Stat()
	if err == nil && info.Size() == 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A file that unpacks to more than bombFrom bytes and bombRatio times its size is
// taken for a bomb: a disk would fill with nothing.
const (
	bombFrom  = 1 << 30
	bombRatio = 500
)

// Read reads text; its errors name the file and say what to do.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.text.Read(p)
	s.unpacked += int64(n)
	if packed := s.packedSize(); s.unpacked > bombFrom && packed > 0 && s.unpacked > bombRatio*packed {
		return 0, fmt.Errorf("reading %s: it unpacks to more than %d times its size, as data never does: if it is meant, unpack it and deliver what is in it", s.file, bombRatio)
	}
	if err != nil && err != io.EOF { //nolint:errorlint // a reader ends with io.EOF itself
		err = s.explain(err)
	}
	return n, err
}

// packedSize is how many packed bytes were read so far; 0 for a plain file.
func (s *Stream) packedSize() int64 {
	switch {
	case s.packed > 0:
		return s.packed
	case s.Compression != "none":
		return s.delivered.size
	}
	return 0
}

func (s *Stream) explain(err error) error {
	if s.file.Member != "" && (s.Compression == "" || s.Compression == "none") {
		return fmt.Errorf("reading %s: the archive is damaged there: ask for it again: %w", s.file, err)
	}
	if s.Compression == "" || s.Compression == "none" {
		return fmt.Errorf("reading %s: %w", s.file, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: its %s data ends too early, the file is cut off: ask for it again: %w",
			s.file, s.Compression, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("reading %s: its %s data is damaged: ask for it again: %w", s.file, s.Compression, err)
}

// Finish tallies what was left unread, and returns hash and size of the bytes as
// they came.
func (s *Stream) Finish() (sum [32]byte, size int64, err error) {
	if _, err = io.Copy(io.Discard, s.delivered); err != nil {
		return sum, 0, s.explain(err)
	}
	return [32]byte(s.delivered.hash.Sum(nil)), s.delivered.size, nil
}
