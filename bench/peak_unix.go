//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakOf is the most memory that a process held, in bytes. On Linux it is at
// least what this program held when it started the other.
func peakOf(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "linux":
		return int64(usage.Maxrss) << 10 // in kilobytes
	default:
		return int64(usage.Maxrss)
	}
}
