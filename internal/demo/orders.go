package demo

import "iter"

// The statuses of a web order.
const (
	placed    = "已下单"
	paid      = "已付款"
	shipped   = "已发货"
	delivered = "已签收"
	cancelled = "已取消"
	sentBack  = "已退货"
)

const (
	itemless     = 0.003
	sendBacks    = 0.04
	inDollars    = 0.02
	headDiscount = 0.20
	freeFrom     = 99_00 // no shipping fee from this net amount in yuan
	yuanADollar  = 6.9   // for price tags; not the day's rate

	// longestOrder is more than the days from an order to the last thing that can happen
	// to it.
	longestOrder = 60

	// cancelledToo is how many orders, for each that stands, the same customer places on
	// the same day and cancels; itemless is how many come without lines.
	cancelledToo = 0.05

	// longestMemory is more than the days that a file of a single day looks back.
	longestMemory = longestOrder + 30
)

// An order knows its whole life beforehand. What of it is known on a day follows from the
// instants: an event happened if its instant is not zero and not later.
type order struct {
	on                 day
	count              int // within the day
	customer           int
	kind               orderKind
	lines              []item
	currency, channel  string
	method             string // how it is paid
	discount, shipping int64
	giftCard           int64 // the part of the amount paid by card, as a second payment
	from               int   // the shop that ships it

	ordered, paid, cancelled, shipped, delivered, returned instant
	promised                                               day
}

var channels = []string{"app", "app", "app", "小程序", "小程序", "官网"}

var methods = []string{"支付宝", "支付宝", "微信支付", "微信支付", "银行卡"}

// orders draws the orders of a day. The order yielded is good until the next one.
func (w *world) orders(on day) iter.Seq[*order] {
	return func(yield func(*order) bool) {
		d := roll(w.Seed, streamShop, int64(on))
		var o order
		place := func(customer int, kind orderKind) bool {
			o = order{on: on, count: o.count + 1, customer: customer, kind: kind, lines: o.lines[:0]}
			o.ordered = on.start() + instant(d.IntN(int(fullDay)))
			w.fillOrder(&o, d)
			w.live(&o, d)
			return yield(&o)
		}
		for _, customer := range w.web.visited.on(on) {
			if d.chance(itemless) && !place(int(customer), empty) ||
				d.chance(cancelledToo) && !place(int(customer), regretted) ||
				!place(int(customer), standing) {
				return
			}
		}
	}
}

// orderKind: an order stands, is cancelled, or comes without lines.
type orderKind int

const (
	standing orderKind = iota
	regretted
	empty
)

// webSales: discounts of 5 to 20 per cent.
var webSales = taste{chance: 0.10, most: 4}

// fillOrder draws what was ordered, and what is asked for it.
func (w *world) fillOrder(o *order, d dice) {
	o.currency, o.channel, o.method = "CNY", oneOf(d, channels), oneOf(d, methods)
	o.from = w.shopOdds.pick(d)
	dollars := d.chance(inDollars)
	if dollars {
		o.currency = "USD"
	}
	if o.kind == empty {
		return
	}
	percent := int64(0)
	if d.chance(headDiscount) {
		percent = int64(d.between(3, 20))
	}
	o.lines = w.fill(o.lines, d, o.on, w.web.purse(d, o.customer)/(1-float64(percent)/100), webSales)
	if dollars {
		for i := range o.lines {
			o.lines[i].convert()
		}
	}
	net := o.net()
	o.discount = net * percent / 100
	if net < freeFrom || dollars {
		o.shipping = int64(d.between(6, 12)) * 100
	}
	if d.chance(0.05) {
		o.giftCard = o.amount() * int64(d.between(1, 5)) / 10
	}
}

// convert asks for dollars instead of yuan, at the rate of the price tags.
func (l *item) convert() {
	tags := l.price
	l.price = int64(float64(l.price)/yuanADollar) + 1
	l.gross = l.price * int64(l.qty)
	l.discount = l.discount * l.price / tags
}

// live draws what happens to the order and when. Nobody pays for, ships, or returns an
// order without lines. Whether it is late is the customer's fate, not the dice's.
func (w *world) live(o *order, d dice) {
	o.paid = o.ordered + instant(d.between(20, 1800))
	if d.chance(0.10) {
		o.paid = o.ordered + instant(d.between(1, 20))*hour
	}
	o.shipped = o.paid + instant(d.between(6*3600, 40*3600))
	o.delivered = o.shipped + instant(d.between(20*3600, 60*3600))
	o.promised = o.delivered.day() + day(d.IntN(2))
	if w.late(o.customer, o.on) {
		o.delivered += instant(d.between(2, 6)) * fullDay
		o.promised = o.delivered.day() - day(d.between(1, 3))
	}
	if d.chance(sendBacks) {
		o.returned = o.delivered + instant(d.between(2*86400, 14*86400))
	}
	early := d.chance(0.5)
	switch {
	case o.kind == regretted && early:
		o.cancelled = o.ordered + instant(d.between(3600, 86400))
		o.paid = 0
	case o.kind == regretted:
		o.cancelled = o.paid + instant(d.between(600, 5*3600))
	}
	if o.kind != standing {
		o.shipped, o.delivered, o.returned = 0, 0, 0
	}
}

// net is what the lines bring, the discounts of lines and head taken off.
func (o *order) net() int64 {
	sum := -o.discount
	for _, l := range o.lines {
		sum += l.gross - l.discount
	}
	return sum
}

func (o *order) amount() int64 { return o.net() + o.shipping }

// stateAt is the order's status at an instant, and when it came to it.
func (o *order) stateAt(at instant) (status string, since instant) {
	status, since = placed, o.ordered
	for _, step := range [...]struct {
		status string
		at     instant
	}{{paid, o.paid}, {shipped, o.shipped}, {delivered, o.delivered}, {sentBack, o.returned}, {cancelled, o.cancelled}} {
		if happened(step.at, at) {
			status, since = step.status, step.at
		}
	}
	return status, since
}

func happened(event, by instant) bool { return event != 0 && event <= by }
