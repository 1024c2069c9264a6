package extract

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"nightjar/internal/charset"
	"nightjar/internal/duck"
)

// content writes the bytes of a file.
type content func(w io.Writer) error

// A member is one of an archive.
type member struct {
	name      string
	write     content
	stored    bool
	encrypted bool
}

var inArchive = regexp.MustCompile(`^(.+?\.(?:zip|xlsx))/(.*)$`)

func text(b []byte) content {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// bytes is all of it.
func (c content) bytes() ([]byte, error) {
	var b bytes.Buffer
	err := c(&b)
	return b.Bytes(), err
}

// then is the content changed as a whole.
func (c content) then(change func([]byte) ([]byte, error)) content {
	return func(w io.Writer) error {
		b, err := c.bytes()
		if err == nil {
			b, err = change(b)
		}
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
}

func (c content) gzip() content {
	return func(w io.Writer) error { z := gzip.NewWriter(w); return errors.Join(c(z), z.Close()) }
}

func (c content) zstd() content {
	return func(w io.Writer) error {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
		return errors.Join(c(z), z.Close())
	}
}

// archiveOf packs members as a zip archive.
func archiveOf(members []member) content {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
		for _, m := range members {
			header := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
			if m.stored || strings.HasSuffix(m.name, "/") {
				header.Method = zip.Store
			}
			if m.encrypted {
				header.Flags |= 1
			}
			part, err := z.CreateHeader(header)
			if err == nil && !strings.HasSuffix(m.name, "/") {
				err = m.write(part)
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	}
}

// contentOf is a section's text after all its directives.
func (p *corpusProject) contentOf(data []byte, directives string) (content, member, error) {
	first, rest, _ := strings.Cut(directives, " | ")
	if first != "parquet" {
		return contentOf(text(data), directives)
	}
	path := filepath.Join(p.dir, "made.parquet.tmp")
	if _, err := p.db.Exec("copy (" + string(data) + ") to " + duck.Text(path) + " (format parquet)"); err != nil {
		return nil, member{}, err
	}
	defer os.Remove(path)
	made, err := os.ReadFile(path)
	if err != nil {
		return nil, member{}, err
	}
	return contentOf(text(made), rest)
}

func contentOf(write content, directives string) (content, member, error) {
	var m member
	if directives == "" {
		return write, m, nil
	}
	for directive := range strings.SplitSeq(directives, " | ") {
		word, argument, _ := strings.Cut(strings.TrimSpace(directive), " ")
		n, _ := strconv.Atoi(argument)
		from := write
		switch word {
		case "quoted":
			write = quotedContent(from)
		case "excel":
			write = from.then(func(b []byte) ([]byte, error) { return workbookOf(string(b), argument).bytes() })
		case "crlf":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), nil })
		case "cr":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r")), nil })
		case "unended":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.TrimRight(b, "\n"), nil })
		case "cut": // keeps so many bytes or, below zero, all but so many
			write = from.then(func(b []byte) ([]byte, error) {
				if n < 0 {
					return b[:max(0, len(b)+n)], nil
				}
				return b[:min(n, len(b))], nil
			})
		case "damage": // turns over one byte, from the end where it is below zero
			write = from.then(func(b []byte) ([]byte, error) {
				at := n
				if at < 0 {
					at += len(b)
				}
				b = bytes.Clone(b)
				b[at] ^= 0xff
				return b, nil
			})
		case "times":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.Repeat(b, n), nil })
		case "padded":
			write = from.then(func(b []byte) ([]byte, error) { return append(b, make([]byte, n)...), nil })
		case "gzip":
			write = from.gzip()
		case "zstd":
			write = from.zstd()
		case "stored":
			m.stored = true
		case "encrypted":
			m.encrypted = true
		case "named": // a member's name, quoted
			name, err := strconv.Unquote(argument)
			if err != nil {
				return nil, m, fmt.Errorf("%s: %w", directive, err)
			}
			m.name = name
		default: // an encoding
			coding, err := charset.Lookup(word)
			if err != nil || coding == nil {
				return nil, m, fmt.Errorf("%q is no directive: %w", word, err)
			}
			write = from.then(func(b []byte) ([]byte, error) { return coding.NewEncoder().Bytes(b) })
		}
	}
	return write, m, nil
}

var quotedLine = regexp.MustCompile(`^("(?:[^"\\]|\\.)*")(?: \* (\d+)| for (\d+)\.\.(\d+))?$`)

// quotedContent reads lines of quoted text: "…", "…" * 1000, or, with the number for
// each %[1]d in it, "…" for 1..1000.
func quotedContent(from content) content {
	return func(w io.Writer) error {
		lines, err := from.bytes()
		if err != nil {
			return err
		}
		for line := range strings.SplitSeq(strings.TrimSpace(string(lines)), "\n") {
			part := quotedLine.FindStringSubmatch(strings.TrimSpace(line))
			if part == nil {
				return fmt.Errorf("%q is no quoted text", line)
			}
			piece, err := strconv.Unquote(part[1])
			if err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
			if err := repeat(w, piece, part[2:]); err != nil {
				return err
			}
		}
		return nil
	}
}

func repeat(w io.Writer, piece string, how []string) error {
	first, last := 1, 1
	switch {
	case how[0] != "":
		last, _ = strconv.Atoi(how[0])
		for len(piece) > 0 && len(piece) < 1<<16 && last%2 == 0 {
			piece, last = piece+piece, last/2
		}
	case how[1] != "":
		first, _ = strconv.Atoi(how[1])
		last, _ = strconv.Atoi(how[2])
	}
	for n := first; n <= last; n++ {
		line := piece
		if how[1] != "" {
			line = strings.ReplaceAll(piece, "%d", strconv.Itoa(n))
		}
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}
