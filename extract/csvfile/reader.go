package csvfile

import (
	"bytes"
	"context"

	"nightjar/extract/delivered"
	"nightjar/extract/record"
)

// recordReader hands out a file's records one after the other, in bounded memory.
type recordReader struct {
	source    *delivered.Stream
	window    *window
	machine   *machine
	rec       row
	line      int64 // physical line of the window's unread part, from 1
	number    int64 // data records handed out
	longest   int   // bytes of the longest record, header included
	multiLine bool  // some record spans lines

	comment byte  // as in Dialect
	decoded bool  // the text had another encoding
	footer  int   // records to hold back
	held    []row // the records read ahead of the one handed out, at most footer

	blankLine  int64 // the first blank line behind the header; 0 if none
	oddLine    int64 // the first blank line with a line end of another kind than the file's; 0 if none
	markedLine int64 // the first line with a byte order mark that is not the file's first; 0 if none
}

// mark is a byte order mark. Where files were joined, one stands before a record.
var mark = []byte("\xef\xbb\xbf")

// openRecords opens a file at its first record, behind a byte order mark.
func openRecords(ctx context.Context, file delivered.File, d Dialect) (*recordReader, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	from, err := delivered.OpenText(file)
	if err != nil {
		return nil, err
	}
	r := &recordReader{source: from, window: newWindow(ctx, from), machine: newMachine(d), line: 1, comment: d.Comment, decoded: from.Decoded(), footer: d.Footer}
	if err := r.window.fill(); err != nil {
		from.Close()
		return nil, err
	}
	if bytes.HasPrefix(r.window.unread(), mark) {
		r.window.pass(len(mark))
	}
	r.rec.decoded = r.decoded
	for range d.Skip {
		if err := r.passLine(); err != nil {
			from.Close()
			return nil, err
		}
	}
	return r, nil
}

func (r *recordReader) close() { r.source.Close() }

// next reads the next data record into r.rec, skipping blank lines, and reports
// whether there was one.
func (r *recordReader) next() (bool, error) {
	more, err := r.nextData()
	if more {
		r.number++
		r.rec.number = r.number
	}
	return more, err
}

// nextData reads the next record behind which there are as many as the footer has.
func (r *recordReader) nextData() (bool, error) {
	if r.footer == 0 {
		return r.nextFilled()
	}
	for {
		more, err := r.nextFilled()
		if err == nil && !more && len(r.held) < r.footer {
			err = &ShortFooterError{Path: r.source.Name(), Lines: len(r.held), Footer: r.footer}
		}
		if err != nil || !more {
			return false, err
		}
		r.held = append(r.held, r.rec.clone())
		if len(r.held) > r.footer {
			r.rec, r.held = r.held[0], r.held[1:]
			return true, nil
		}
	}
}

// nextFilled reads on until a record that is not blank.
func (r *recordReader) nextFilled() (bool, error) {
	for {
		more, err := r.readOne()
		if err != nil || !more {
			return false, err
		}
		if !r.rec.blank() {
			r.longest = max(r.longest, r.rec.length)
			return true, nil
		}
		r.passBlank()
		if r.blankLine == 0 {
			r.blankLine = r.rec.line
		}
	}
}

func (r *recordReader) passBlank() {
	if r.rec.oddEnd && r.oddLine == 0 {
		r.oddLine = r.rec.line
	}
}

// readOne reads the next line or record, blank or not. Comments are passed, and byte
// order marks.
func (r *recordReader) readOne() (bool, error) {
	for {
		ahead, err := r.ahead(len(mark))
		if err != nil {
			return false, err
		}
		switch {
		case bytes.HasPrefix(ahead, mark):
			r.window.pass(len(mark))
			if r.markedLine == 0 {
				r.markedLine = r.line
			}
		case r.comment != 0 && len(ahead) > 0 && ahead[0] == r.comment:
			if err := r.passLine(); err != nil {
				return false, err
			}
		default:
			return r.readRecord()
		}
	}
}

// ahead is the unread part of the window, of at least n bytes if the file has them.
func (r *recordReader) ahead(n int) ([]byte, error) {
	for len(r.window.unread()) < n && !r.window.eof {
		if err := r.window.fill(); err != nil {
			return nil, err
		}
	}
	return r.window.unread(), nil
}

// passLine passes one line of any length, whatever is in it. Before the first record
// has told how lines end, one of a text without \n ends with \r.
func (r *recordReader) passLine() error {
	end := byte('\n')
	if r.machine.ends == macintosh || r.machine.ends == undecided && bytes.IndexByte(r.window.unread(), '\n') < 0 && bytes.IndexByte(r.window.unread(), '\r') >= 0 {
		end = '\r'
	}
	for {
		ahead := r.window.unread()
		if at := bytes.IndexByte(ahead, end); at >= 0 {
			r.window.pass(at + 1)
			r.line++
			return nil
		}
		r.window.pass(len(ahead))
		if r.window.eof {
			return nil
		}
		if err := r.window.fill(); err != nil {
			return err
		}
	}
}

func (r *recordReader) readRecord() (bool, error) {
	r.rec.reset(r.line)
	r.machine.restart()
	passed := overlong{openLine: r.line}
	for !r.machine.run(r.window.unread(), &r.rec) {
		if r.window.eof {
			return r.endOfFile(&passed)
		}
		if len(r.window.unread()) > record.Max || r.rec.tooLong {
			r.rec.tooLong = true
			r.passOverlong(&passed)
		}
		if err := r.window.fill(); err != nil {
			return false, err
		}
	}
	r.end(r.machine.at, 1, &passed)
	return true, nil
}

// overlong is what is remembered of the part of a record that memory let go.
type overlong struct {
	head     []byte // its first record.RawLimit bytes
	bytes    int
	openLine int64 // line at which the unread part begins
	openedAt int64 // line of the quote that opened in it, if the field is still open
}

// passOverlong lets go of the part of a record that the machine has seen.
func (r *recordReader) passOverlong(passed *overlong) {
	m, seen := r.machine, r.window.unread()[:r.machine.at]
	if passed.head == nil {
		passed.head = bytes.Clone(seen[:min(len(seen), record.RawLimit)])
	}
	if m.unclosed() && m.begin > 0 {
		passed.openedAt = passed.openLine + r.countLines(seen[:m.begin])
	}
	passed.bytes += len(seen)
	passed.openLine += r.countLines(seen)
	r.window.pass(len(seen))
	m.at, m.begin, m.closed = 0, 0, 0
	r.rec.spans = r.rec.spans[:0]
}

// end closes the record whose last byte is before at, and passes it and its line
// end of so many bytes.
func (r *recordReader) end(at, lineEnd int, passed *overlong) {
	data := r.window.unread()
	text := bytes.TrimRight(data[:at], "\r")
	rec := &r.rec
	rec.raw, rec.length = text, passed.bytes+len(text)
	r.judgeEnd(at-len(text), data[at:at+lineEnd])
	rec.tooLong = rec.tooLong || rec.length > record.Max
	if rec.tooLong {
		r.keepHead(passed)
	} else if !rec.badQuote {
		rec.add(r.machine.lastSpan(len(text)))
	}
	rec.strayReturn = !rec.tooLong && rec.hasStrayReturn()
	r.line = passed.openLine + r.countLines(data[:at+lineEnd])
	r.multiLine = r.multiLine || bytes.IndexByte(rec.raw, '\n') >= 0 || bytes.IndexByte(rec.raw, '\r') >= 0
	r.window.pass(at + lineEnd)
}

func (r *recordReader) keepHead(passed *overlong) {
	rec := &r.rec
	if passed.head != nil {
		rec.raw = passed.head
	}
	rec.raw = rec.raw[:min(len(rec.raw), record.RawLimit)]
	rec.spans = rec.spans[:0]
}

// judgeEnd compares a line end, of some \r and an end byte, with the file's.
func (r *recordReader) judgeEnd(returns int, end []byte) {
	m, rec := r.machine, &r.rec
	if len(end) == 0 {
		rec.oddEnd = returns > 0
		rec.misleading = m.ends == undecided && bytes.IndexByte(rec.raw, '\r') >= 0
		return
	}
	this := windows
	switch {
	case end[0] == '\r':
		this = macintosh
	case returns == 0:
		this = unix
	}
	if m.ends == undecided {
		m.settle(this)
		rec.misleading = misleads(rec.raw, this)
	}
	rec.oddEnd = this != m.ends || this == macintosh || returns > 1
}

// misleads reports whether the first line break inside a file's first record is
// another than the one that ends it. DuckDB goes by the first that it meets.
func misleads(raw []byte, ends lineEnds) bool {
	i := bytes.IndexAny(raw, "\r\n")
	if i < 0 {
		return false
	}
	inside := unix
	if raw[i] == '\r' {
		inside = windows
		if i+1 == len(raw) || raw[i+1] != '\n' {
			inside = macintosh
		}
	}
	return inside != ends
}

// endOfFile closes the last record, which has no line end, if there is one.
func (r *recordReader) endOfFile(passed *overlong) (bool, error) {
	if len(r.window.unread()) == 0 && passed.bytes == 0 {
		return false, nil
	}
	if r.machine.unclosed() {
		return false, &UnclosedQuoteError{Path: r.source.Name(), Line: r.openedOn(passed)}
	}
	r.end(len(r.window.unread()), 0, passed)
	return true, nil
}

func (r *recordReader) openedOn(passed *overlong) int64 {
	if r.machine.begin == 0 {
		return passed.openedAt
	}
	return passed.openLine + r.countLines(r.window.unread()[:r.machine.begin])
}

// countLines counts the line ends in a part of the file.
func (r *recordReader) countLines(part []byte) int64 {
	if r.machine.ends == macintosh {
		return int64(bytes.Count(part, []byte{'\r'}))
	}
	return int64(bytes.Count(part, []byte{'\n'}))
}
