//go:build unix

package query

import (
	"fmt"
	"os"
	"syscall"
)

// openPipe makes a named pipe and opens both its ends, neither of which then
// waits for the other: reads end once to and every further writer is closed.
func openPipe(path string) (from, to *os.File, err error) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, nil, fmt.Errorf("making a pipe for the answer: %w", err)
	}
	from, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the pipe for the answer: %w", err)
	}
	to, err = os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		_ = from.Close()
		return nil, nil, fmt.Errorf("opening the pipe for the answer: %w", err)
	}
	return from, to, nil
}
