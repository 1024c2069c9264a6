//go:build unix

package extract

import (
	"os"
	"syscall"
)

// inode tells a file from one that took its name; 0 where it cannot be told.
func inode(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino
	}
	return 0
}
