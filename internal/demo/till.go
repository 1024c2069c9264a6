package demo

import "context"

const (
	tillShare    = 0.80 // of all sale lines
	returned     = 0.015
	anonymous    = 0.35
	chargedCards = 0.002 // of all tickets
	opens        = 9 * hour
	openFor      = 13 * hour
	serviceDesk  = 9    // the till that takes returns
	offline      = 0.01 // of all tickets: from a till that had no connection
	longestGap   = 6    // days until such a ticket arrives
	nobody       = -1
)

const tillHeader = "ticket_no,line_no,store,till,sold_at,member_no,cashier,sku,qty,unit_price," +
	"gross,discount,tax,kind,return_of_ticket,return_of_line"

// A ticket's number is S03-T1-20210105-0007: shop, till, day, and count within these.
type ticketNo struct {
	shop, till int // the shop from 0
	on         day
	count      int
}

type tillLine struct {
	ticket          ticketNo
	no              int
	at              instant
	member, cashier int
	item
	tax      int64
	charge   bool // stored value
	original *tillLine
}

func (l *tillLine) net() int64 { return l.gross - l.discount }

// A cashier writes the tickets of a file, day by day.
type cashier struct {
	*world
	out    *table
	truth  *TillTruth
	basket []item
	queues [][]int // by shop and till: the customers of a day
	today  []tillLine
	open   []tillLine // earlier lines that may yet be returned
	line   int        // counts lines sold, to keep some of them in today
	skip   bool       // the first till's tickets of the last day: the file is cut off
	only   bool       // count nothing but them: the file comes again, whole
}

// cutOff says whether the file of a day after the history is cut off when it comes first:
// the tickets of the first shop's first till are missing, and the file comes again, whole,
// with those of the day after.
func (w *world) cutOff(on day) bool { return on > w.to && (on-w.to)%10 == 7 }

// againFile writes the file of the day before, which was cut off, as it should have been.
// The truth is about what had been missing.
func (w *world) againFile(ctx context.Context) (Truth, error) {
	yesterday := *w
	yesterday.asOf--
	return yesterday.tillFileOf(ctx, oneDay(yesterday.asOf), &cashier{only: true})
}

// tillFile writes the till lines of a period.
func (w *world) tillFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		return w.tillFileOf(ctx, p, &cashier{skip: w.cutOff(p.to)})
	}
}

func (w *world) tillFileOf(ctx context.Context, p period, c *cashier) (Truth, error) {
	var truth Truth
	c.world, c.queues = w, make([][]int, w.Stores*tillsOfShop)
	c.out, c.truth = w.create("till/till_"+p.name+".csv", tillHeader), &truth.Till
	first := max(w.from, p.from-1)
	if !w.inHistory(p) {
		first = max(w.from, p.from-longestGap)
	}
	dirt := w.tillDirt(p)
	for d := first; d <= p.to && ctx.Err() == nil; d++ {
		c.sell(d, p)
		if d >= p.from {
			c.takeReturns(d)
			dirt.plant(c.out, d)
		}
		if d >= p.from-1 {
			c.keepForReturn()
		}
		c.today = c.today[:0]
	}
	return truth, finish(ctx, &truth, c.out)
}

// sell draws the sales of a day: who queues at which till, then ticket by ticket. Those
// that arrive with the period's file are written. A day before it is drawn again for what
// was late, and for what comes back.
func (c *cashier) sell(on day, p period) {
	d := roll(c.Seed, streamTill, int64(on))
	c.queueUp(d, on)
	for q, customers := range c.queues {
		for i, member := range customers {
			at := on.start() + opens + instant((float64(i)+d.Float64())*float64(openFor)/float64(len(customers)))
			ticket := ticketNo{shop: q / tillsOfShop, till: q%tillsOfShop + 1, on: on, count: i + 1}
			told, late := c.told(ticket, p)
			before := c.truth.Lines
			c.ring(d, ticket, at, member, told)
			if late {
				c.truth.LateLines += c.truth.Lines - before
			}
		}
	}
}

// told says whether a ticket is written and counted with the period's file, and whether
// it is late: the file is not that of its day, or not the first of it.
func (c *cashier) told(ticket ticketNo, p period) (told telling, late bool) {
	arrives, first := c.arrival(ticket), ticket.shop == 0 && ticket.till == 1 && ticket.on == c.asOf
	switch {
	case c.inHistory(p) && (ticket.on < p.from || arrives > c.asOf), !c.inHistory(p) && arrives != c.asOf, first && c.skip:
		return untold, false
	case c.only && !first:
		return again, false
	default:
		return counted, ticket.on < p.from || c.only
	}
}

// A telling is how a file tells of a ticket: not at all; again, so that it does not count; or
// for the first time.
type telling int

const (
	untold telling = iota
	again
	counted
)

// arrival is the day on which a ticket is delivered: its own, as a rule.
func (c *cashier) arrival(ticket ticketNo) day {
	at := coin(c.Seed, streamOffline, int64(ticket.on)<<32|int64(ticket.shop)<<24|int64(ticket.till)<<20|int64(ticket.count)) / offline
	if at >= 1 {
		return ticket.on
	}
	return ticket.on + 2 + day(at*(longestGap-1))
}

func (c *cashier) queueUp(d dice, on day) {
	for q := range c.queues {
		c.queues[q] = c.queues[q][:0]
	}
	for range d.about(c.strangers * c.tempo.demand(on, c.from)) {
		q := c.shopOdds.pick(d)*tillsOfShop + d.IntN(tillsOfShop)
		c.queues[q] = append(c.queues[q], nobody)
	}
	for _, member := range c.members.visited.on(on) {
		q := int(c.members.home[member])*tillsOfShop + d.IntN(tillsOfShop)
		c.queues[q] = append(c.queues[q], int(member))
		last := len(c.queues[q]) - 1
		place := d.IntN(last + 1)
		c.queues[q][place], c.queues[q][last] = c.queues[q][last], c.queues[q][place]
	}
}

// tillSales: discounts of 5 to 30 per cent.
var tillSales = taste{chance: 0.15, most: 6}

// ring draws one ticket, which now and then also charges a stored value card, and writes
// it if it belongs to the file. What came in time may be returned.
func (c *cashier) ring(d dice, ticket ticketNo, at instant, member int, told telling) {
	inTime := c.arrival(ticket) == ticket.on
	line := tillLine{ticket: ticket, at: at, member: member}
	line.cashier = (ticket.shop+1)*100 + ticket.till*2 - int(at%fullDay/(opens+openFor/2))
	c.basket = c.fill(c.basket[:0], d, ticket.on, c.members.purse(d, member), tillSales)
	for _, line.item = range c.basket {
		line.no++
		line.tax = vat(line.net())
		c.write(&line, told)
		if inTime {
			c.remember(&line)
		}
	}
	if d.chance(chargedCards) {
		line.no++
		c.charge(d, line, told)
	}
	if told != counted {
		return
	}
	c.truth.Tickets++
	if member != nobody {
		c.members.bought.set(member)
	}
}

func (c *cashier) charge(d dice, line tillLine, told telling) {
	line.charge = true
	line.article = articles + d.IntN(len(cards))
	line.qty, line.discount, line.tax = 1, 0, 0
	line.price = c.goods.price(line.article, line.ticket.on)
	line.gross = line.price
	c.write(&line, told)
}

// vat is 13 per cent on top of a net amount ≥ 0, rounded half up.
func vat(net int64) int64 { return (net*13 + 50) / 100 }
