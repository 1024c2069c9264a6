package poslog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// Reader reads one table of a POSLog; it is a [record.Table]. Its Line is the line
// of the file on which the Transaction or LineItem begins.
type Reader struct {
	spaces
	name string
	file io.Reader
	x    *xmltoken.Reader
	plan *plan
	at   places

	columns []string
	fields  [][]byte // of the record handed out

	known bool // the file has a POSLog or a Transaction

	// The transaction that is being read or handed out.
	depth   int   // of elements around it
	from    int64 // where it begins, in bytes
	began   int64 // and on which line
	all     []byte
	values  [scopes][]value
	lines   []line
	out     int // of them handed out
	items   int // LineItems
	scratch []byte

	// The LineItem and the row that are being read.
	inItem        bool
	taken         bool // another table owns the LineItem
	itemType      string
	aside         string
	itemLine      int64
	itemRows      int
	itemAt, rowAt int
}

var _ record.Table = (*Reader)(nil)

// Open opens a table of a POSLog. name is the file's, for errors. Its error is that
// of a table that there is not. If r is an [io.Closer], Close closes it.
func Open(r io.Reader, name, table string) (*Reader, error) {
	p, err := newPlan(table)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return &Reader{
		name: name, file: r, x: xmltoken.NewReader(r, name), plan: p, at: placesOf(p),
		columns: Columns(table), fields: make([][]byte, len(p.output)),
	}, nil
}

// Columns are the names of the table's columns.
func (r *Reader) Columns() []string { return r.columns }

// Close closes the file, if it can be closed.
func (r *Reader) Close() error {
	if c, ok := r.file.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Next reads the next row. Its errors are io.EOF behind the last one, those of a
// file that is no XML (*xmltoken.SyntaxError) or no POSLog, and the file's own.
func (r *Reader) Next(out *record.Record) error {
	for r.out == len(r.lines) {
		if err := r.findTransaction(); err != nil {
			return err
		}
		if broken, err := r.readTransaction(out); broken || err != nil {
			return err
		}
	}
	r.emit(out)
	return nil
}

// findTransaction reads on to the start tag of the next Transaction.
func (r *Reader) findTransaction() error {
	for {
		kind, err := r.x.Next()
		if errors.Is(err, io.EOF) && !r.known {
			return fmt.Errorf("reading %s: it holds no Transaction and is no POSLog: correct the source's format, or ask the sender for the right file", r.name)
		}
		if err != nil {
			return err
		}
		switch kind {
		case xmltoken.End:
			r.leave(r.x.Depth())
		case xmltoken.Start:
			r.enterOutside()
			if string(r.x.Name()) == "Transaction" {
				return nil
			}
		}
	}
}

func (r *Reader) enterOutside() {
	r.spaces.enter(r.x)
	if name := string(r.x.Name()); name == "POSLog" || name == "Transaction" {
		r.known = true
	}
}

// readTransaction reads a transaction, whose start tag was the last token. broken
// says that no rows can be made of it, and out why.
func (r *Reader) readTransaction(out *record.Record) (broken bool, err error) {
	r.reset()
	r.spaces.begin(r.x)
	r.x.Keep(record.RawLimit)
	rule, reason := "", ""
	switch err := r.readHead(); {
	case errors.Is(err, errTooLong):
		rule, reason = record.TooLong, fmt.Sprintf("the transaction has more than %d MiB, or more than %d lines", record.Max>>20, maxRows)
	case err != nil:
		return false, err
	}
	if err := r.x.Leave(r.depth); err != nil {
		return false, err
	}
	if rule == "" && !r.finish() {
		rule, reason = record.BadRecord, "the transaction has neither SequenceNumber nor TransactionID"
	}
	raw := r.x.Kept()
	r.x.Keep(0)
	r.leave(r.depth)
	r.inside = false
	if rule == "" {
		return false, nil
	}
	r.lines = r.lines[:0]
	*out = record.Record{Line: r.began, Fields: out.Fields[:0], Rule: rule, Reason: reason, Raw: bytes.Clone(raw)}
	return true, nil
}

// reset forgets the transaction before.
func (r *Reader) reset() {
	r.depth, r.from, r.began = r.x.Depth()-1, r.x.Offset(), r.x.Line()
	r.all, r.scratch, r.lines, r.out, r.items = r.all[:0], r.scratch[:0], r.lines[:0], 0, 0
	for of := range r.values {
		r.values[of] = r.values[of][:0]
	}
	r.values[ofHead] = extend(r.values[ofHead], len(r.plan.columns[ofHead]))
	r.inItem = false
}

// readHead reads the transaction into the values of its scopes.
func (r *Reader) readHead() error {
	for _, a := range r.x.Attrs() {
		if string(a.Name) == "type" && len(a.Prefix) > 0 { // xsi:type, in the first versions
			name := a.Value[bytes.IndexByte(a.Value, ':')+1:]
			if bytes.Contains(name, []byte("Transaction")) {
				r.set(target{scope: ofHead, column: r.at.kind, rank: 2}, kindOf(name), false)
			}
		}
	}
	return r.walk(r.plan.head, false)
}

// finish works out what is worked out once all of a transaction is read. It is
// false if nothing identifies the transaction.
func (r *Reader) finish() bool {
	head := r.values[ofHead]
	if r.setDocument(r.at.own, head); !head[r.at.own.whole].set {
		return false
	}
	r.setStates(head)
	if r.plan.owns == nil {
		head[r.at.lineItems] = r.store(strconv.AppendInt(nil, int64(r.items), 10))
		r.setDocument(r.at.link, head)
		r.lines = append(r.lines, line{at: r.began, item: -1})
		return true
	}
	width := len(r.plan.columns[ofRow])
	for i, l := range r.lines {
		r.finishRow(r.values[ofRow][i*width:(i+1)*width], l)
	}
	return true
}

// finishRow works out what a row's LineItem says of it.
func (r *Reader) finishRow(row []value, l line) {
	voided := r.store(truth(false))
	cancelled := voided
	if l.item >= 0 {
		item := r.values[ofItem][l.item:]
		voided, cancelled = either(item[r.at.itemVoided], voided), either(item[r.at.itemCancelled], cancelled)
	}
	for _, s := range []struct {
		column int
		to     value
	}{{r.at.isVoided, voided}, {r.at.isCancelled, cancelled}, {r.at.lineVoided, voided}, {r.at.lineCancelled, cancelled}} {
		if s.column >= 0 && !row[s.column].set {
			row[s.column] = s.to
		}
	}
	if r.at.link.whole >= 0 {
		r.setDocument(r.at.link, row)
	}
}

func either(a, b value) value {
	if a.set {
		return a
	}
	return b
}

// setStates sets the flags of a transaction that it does not have: to what its
// status says, else to false.
func (r *Reader) setStates(head []value) {
	status := strings.ToLower(r.text(head[r.at.status]))
	for _, s := range []struct {
		column int
		said   bool
	}{
		{r.at.voided, status == "voided" || status == "void" || status == "postvoided" || status == "postvoid"},
		{r.at.cancelled, status == "cancelled" || status == "canceled" || status == "cancel"},
		{r.at.suspended, status == "suspended" || status == "suspend"},
		{r.at.training, false},
		{r.at.offline, false},
	} {
		if s.column >= 0 && (!head[s.column].set || s.said) {
			head[s.column] = r.store(truth(s.said))
		}
	}
}

// setDocument sets what identifies a transaction: store/workstation/business
// date/sequence number, if all four are there; else the TransactionID, if that is;
// else what there is of the four, as long as the number is among them.
func (r *Reader) setDocument(d document, of []value) {
	complete := of[d.store].set && of[d.workstation].set && of[d.day].set && of[d.number].set
	switch {
	case of[d.id].set && !complete:
		of[d.whole] = of[d.id]
	case of[d.number].set:
		of[d.whole] = r.store([]byte(strings.Join([]string{
			r.text(of[d.store]), r.text(of[d.workstation]), r.text(of[d.day]), r.text(of[d.number]),
		}, "/")))
	}
}

// emit hands out the next row of the transaction.
func (r *Reader) emit(out *record.Record) {
	l := r.lines[r.out]
	width := len(r.plan.columns[ofRow])
	for i, from := range r.plan.output {
		at := from.column
		switch from.scope {
		case ofItem:
			if l.item < 0 {
				r.fields[i] = nil
				continue
			}
			at += int(l.item)
		case ofRow:
			at += r.out * width
		}
		r.fields[i] = r.bytes(r.values[from.scope][at])
	}
	r.out++
	*out = record.Record{Line: l.at, Fields: r.fields}
	if r.x.Decoded() {
		r.checkEncoding(out)
	}
}

// checkEncoding finds what stands for bytes that the file's encoding does not have.
func (r *Reader) checkEncoding(out *record.Record) {
	for _, field := range out.Fields {
		if bytes.Contains(field, []byte("\uFFFD")) {
			out.Rule, out.Reason = record.BadEncoding, "the record holds bytes that the file's encoding does not have"
		}
	}
}
