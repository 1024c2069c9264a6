package demo

import "context"

const (
	dealHeader     = "order_no,account_no,ordered_on,status,returned_on,currency,rep,updated_at,erased"
	dealLineHeader = "order_no,line_no,sku,qty,gross,discount,status,updated_at,erased"
)

// A bookkeeper writes the ERP system's orders, heads and lines apart. A row that changes
// comes again; one that is erased comes as such, unless no file has told of it before.
type bookkeeper struct {
	*world
	window
	heads, lines *table
	truth        *ERPTruth
}

// dealFiles writes the orders of companies: of a year of the history, as they stand at its
// end, those erased by then left out; of a day after it, all that changed.
func (w *world) dealFiles(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		b := &bookkeeper{
			world: w, window: w.windowOf(p), truth: &truth.ERP,
			heads: w.create("erp/orders_"+p.name+".csv", dealHeader),
			lines: w.create("erp/lines_"+p.name+".csv", dealLineHeader),
		}
		dirt := w.dealDirt(p)
		for d := w.firstOrder(p); d <= p.to && ctx.Err() == nil; d++ {
			for o := range w.deals(d) {
				b.write(o)
			}
			if d >= p.from {
				dirt.plant(b.heads, d)
			}
		}
		return truth, finish(ctx, &truth, b.heads, b.lines)
	}
}

func (b *bookkeeper) write(o *deal) {
	told := b.after >= o.entered // an earlier file has told of it
	if gone := happened(o.erased, b.until); !gone || told {
		if status, since := o.stateAt(b.until); b.fresh(since) {
			b.writeHead(o, status, since, gone)
		}
	}
	for i := range o.lines {
		l := &o.lines[i]
		gone := l.gone(o, b.until)
		if gone && !told {
			continue
		}
		if now, since := l.stateAt(o, b.until); b.fresh(since) {
			b.writeLine(o, i, now, since, gone)
		}
	}
	b.truth.sum(o, b.until, 1)
	if told {
		b.truth.sum(o, b.after, -1)
	}
}

func (b *bookkeeper) writeHead(o *deal, status string, since instant, gone bool) {
	t := b.heads
	t.deal(o)
	t.code("C", o.company+1, 5)
	t.day(o.on)
	t.text(status)
	t.dayOrBlank(b.known(o.returned))
	t.text(o.currency)
	t.code("E", b.rep(o.company), 4)
	t.instant(since)
	t.yes(gone)
	t.end()
	b.truth.Heads++
	if gone {
		b.truth.Erased++
	}
}

func (b *bookkeeper) writeLine(o *deal, i int, l dealLine, since instant, gone bool) {
	t := b.lines
	t.deal(o)
	t.int(i + 1)
	t.code("P", l.article+1, 4)
	t.int(l.qty)
	t.cents(l.gross)
	t.cents(l.discount)
	if happened(l.annulled, b.until) {
		t.text(annulled)
	} else {
		t.blank()
	}
	t.instant(since)
	t.yes(gone)
	t.end()
	b.truth.LineRows++
	switch {
	case gone:
		b.truth.ErasedLines++
	case happened(l.mended, b.until):
		b.truth.Mended++
	}
}

func (t *table) deal(o *deal) {
	t.buf = append(appendCompact(append(t.buf, 'B'), o.on), '-')
	t.code("", o.count, 4)
}

// ERPTruth is about companies and their orders. Rows are counted as they come; Orders,
// Lines and the amounts are what stands at the end, for a day less what stood before it, so
// that the truths of history and days add up.
type ERPTruth struct {
	Companies   int64            `json:"companies"`
	Accounts    int64            `json:"accounts"` // rows
	Departures  map[string]int64 `json:"departures"`
	Assignments int64            `json:"assignments"`
	Heads       int64            `json:"heads"` // rows
	Erased      int64            `json:"erased"`
	LineRows    int64            `json:"line_rows"`
	ErasedLines int64            `json:"erased_lines"`
	Mended      int64            `json:"mended_lines"`
	Orders      int64            `json:"orders"`
	Lines       int64            `json:"lines"`
	// ByStatus counts orders. SoldCents, by currency, are the lines of orders that are not
	// annulled, without those annulled for themselves; ReturnedCents are those of them whose
	// order was taken back.
	ByStatus      map[string]int64 `json:"by_status"`
	SoldCents     map[string]int64 `json:"sold_cents"`
	ReturnedCents map[string]int64 `json:"returned_cents"`
}

// sum adds an order as it stands at an instant, sign times.
func (t *ERPTruth) sum(o *deal, at instant, sign int64) {
	if happened(o.erased, at) {
		return
	}
	status, _ := o.stateAt(at)
	t.Orders += sign
	t.ByStatus = plus(t.ByStatus, map[string]int64{status: sign})
	for i := range o.lines {
		l := &o.lines[i]
		if l.gone(o, at) {
			continue
		}
		t.Lines += sign
		if status == annulled || happened(l.annulled, at) {
			continue
		}
		now, _ := l.stateAt(o, at)
		net := map[string]int64{o.currency: sign * (now.gross - now.discount)}
		t.SoldCents = plus(t.SoldCents, net)
		if status == takenBack {
			t.ReturnedCents = plus(t.ReturnedCents, net)
		}
	}
}

func (t *ERPTruth) add(p ERPTruth) {
	t.Companies += p.Companies
	t.Accounts += p.Accounts
	t.Departures = plus(t.Departures, p.Departures)
	t.Assignments += p.Assignments
	t.Heads += p.Heads
	t.Erased += p.Erased
	t.LineRows += p.LineRows
	t.ErasedLines += p.ErasedLines
	t.Mended += p.Mended
	t.Orders += p.Orders
	t.Lines += p.Lines
	t.ByStatus = plus(t.ByStatus, p.ByStatus)
	t.SoldCents = plus(t.SoldCents, p.SoldCents)
	t.ReturnedCents = plus(t.ReturnedCents, p.ReturnedCents)
}
