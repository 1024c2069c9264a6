package demo

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// flushAt is the number of bytes that a table gathers before it writes them.
const flushAt = 1 << 19

// A table is one file being written, a CSV file as a rule: UTF-8, commas, a header, lines
// ended by \n. A row is written field by field and closed by end. The first error is kept
// and told by close. The file has its name only once it is whole.
type table struct {
	path   string // below data/, with slashes
	target string
	file   *os.File
	to     io.Writer // the file, or what packs the rows on their way into it
	packer io.Closer // what packs them; nil: nothing does
	foot   string    // what stands behind the rows
	buf    []byte
	start  int    // where in buf the row being written begins
	last   []byte // the last good row, until the next one begins
	facts  FileTruth
	err    error
}

func (w *world) create(path, header string) *table {
	t := w.open(path)
	t.begin(header + "\n")
	return t
}

// createPacked makes a file of lines without a header, packed with gzip.
func (w *world) createPacked(path string) *table {
	t := w.open(path)
	pack := gzip.NewWriter(t.to)
	t.to, t.packer = pack, pack
	return t
}

// open makes a file without anything in it.
func (w *world) open(path string) *table {
	t := &table{path: path, target: filepath.Join(w.Dir, "data", filepath.FromSlash(path))}
	t.facts.Path = "data/" + path
	if t.err = os.MkdirAll(filepath.Dir(t.target), 0o755); t.err == nil {
		t.file, t.err = os.Create(t.target + ".part")
	}
	t.to = t.file
	t.buf = make([]byte, 0, flushAt+1<<14)
	return t
}

// begin writes what stands before the rows.
func (t *table) begin(head string) {
	t.buf = append(t.buf, head...)
	t.start = len(t.buf)
}

// close gives the file its name and returns the facts about it.
func (t *table) close() (FileTruth, error) {
	t.buf = append(t.buf, t.foot...)
	t.flush()
	if t.packer != nil && t.err == nil {
		t.err = t.packer.Close()
	}
	if t.file != nil {
		if about, err := t.file.Stat(); err == nil {
			t.facts.Bytes = about.Size()
		}
		t.err = errors.Join(t.err, t.file.Close())
	}
	if t.err == nil {
		t.err = os.Rename(t.target+".part", t.target)
	}
	if t.err != nil {
		os.Remove(t.target + ".part")
		return FileTruth{}, fmt.Errorf("writing %s: %w", t.target, t.err)
	}
	return t.facts, nil
}

// finish closes the files of a job and adds them to its truth. If ctx has ended they are
// thrown away: they lack rows.
func finish(ctx context.Context, truth *Truth, tables ...*table) error {
	var first error
	for _, t := range tables {
		if ctx.Err() != nil && t.err == nil {
			t.err = fmt.Errorf("stopped before it was whole: %w", context.Cause(ctx))
		}
		facts, err := t.close()
		if first == nil {
			first = err
		}
		truth.Files = append(truth.Files, facts)
	}
	return first
}

// finishFilled is finish, but throws away a file of a day after the history that would hold
// no row, and any that would hold nothing at all.
func (w *world) finishFilled(ctx context.Context, truth *Truth, t *table) error {
	empty := t.facts.Rows == 0 && (w.asOf > w.to || len(t.buf) == 0)
	if !empty || t.err != nil || ctx.Err() != nil {
		return finish(ctx, truth, t)
	}
	return errors.Join(t.file.Close(), os.Remove(t.target+".part"))
}

func (t *table) flush() {
	if t.err == nil {
		_, t.err = t.to.Write(t.buf)
	}
	t.buf = t.buf[:0]
}

func (t *table) end() {
	t.buf[len(t.buf)-1] = '\n'
	t.last = t.buf[t.start:]
	t.facts.Rows++
	t.next()
}

// line writes a row that is whole already.
func (t *table) line(row string) {
	t.text(row)
	t.end()
}

func (t *table) next() {
	if len(t.buf) >= flushAt {
		t.flush()
	}
	t.start = len(t.buf)
}

// spoil writes a row as it stands, one that breaks the named rule.
func (t *table) spoil(rule string, row []byte) {
	t.buf = append(t.buf, row...)
	t.facts.Rows++
	if t.facts.Planted == nil {
		t.facts.Planted = map[string]int64{}
	}
	t.facts.Planted[rule]++
	t.facts.BadRows = append(t.facts.BadRows, BadRow{rule, t.facts.Rows})
	t.next()
}

func (t *table) blank() { t.buf = append(t.buf, ',') }

func (t *table) text(s string) { t.buf = append(append(t.buf, s...), ',') }

// quoted writes text that may hold commas, quotes and line ends.
func (t *table) quoted(s string) {
	if !strings.ContainsAny(s, ",\"\n") {
		t.text(s)
		return
	}
	t.text(`"` + strings.ReplaceAll(s, `"`, `""`) + `"`)
}

func (t *table) int(n int) { t.buf = append(strconv.AppendInt(t.buf, int64(n), 10), ',') }

// code writes a prefix and a number of a fixed width: M0000123.
func (t *table) code(prefix string, n, width int) {
	t.buf = append(appendDigits(append(t.buf, prefix...), int64(n), width), ',')
}

// codeOrBlank writes the code of a number from 0, or nothing for nobody.
func (t *table) codeOrBlank(prefix string, n, width int) {
	if n == nobody {
		t.blank()
		return
	}
	t.code(prefix, n+1, width)
}

// cents writes an amount with two decimals.
func (t *table) cents(n int64) {
	if n < 0 {
		t.buf = append(t.buf, '-')
		n = -n
	}
	t.buf = strconv.AppendInt(t.buf, n/100, 10)
	t.buf = append(t.buf, '.', byte('0'+n%100/10), byte('0'+n%10), ',')
}

func (t *table) day(d day) { t.buf = append(appendDay(t.buf, d), ',') }

// dayOrBlank writes the day of an instant, or nothing for never.
func (t *table) dayOrBlank(at instant) {
	if at == 0 {
		t.blank()
		return
	}
	t.day(at.day())
}

func (t *table) instant(at instant) {
	t.buf = append(appendDay(t.buf, at.day()), ' ')
	t.buf = append(appendClock(t.buf, at), ',')
}

func (t *table) instantOrBlank(at instant) {
	if at == 0 {
		t.blank()
		return
	}
	t.instant(at)
}
