package poslog

import (
	"bytes"
	"slices"
)

// places are where columns stand that the reader works out; -1 if the table does
// not have them.
type places struct {
	kind, detail, otherTotals, lineItems                    int // of the head
	status, voided, cancelled, suspended, training, offline int
	lineType, isReturn, isVoided, isCancelled, discountType int // of the row
	lineVoided, lineCancelled, hierarchy, levels            int
	itemVoided, itemCancelled                               int // of the LineItem
	own, link                                               document
}

// document is where the parts stand that identify a transaction, and whither the
// whole goes.
type document struct{ whole, store, workstation, day, number, id int }

func placesOf(p *plan) places {
	head := func(column string) int { return slices.Index(p.columns[ofHead], column) }
	row := func(column string) int { return slices.Index(p.columns[ofRow], column) }
	item := func(column string) int { return slices.Index(p.columns[ofItem], column) }
	at := places{
		kind: head("kind"), detail: head("detail"), otherTotals: head("other_totals"), lineItems: head("line_items"),
		status: head("transaction_status"), voided: head("transaction_voided"), cancelled: head("transaction_cancelled"),
		suspended: head("transaction_suspended"), training: head("training"), offline: head("offline"),
		lineType: row("line_type"), isReturn: row("is_return"), isVoided: row("is_voided"), isCancelled: row("is_cancelled"),
		discountType: row("discount_type"), lineVoided: row("line_voided"), lineCancelled: row("line_cancelled"),
		hierarchy: row("hierarchy"), levels: row("hierarchy_level"), itemVoided: item("_voided"), itemCancelled: item("_cancelled"),
		own: document{head("document_id"), head("store_id"), head("workstation_id"), head("business_date"), head("sequence_number"), head("_transaction_id")},
	}
	link := func(whole int, in func(string) int) document {
		return document{whole, in("_link_store"), in("_link_workstation"), in("_link_date"), in("_link_sequence"), in("_link_id")}
	}
	at.link = link(row("original_document_id"), row)
	if p.owns == nil {
		at.link = link(head("linked_document_id"), head)
	}
	return at
}

// line is one row of a transaction.
type line struct {
	at   int64 // the line of the file on which it begins
	item int32 // number of its LineItem; -1 if it is in none
}

// beginItem begins a LineItem.
func (r *Reader) beginItem() error {
	r.items++
	if r.plan.owns == nil {
		return nil
	}
	if len(r.lines) >= maxRows {
		return errTooLong
	}
	r.inItem, r.taken, r.itemType, r.aside = true, false, "", ""
	r.itemLine, r.itemRows = r.x.Line(), len(r.lines)
	r.itemAt = len(r.values[ofItem])
	r.values[ofItem] = extend(r.values[ofItem], len(r.plan.columns[ofItem]))
	return nil
}

// endItem ends a LineItem. One without rows leaves nothing behind.
func (r *Reader) endItem() {
	if r.plan.owns == nil {
		return
	}
	if r.plan.name == Other && !r.taken && len(r.lines) == r.itemRows {
		r.itemType = r.aside
		r.addLine(r.itemLine)
	}
	if r.taken {
		r.lines = r.lines[:r.itemRows]
		r.values[ofRow] = r.values[ofRow][:len(r.lines)*len(r.plan.columns[ofRow])]
	}
	if len(r.lines) == r.itemRows {
		r.values[ofItem] = r.values[ofItem][:r.itemAt]
	}
	r.inItem = false
}

// beginRow begins a row, whose start tag was the last token.
func (r *Reader) beginRow() error {
	if len(r.lines) >= maxRows {
		return errTooLong
	}
	start := r.itemLine
	if !r.inItem {
		start = r.x.Line()
		r.itemType = r.intern(r.x.Name())
	}
	r.addLine(start)
	if r.at.discountType >= 0 {
		r.set(target{scope: ofRow, column: r.at.discountType}, r.x.Name(), false)
	}
	return nil
}

// addLine adds a row with what its LineItem is known to be.
func (r *Reader) addLine(start int64) {
	l := line{at: start, item: -1}
	if r.inItem {
		l.item = int32(r.itemAt)
	}
	r.lines = append(r.lines, l)
	r.rowAt = len(r.values[ofRow])
	r.values[ofRow] = extend(r.values[ofRow], len(r.plan.columns[ofRow]))
	if r.at.lineType >= 0 {
		r.set(target{scope: ofRow, column: r.at.lineType}, []byte(r.itemType), false)
	}
	if r.at.isReturn >= 0 {
		r.set(target{scope: ofRow, column: r.at.isReturn}, truth(isReturn(r.itemType)), false)
	}
}

// extend adds unset values.
func extend(values []value, n int) []value {
	values = slices.Grow(values, n)
	clear(values[len(values) : len(values)+n])
	return values[:len(values)+n]
}

func truth(is bool) []byte {
	if is {
		return []byte("true")
	}
	return []byte("false")
}

// set sets a column's value, unless it has one from a better place.
func (r *Reader) set(to target, text []byte, foreign bool) {
	text = bytes.Trim(text, blanks)
	if len(text) == 0 {
		return
	}
	v := &r.values[to.scope][r.base(to.scope)+to.column]
	rank := to.rank
	if foreign {
		rank += 128
	}
	if to.how == sum || to.how == takeOff {
		if foreign {
			return
		}
		if v.set {
			text = add(r.bytes(*v), text)
		}
	} else if v.set && v.rank <= rank {
		return
	}
	*v = r.store(to.how.asTaken(text))
	v.rank = rank
}

// base is where the values of the row or item that is being read begin.
func (r *Reader) base(of scope) int {
	switch of {
	case ofItem:
		return r.itemAt
	case ofRow:
		return r.rowAt
	}
	return 0
}

// store puts a text into memory of the transaction's.
func (r *Reader) store(text []byte) value {
	from := len(r.all)
	r.all = append(r.all, text...)
	return value{from: int32(from), to: int32(len(r.all)), set: true}
}

func (r *Reader) bytes(v value) []byte { return r.all[v.from:v.to:v.to] }

func (r *Reader) text(v value) string { return string(r.bytes(v)) }

// joinHierarchy takes the level of a MerchandiseHierarchy.
func (r *Reader) joinHierarchy() {
	level, given := r.x.Attr("Level")
	if !given {
		level, _ = r.x.Attr("ID")
	}
	r.join(r.at.levels, level)
}

// join adds a text to those of a column, with " / " between them.
func (r *Reader) join(column int, text []byte) {
	v := &r.values[ofRow][r.rowAt+column]
	joined := bytes.Clone(text)
	if v.set {
		joined = slices.Concat(r.bytes(*v), []byte(" / "), text)
	}
	*v = r.store(joined)
}

// setTotal takes a Total of the transaction: into the column of its type or, if it
// has none or that is taken, among the others.
func (r *Reader) setTotal(text []byte, kind string, foreign bool) {
	if at, known := r.plan.special[totalColumns[kind]]; known && !foreign && !r.values[ofHead][at].set {
		r.set(target{scope: ofHead, column: at}, text, false)
		return
	}
	v := &r.values[ofHead][r.at.otherTotals]
	entry := slices.Concat([]byte(kind), []byte("="), text)
	if v.set {
		entry = slices.Concat(r.bytes(*v), []byte("; "), entry)
	}
	*v = r.store(entry)
}
