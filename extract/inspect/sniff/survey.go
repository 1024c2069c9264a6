package sniff

import (
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"nightjar/extract/delivered"
)

// How many bytes are kept for a closer look: of the file's beginning, of its end,
// and of lines that are not ASCII, wherever they stand.
const (
	headLimit    = 1 << 20
	tailLimit    = 64 << 10
	foreignLimit = 256 << 10
)

// A survey is what one pass over all bytes of a file, unpacked, finds.
type survey struct {
	compression string
	size        int64  // bytes, unpacked
	head, tail  []byte // they overlap in a small file
	foreign     []byte // lines that are not ASCII

	nul      int64
	nonASCII int64 // bytes
	badUTF8  int64 // bytes that are not UTF-8
	badLine  int64 // line of the first of them, from 1
	ends     LineEnds
}

// LineEnds counts the lines that end in each way.
type LineEnds struct {
	LF   int64 `json:"lf,omitempty"`
	CRLF int64 `json:"crlf,omitempty"`
	CR   int64 `json:"cr,omitempty"`
}

// lines is how many lines end before the end of what was read.
func (e LineEnds) lines() int64 {
	if e.LF+e.CRLF == 0 {
		return e.CR
	}
	return e.LF + e.CRLF
}

// surveyFile reads a file once. Its errors are those of a file that cannot be read.
func surveyFile(ctx context.Context, f delivered.File) (*survey, error) {
	f.Encoding = ""
	stream, err := delivered.Open(f)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	s := &survey{compression: stream.Compression}
	buffer := make([]byte, 256<<10)
	held := 0 // bytes at the buffer's start that belong to what comes next
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(stream, buffer[held:])
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return nil, err
		}
		chunk := buffer[:held+n]
		whole := len(chunk)
		if !last {
			whole -= cutOff(chunk)
		}
		s.take(chunk[:whole])
		if last {
			return s, nil
		}
		held = copy(buffer, chunk[whole:])
	}
}

// cutOff is how many bytes at a chunk's end may belong to a character or a line
// end whose rest is in the next.
func cutOff(chunk []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(chunk); back++ {
		if b := chunk[len(chunk)-back]; utf8.RuneStart(b) {
			if b == '\r' || b >= utf8.RuneSelf && !utf8.FullRune(chunk[len(chunk)-back:]) {
				return back
			}
			return 0
		}
	}
	return 0
}

// take looks at the next bytes, which end neither within a character of UTF-8 nor
// within a line end.
func (s *survey) take(chunk []byte) {
	s.size += int64(len(chunk))
	s.head = append(s.head, chunk[:min(len(chunk), headLimit-len(s.head))]...)
	s.tail = append(s.tail, chunk[max(0, len(chunk)-tailLimit):]...)
	s.tail = s.tail[max(0, len(s.tail)-tailLimit):]
	s.nul += int64(bytes.Count(chunk, []byte{0}))
	if !isASCII(chunk) {
		s.takeForeign(chunk)
	}
	crlf := int64(bytes.Count(chunk, []byte("\r\n")))
	s.ends.CRLF += crlf
	s.ends.LF += int64(bytes.Count(chunk, []byte("\n"))) - crlf
	s.ends.CR += int64(bytes.Count(chunk, []byte("\r"))) - crlf
}

func isASCII(chunk []byte) bool {
	for _, b := range chunk {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (s *survey) takeForeign(chunk []byte) {
	for _, b := range chunk {
		if b >= utf8.RuneSelf {
			s.nonASCII++
		}
	}
	if !utf8.Valid(chunk) {
		s.countBad(chunk)
	}
	for line := range bytes.Lines(chunk) {
		if len(s.foreign) >= foreignLimit {
			return
		}
		if !isASCII(line) {
			s.foreign = append(s.foreign, line[:min(len(line), foreignLimit-len(s.foreign))]...)
		}
	}
}

func (s *survey) countBad(chunk []byte) {
	for at := 0; at < len(chunk); {
		r, size := utf8.DecodeRune(chunk[at:])
		if r == utf8.RuneError && size == 1 {
			if s.badUTF8 == 0 {
				s.badLine = s.ends.lines() + int64(bytes.Count(chunk[:at], []byte("\n"))) + 1
			}
			s.badUTF8++
		}
		at += size
	}
}
