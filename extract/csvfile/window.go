package csvfile

import (
	"context"
	"io"
)

const (
	chunk = 256 << 10 // bytes read at once: hashed and parsed while in the cache
	slack = 64        // bytes that may be read beyond the window's end, of no meaning
)

// window is the part of a file that is in memory. Its unread part begins at a
// record's start; it grows while a record does not fit.
type window struct {
	ctx  context.Context
	from io.Reader
	buf  []byte
	at   int   // where the unread part begins in buf
	end  int   // where it ends
	base int64 // offset in the file's text of buf[0]
	eof  bool
}

func newWindow(ctx context.Context, from io.Reader) *window {
	return &window{ctx: ctx, from: from, buf: make([]byte, chunk+slack)}
}

// unread is what has been read from the file and not yet been passed.
func (w *window) unread() []byte { return w.buf[w.at:w.end] }

// offset is where the unread part begins in the file's text.
func (w *window) offset() int64 { return w.base + int64(w.at) }

// pass marks n unread bytes as read.
func (w *window) pass(n int) { w.at += n }

// fill reads on, keeping the unread part. It sets eof when there is no more.
func (w *window) fill() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.base += int64(w.at)
	kept := copy(w.buf, w.unread())
	w.at, w.end = 0, kept
	room := len(w.buf) - slack - w.end
	if room < chunk/2 {
		larger := make([]byte, 2*(len(w.buf)-slack)+slack)
		copy(larger, w.buf[:w.end])
		w.buf, room = larger, len(larger)-slack-w.end
	}
	n, err := io.ReadFull(w.from, w.buf[w.end:w.end+min(room, chunk)])
	w.end += n
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		w.eof, err = true, nil
	}
	return err
}
