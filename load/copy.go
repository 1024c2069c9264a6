package load

import (
	"errors"
	"io"
	"os"
)

// copyFile makes to a copy of from, in the cheapest way that the file system knows: sharing
// its blocks, past the page cache (most of last night's blocks are not read again tonight, and
// memory for all of them costs more than copying them), or as any file.
func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if clone(target, source) || copyDirect(target, source) {
		return nil
	}
	for _, f := range []*os.File{source, target} {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	if err := target.Truncate(0); err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return err
}
