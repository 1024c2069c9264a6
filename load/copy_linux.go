package load

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// clone lets target share source's blocks, and says whether it does.
func clone(target, source *os.File) bool {
	return unix.IoctlFileClone(int(target.Fd()), int(source.Fd())) == nil
}

const (
	// copySize is copied at a time.
	copySize = 4 << 20
	// directSize is what the lengths of direct writes are multiples of: the page of all
	// machines that Nightjar runs on, and no less than any disk's block.
	directSize = 64 << 10
)

// copyDirect writes target without the page cache, and says whether all of it was written.
func copyDirect(target, source *os.File) bool {
	buffer, err := unix.Mmap(-1, 0, copySize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Munmap(buffer) }()
	if _, err := unix.FcntlInt(target.Fd(), unix.F_SETFL, unix.O_DIRECT); err != nil {
		return false
	}
	size, err := copyWhole(target, source, buffer)
	if _, plain := unix.FcntlInt(target.Fd(), unix.F_SETFL, 0); plain != nil {
		return false
	}
	return err == nil && target.Truncate(size) == nil
}

// copyWhole writes whole multiples of directSize, the last of them filled up with zeros; it
// returns how many bytes there were.
func copyWhole(target io.Writer, source io.Reader, buffer []byte) (size int64, err error) {
	for {
		n, err := io.ReadFull(source, buffer)
		if n > 0 {
			whole := (n + directSize - 1) / directSize * directSize
			clear(buffer[n:whole])
			if _, err := target.Write(buffer[:whole]); err != nil {
				return size, err
			}
			size += int64(n)
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, nil
		case err != nil:
			return size, err
		}
	}
}
