// Package delivered opens what a source handed over: a file, or a member of a zip
// archive, unpacked and decoded to UTF-8, with a tally and a hash of the bytes as
// they came.
package delivered

import (
	"archive/zip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// A File says where the bytes of a delivery lie, and what they mean.
type File struct {
	Path string
	// Member is the name of a member of the zip archive at Path; "" for the file
	// itself.
	Member string
	// Encoding of its text, by any name that charset.Lookup knows; "" is UTF-8.
	Encoding string
}

// String is the file's name for a person.
func (f File) String() string {
	if f.Member == "" {
		return f.Path
	}
	return f.Path + "/" + f.Member
}

// IsArchive says whether a path names a zip archive.
func IsArchive(name string) bool { return strings.EqualFold(path.Ext(name), ".zip") }

// A Member is one file in a zip archive.
type Member struct {
	Name string // as it is written there; in UTF-8, also where the archive does not say so
	Size int64  // bytes, unpacked, as the archive declares
}

// Members lists an archive's files whose base name matches a glob; "" matches all.
// Folders, hidden files and what macOS adds are left out. Its errors are those of
// a file that is no zip archive, or damaged, and of two members of one name.
func Members(archive, glob string) ([]Member, error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return nil, notZip(archive, err)
	}
	defer r.Close()
	var members []Member
	for _, f := range r.File {
		name := memberName(f)
		base := path.Base(name)
		if strings.HasSuffix(name, "/") || strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/") {
			continue
		}
		if glob != "" {
			if matches, err := path.Match(glob, base); err != nil || !matches {
				continue
			}
		}
		if slices.ContainsFunc(members, func(m Member) bool { return m.Name == name }) {
			return nil, fmt.Errorf("reading %s: two of its members are named %s, and one of them would be lost: have it packed anew", archive, name)
		}
		members = append(members, Member{Name: name, Size: int64(f.UncompressedSize64)})
	}
	return members, nil
}

// unlisted says why an archive was not taken by its members.
func unlisted(f File) error {
	if _, err := Members(f.Path, ""); err != nil {
		return err
	}
	return &MistakenError{File: f, Problem: "an archive is read by its members: it has changed, run again"}
}

func notZip(archive string, err error) error {
	return fmt.Errorf("reading %s: it is no zip archive, or damaged: ask for it again: %w", archive, err)
}

// memberName is a member's name in UTF-8: Chinese Windows writes GBK without saying so.
func memberName(f *zip.File) string {
	name := strings.ReplaceAll(f.Name, `\`, "/")
	if utf8.ValidString(name) {
		return name
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().String(name)
	if err != nil {
		return strings.ToValidUTF8(name, "\uFFFD")
	}
	return decoded
}

// openMember opens one member; close lets go of it and of the archive.
func openMember(f File) (r io.Reader, packed int64, closeAll func(), err error) {
	archive, err := zip.OpenReader(f.Path)
	if err != nil {
		return nil, 0, nil, notZip(f.Path, err)
	}
	for _, member := range archive.File {
		if memberName(member) != f.Member {
			continue
		}
		if member.Flags&1 != 0 {
			err = fmt.Errorf("reading %s: it is encrypted: deliver it without a password, or unpack it first", f)
			break
		}
		content, openErr := member.Open()
		if openErr != nil {
			err = fmt.Errorf("reading %s: %w: unpack it with another program, and deliver what is in it", f, openErr)
			break
		}
		return content, int64(member.CompressedSize64), func() { _ = content.Close(); _ = archive.Close() }, nil
	}
	_ = archive.Close()
	if err == nil {
		err = fmt.Errorf("reading %s: the archive has no such member any more", f)
	}
	return nil, 0, nil, err
}

// Hash is the SHA-256 of the delivery's bytes as they came, in hexadecimal.
func Hash(ctx context.Context, f File) (string, error) {
	s, err := open(f)
	if err != nil {
		return "", err
	}
	defer s.Close()
	buffer := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		_, err := s.delivered.Read(buffer)
		if errors.Is(err, io.EOF) {
			sum, _, err := s.Finish()
			return hex.EncodeToString(sum[:]), err
		}
		if err != nil {
			return "", s.explain(err)
		}
	}
}

// AsCame opens a delivery's bytes as they came: neither unpacked nor decoded, but
// for a member of an archive, which is taken out of it.
func AsCame(f File) (io.ReadCloser, error) {
	s, err := open(f)
	if err != nil {
		return nil, err
	}
	s.text = s.delivered
	return closer{s}, nil
}

type closer struct{ *Stream }

func (c closer) Close() error { c.Stream.Close(); return nil }

// Unpack writes the delivery's bytes, unpacked but not decoded, to a new file in a
// folder, for readers that must seek: only its owner may read it, and remove removes
// it. A plain file is left where it is; file is then its own path, and remove does
// nothing. After an error nothing is left behind, and remove is nil.
func Unpack(ctx context.Context, f File, folder string) (file string, remove func(), err error) {
	f.Encoding = ""
	s, err := Open(f)
	if err != nil {
		return "", nil, err
	}
	defer s.Close()
	if s.Plain() {
		return f.Path, func() {}, nil
	}
	w, err := os.CreateTemp(folder, "unpacked-*")
	if err != nil {
		return "", nil, err
	}
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = io.CopyN(w, s, 4<<20)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	remove = func() { _ = os.Remove(w.Name()) }
	if err = errors.Join(err, w.Close()); err != nil {
		remove()
		return "", nil, err
	}
	return w.Name(), remove, nil
}
