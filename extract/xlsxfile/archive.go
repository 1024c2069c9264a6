package xlsxfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"nightjar/extract/xmltoken"
)

// archive is the zip file that a workbook is.
type archive struct {
	name  string
	file  *os.File
	parts map[string]*zip.File // by name in lower case, without a slash in front
}

// Sizes in bytes above which a part, unpacked, is no honest one.
const (
	maxSheet   = 16 << 30
	maxStrings = 4 << 30
	maxPart    = 64 << 20 // of any other part
)

// openArchive opens the file at a path; its errors call it by name.
func openArchive(path, name string) (a *archive, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	if err := checkMagic(name, file); err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	r, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, fault(name, "it begins like an Excel file and does not end like one", askAgain)
	}
	r.RegisterDecompressor(zip.Deflate, flate.NewReader)
	a = &archive{name: name, file: file, parts: make(map[string]*zip.File, len(r.File))}
	for _, part := range r.File {
		key := partName(part.Name)
		if _, twice := a.parts[key]; twice && !strings.HasSuffix(key, "/") {
			return nil, fault(name, "two of its parts have the same name", askAgain)
		}
		a.parts[key] = part
	}
	return a, nil
}

// checkMagic tells by its first bytes what a file is that is no zip archive.
func checkMagic(name string, file io.ReaderAt) error {
	head := make([]byte, 8)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	switch head = head[:n]; {
	case n == 0:
		return fault(name, "it is empty", "ask the sender for it again")
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return fault(name, "it is encrypted or an old .xls", "save it as .xlsx without a password")
	case !bytes.HasPrefix(head, []byte("PK")):
		return fault(name, "it is no Excel file (.xlsx or .xlsm), whatever its name says",
			"save it as .xlsx, or declare the source's real format")
	}
	return nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (a *archive) close() error { return a.file.Close() }

func (a *archive) has(part string) bool { return a.parts[partName(part)] != nil }

// open opens a part of at most so many bytes, unpacked.
func (a *archive) open(part string, limit uint64) (io.ReadCloser, error) {
	f := a.parts[partName(part)]
	switch {
	case f == nil:
		return nil, fault(a.name, fmt.Sprintf("its part %q is missing", path.Base(part)), askAgain)
	case f.Flags&1 != 0:
		return nil, fault(a.name, "it is encrypted", "save it as .xlsx without a password")
	case f.UncompressedSize64 > limit:
		return nil, fault(a.name, fmt.Sprintf("its part %q unpacks to %d MiB, which no honest workbook does",
			path.Base(part), f.UncompressedSize64>>20), "ask the sender what it is")
	}
	content, err := f.Open()
	if err != nil {
		return nil, fault(a.name, fmt.Sprintf("its part %q cannot be unpacked", path.Base(part)), askAgain)
	}
	return unpacking{content}, nil
}

// unpacking says of an error that it comes of unpacking. The zip reader holds a
// part to the size that it declares.
type unpacking struct{ io.ReadCloser }

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("it does not unpack: %s: %w", askAgain, err)
	}
	return n, err
}

// each calls do at every element of a small part, whose start tag x is at.
func (a *archive) each(part string, do func(x *xmltoken.Reader) error) error {
	content, err := a.open(part, maxPart)
	if err != nil {
		return err
	}
	defer content.Close()
	x := xmltoken.NewReader(content, a.name+"/"+path.Base(part))
	for {
		kind, err := x.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == xmltoken.Start {
			if err := do(x); err != nil {
				return err
			}
		}
	}
}

// attr is the value of an attribute, "" if there is none.
func attr(x *xmltoken.Reader, name string) string {
	value, _ := x.Attr(name)
	return string(value)
}
