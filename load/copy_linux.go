package load

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// clone lets target share source's blocks, and says whether it does.
func clone(target, source *os.File) bool {
	return unix.IoctlFileClone(int(target.Fd()), int(source.Fd())) == nil
}

// directBlock is what the lengths of direct writes are multiples of: no less than any disk's
// block, or any machine's page.
const directBlock = 64 << 10

// copyDirect writes target without the page cache, and says whether all of it was written.
func copyDirect(ctx context.Context, target, source *os.File) bool {
	buffer, err := unix.Mmap(-1, 0, copySize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Munmap(buffer) }()
	if _, err := unix.FcntlInt(target.Fd(), unix.F_SETFL, unix.O_DIRECT); err != nil {
		return false
	}
	size, err := copyBlocks(ctx, target, source, buffer, directBlock)
	if _, plain := unix.FcntlInt(target.Fd(), unix.F_SETFL, 0); plain != nil {
		return false
	}
	return err == nil && target.Truncate(size) == nil
}
