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
	inDollars    = 0.02
	headDiscount = 0.20
	freeFrom     = 99_00 // no shipping fee from this net amount in yuan
	yuanADollar  = 6.9   // for price tags; not the day's rate

	// longestOrder is more than the days from an order to the last thing that can happen
	// to it.
	longestOrder = 40
)

// An order knows its whole life beforehand. What of it is known on a day follows from the
// instants: an event happened if its instant is not zero and not later.
type order struct {
	on                 day
	count              int // within the day
	customer           int
	lines              []orderLine
	currency, channel  string
	method             string // how it is paid
	discount, shipping int64
	giftCard           int64 // the part of the amount paid by card, as a second payment
	from               int   // the shop that ships it

	ordered, paid, cancelled, shipped, delivered, returned instant
	promised                                               day
}

type orderLine struct {
	article, qty           int
	price, gross, discount int64
}

var channels = []string{"app", "app", "app", "小程序", "小程序", "官网"}

var methods = []string{"支付宝", "支付宝", "微信支付", "微信支付", "银行卡"}

// orders draws the orders of a day. The order yielded is good until the next one.
func (w *world) orders(crowd *crowd, on day) iter.Seq[*order] {
	return func(yield func(*order) bool) {
		d := roll(w.Seed, streamShop, int64(on))
		var o order
		n := d.about(w.lines(on) * (1 - tillShare) / meanBasket)
		for i := range n {
			o = order{on: on, count: i + 1, lines: o.lines[:0]}
			o.ordered = on.start() + instant((float64(i)+d.Float64())*float64(fullDay)/float64(n))
			o.customer = crowd.buyer(d, on)
			w.fill(&o, d)
			o.live(d)
			if !yield(&o) {
				return
			}
		}
	}
}

// fill draws what was ordered, and what is asked for it.
func (w *world) fill(o *order, d dice) {
	o.currency, o.channel, o.method = "CNY", oneOf(d, channels), oneOf(d, methods)
	o.from = w.shopOdds.pick(d)
	dollars := d.chance(inDollars)
	if dollars {
		o.currency = "USD"
	}
	if d.chance(itemless) {
		return
	}
	for range basketSizes.pick(d) + 1 {
		l := orderLine{article: w.goods.choose(d, o.on), qty: quantities.pick(d) + 1}
		l.price = w.goods.price(l.article, o.on)
		if dollars {
			l.price = int64(float64(l.price)/yuanADollar) + 1
		}
		l.gross = l.price * int64(l.qty)
		if d.chance(0.10) {
			l.discount = l.gross * int64(d.between(1, 4)*5) / 100
		}
		o.lines = append(o.lines, l)
	}
	net := o.net()
	if d.chance(headDiscount) {
		o.discount = net * int64(d.between(3, 20)) / 100
	}
	if net < freeFrom || dollars {
		o.shipping = int64(d.between(6, 12)) * 100
	}
	if d.chance(0.05) {
		o.giftCard = o.amount() * int64(d.between(1, 5)) / 10
	}
}

// live draws what happens to the order and when. Nobody pays for, ships, or returns an
// order without lines, but it may be cancelled.
func (o *order) live(d dice) {
	fate := d.Float64()
	o.paid = o.ordered + instant(d.between(20, 1800))
	if d.chance(0.10) {
		o.paid = o.ordered + instant(d.between(1, 20))*hour
	}
	o.shipped = o.paid + instant(d.between(6*3600, 48*3600))
	o.promised = o.on + day(d.between(3, 5))
	o.delivered = o.shipped + instant(d.between(20*3600, 84*3600))
	if d.chance(0.06) {
		o.delivered += instant(d.between(2, 6)) * fullDay
	}
	if fate > 0.96 {
		o.returned = o.delivered + instant(d.between(2*86400, 14*86400))
	}
	switch {
	case fate < 0.025:
		o.cancelled = o.ordered + instant(d.between(3600, 86400))
		o.paid = 0
	case fate < 0.05:
		o.cancelled = o.paid + instant(d.between(600, 5*3600))
	}
	if o.cancelled != 0 || len(o.lines) == 0 {
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
