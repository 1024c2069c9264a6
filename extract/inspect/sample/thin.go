package sample

import (
	"bytes"
	"io"
)

// A thinner lets the header and the first records of regular CSV through and then,
// the further the fewer, single ones up to the end: their number grows with the
// logarithm of the file's.
type thinner struct {
	to      io.Writer
	first   int64 // records that all pass
	number  int64 // of the record under way; 0 is the header
	passed  int64
	longest int
	record  []byte
	quoted  bool
}

func (t *thinner) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		end := t.end(rest)
		t.record = append(t.record, rest[:end]...)
		whole := end > 0 && rest[end-1] == '\n' && !t.quoted
		rest = rest[end:]
		if !whole {
			continue
		}
		if t.passes() {
			if _, err := t.to.Write(t.record); err != nil {
				return 0, err
			}
			t.passed++
		}
		t.longest = max(t.longest, len(t.record))
		t.number++
		t.record = t.record[:0]
	}
	return len(p), nil
}

// end is how far the record under way, or the part of it up to a quote, goes.
func (t *thinner) end(text []byte) int {
	mark := bytes.IndexByte(text, '"')
	if !t.quoted {
		if line := bytes.IndexByte(text, '\n'); line >= 0 && (mark < 0 || line < mark) {
			return line + 1
		}
	}
	if mark < 0 {
		return len(text)
	}
	t.quoted = !t.quoted
	return mark + 1
}

func (t *thinner) passes() bool {
	if t.number <= t.first {
		return true
	}
	return t.number%(1+(t.number-1)/t.first) == 0
}
