package demo

import "iter"

// The statuses of the ERP system's orders, and of lines of their own.
const (
	entered   = "new"
	confirmed = "confirmed"
	sent      = "shipped"
	invoiced  = "delivered"
	annulled  = "void"
	takenBack = "returned"
)

const (
	companyLines   = 0.02 // lines of companies, for each line of tills and web shop
	linesAnOrder   = 4
	yuanAEuro      = 7.8 // for price tags; not the day's rate
	erasedOrders   = 0.01
	annulledOrders = 0.04
	returnedOrders = 0.03
	erasedLines    = 0.02
	annulledLines  = 0.02
	mendedLines    = 0.05
)

// A deal is one order of a company. Like an order of the web shop it knows its whole life;
// an instant of zero never comes.
type deal struct {
	on             day
	count, company int
	currency       string
	lines          []dealLine

	entered, confirmed, sent, invoiced, annulled, returned, erased instant
}

// A dealLine may be mended: its quantity was entered wrong; annulled for itself; or erased.
type dealLine struct {
	item
	entered                  int // the quantity, until mended
	mended, annulled, erased instant
}

// deals draws the orders of companies on a day. The one yielded is good until the next.
func (w *world) deals(on day) iter.Seq[*deal] {
	return func(yield func(*deal) bool) {
		d := roll(w.Seed, streamDeal, int64(on))
		var basket []item
		for k := range d.about(w.lines(on) * companyLines / linesAnOrder) {
			i := d.IntN(len(w.companies))
			c := w.companies[i]
			o := &deal{on: on, count: k + 1, company: i, currency: c.currency}
			o.entered = on.start() + 9*hour + instant(d.IntN(8*3600))
			basket = basket[:0]
			for range 1 + d.IntN(2) {
				basket = w.fill(basket, d, on, 100*float64(d.between(200, 1200)), taste{0.3, 3})
			}
			for _, l := range basket {
				o.lines = append(o.lines, w.dealLine(d, o, l))
			}
			o.live(d)
			if (c.lost == 0 || c.lost > on) && !yield(o) {
				return
			}
		}
	}
}

func (w *world) dealLine(d dice, o *deal, l item) dealLine {
	tags := l.price
	switch o.currency {
	case "USD":
		l.price = int64(float64(tags)/yuanADollar) + 1
	case "EUR":
		l.price = int64(float64(tags)/yuanAEuro) + 1
	}
	perMille := l.discount * 1000 / l.gross
	l.qty *= d.between(1, 8)
	line := dealLine{item: l, entered: l.qty}
	line.gross = line.price * int64(line.qty)
	line.discount = line.gross * perMille / 1000
	soon := func() instant { return o.entered + instant(d.between(3600, 12*86400)) }
	switch p := d.Float64(); {
	case p < mendedLines:
		line.mended, line.entered = soon(), l.qty+d.between(1, 9)
	case p < mendedLines+annulledLines:
		line.annulled = soon()
	case p < mendedLines+annulledLines+erasedLines:
		line.erased = soon()
	}
	return line
}

func (o *deal) live(d dice) {
	fate := d.Float64()
	o.confirmed = o.entered + instant(d.between(3600, 3*86400))
	o.sent = o.confirmed + instant(d.between(86400, 10*86400))
	o.invoiced = o.sent + instant(d.between(86400, 6*86400))
	switch {
	case fate < annulledOrders:
		o.annulled = o.entered + instant(d.between(3600, 2*86400))
		o.confirmed, o.sent, o.invoiced = 0, 0, 0
	case fate < annulledOrders+returnedOrders:
		o.returned = o.invoiced + instant(d.between(86400, 20*86400))
	case fate < annulledOrders+returnedOrders+erasedOrders:
		o.erased = o.entered + instant(d.between(86400, 20*86400))
	}
}

// stateAt is the status at an instant, and when the head last changed until then.
func (o *deal) stateAt(at instant) (status string, since instant) {
	status, since = entered, o.entered
	for _, step := range [...]struct {
		status string
		at     instant
	}{{confirmed, o.confirmed}, {sent, o.sent}, {invoiced, o.invoiced}, {takenBack, o.returned}, {annulled, o.annulled}} {
		if happened(step.at, at) && step.at > since {
			status, since = step.status, step.at
		}
	}
	if happened(o.erased, at) {
		since = max(since, o.erased)
	}
	return status, since
}

// stateAt is the line as it stands at an instant, and when it last changed until then.
func (l *dealLine) stateAt(o *deal, at instant) (now dealLine, since instant) {
	now, since = *l, o.entered
	if l.mended != 0 && !happened(l.mended, at) {
		now.qty = l.entered
		now.gross = now.price * int64(now.qty)
		now.discount = l.discount * now.gross / l.gross
	}
	for _, event := range [...]instant{l.mended, l.annulled, l.erased, o.erased} {
		if happened(event, at) {
			since = max(since, event)
		}
	}
	return now, since
}

// gone says whether a line is erased at an instant, by itself or with its order.
func (l *dealLine) gone(o *deal, at instant) bool {
	return happened(l.erased, at) || happened(o.erased, at)
}
