package load

import (
	"context"
	"errors"
	"io"
	"os"
)

// copySize is how much is copied at a time.
const copySize = 4 << 20

// copyFile makes to a copy of from, in the cheapest way that the file system knows: sharing
// its blocks, past the page cache (most of last night's blocks are not read again tonight, and
// memory for all of them costs more than copying them), or as any file.
func copyFile(ctx context.Context, from, to string) (err error) {
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
	if clone(target, source) || copyDirect(ctx, target, source) {
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
	_, err = copyBlocks(ctx, target, source, make([]byte, copySize), 1)
	return err
}

// copyBlocks writes multiples of block bytes, the last of them filled up with zeros, until
// source or ctx ends; it returns how many bytes source had. The buffer holds whole blocks.
func copyBlocks(ctx context.Context, target io.Writer, source io.Reader, buffer []byte, block int) (size int64, err error) {
	for ctx.Err() == nil {
		n, err := io.ReadFull(source, buffer)
		end := (n + block - 1) / block * block
		clear(buffer[n:end])
		if _, err := target.Write(buffer[:end]); err != nil {
			return size, err
		}
		size += int64(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, nil
		case err != nil:
			return size, err
		}
	}
	return size, ctx.Err()
}
