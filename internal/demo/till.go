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
	offlineFrom  = 9001 // ticket numbers given by a till without connection
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
	ticket                      ticketNo
	no                          int
	at                          instant
	member, cashier             int
	article, qty                int
	price, gross, discount, tax int64
	charge                      bool // stored value
	original                    *tillLine
}

func (l *tillLine) net() int64 { return l.gross - l.discount }

// A cashier writes the tickets of a file, day by day.
type cashier struct {
	*world
	out    *table
	truth  *TillTruth
	crowd  crowd
	queues [][]int // by shop and till: the customers of a day
	today  []tillLine
	open   []tillLine // earlier lines that may yet be returned
	line   int        // counts lines sold, to keep some of them in today
}

// tillFile writes the till lines of a period.
func (w *world) tillFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		c := &cashier{
			world: w, crowd: crowd{population: w.members},
			queues: make([][]int, w.Stores*tillsOfShop),
			out:    &table{}, truth: &TillTruth{},
		}
		if p.from > w.from {
			c.sell(p.from-1, false)
			c.keepForReturn()
		}
		c.out, c.truth = w.create("till/till_"+p.name+".csv", tillHeader), &truth.Till
		dirt := w.tillDirt(p)
		for d := p.from; d <= p.to && ctx.Err() == nil; d++ {
			c.sell(d, true)
			c.takeReturns(d)
			c.keepForReturn()
			dirt.plant(c.out, d)
		}
		if !w.inHistory(p) {
			c.sendLate(p.from)
		}
		return truth, finish(ctx, &truth, c.out)
	}
}

// sell draws the sales of a day: who queues at which till, then ticket by ticket. Only
// what is real counts for who has bought; a day may be drawn again for its returns.
func (c *cashier) sell(on day, real bool) {
	d := roll(c.Seed, streamTill, int64(on))
	c.queueUp(d, on)
	for q, customers := range c.queues {
		for i, member := range customers {
			at := on.start() + opens + instant((float64(i)+d.Float64())*float64(openFor)/float64(len(customers)))
			ticket := ticketNo{shop: q / tillsOfShop, till: q%tillsOfShop + 1, on: on, count: i + 1}
			c.ring(d, ticket, at, member)
			if real && member != nobody {
				c.members.bought.set(member)
			}
		}
	}
}

func (c *cashier) queueUp(d dice, on day) {
	for q := range c.queues {
		c.queues[q] = c.queues[q][:0]
	}
	for range d.about(c.lines(on) * tillShare * (1 - returned) / meanBasket) {
		member, shop := nobody, 0
		if d.chance(anonymous) {
			shop = c.shopOdds.pick(d)
		} else {
			member = c.crowd.buyer(d, on)
			shop = int(c.crowd.home[member])
		}
		q := shop*tillsOfShop + d.IntN(tillsOfShop)
		c.queues[q] = append(c.queues[q], member)
	}
}

// ring writes one ticket. Now and then it also charges a stored value card.
func (c *cashier) ring(d dice, ticket ticketNo, at instant, member int) {
	line := tillLine{ticket: ticket, at: at, member: member}
	line.cashier = (ticket.shop+1)*100 + ticket.till*2 - int(at%fullDay/(opens+openFor/2))
	c.truth.Tickets++
	for range basketSizes.pick(d) + 1 {
		line.no++
		line.article = c.goods.choose(d, ticket.on)
		line.qty = quantities.pick(d) + 1
		line.price = c.goods.price(line.article, ticket.on)
		line.gross = line.price * int64(line.qty)
		line.discount = 0
		if d.chance(0.15) {
			line.discount = line.gross * int64(d.between(1, 6)*5) / 100
		}
		line.tax = vat(line.net())
		c.write(&line)
		c.remember(&line)
	}
	if d.chance(chargedCards) {
		line.no++
		c.charge(d, line)
	}
}

func (c *cashier) charge(d dice, line tillLine) {
	line.charge = true
	line.article = articles + d.IntN(len(cards))
	line.qty, line.discount, line.tax = 1, 0, 0
	line.price = c.goods.price(line.article, line.ticket.on)
	line.gross = line.price
	c.write(&line)
}

// vat is 13 per cent on top of a net amount ≥ 0, rounded half up.
func vat(net int64) int64 { return (net*13 + 50) / 100 }

// sendLate writes tickets of earlier days, from a till that had no connection.
func (c *cashier) sendLate(arrived day) {
	d := roll(c.Seed, streamLate, int64(arrived))
	before := c.truth.Lines
	for i := range 3 + d.about(c.lines(arrived)/1000) {
		on := arrived - day(d.between(2, 6))
		member := c.crowd.buyer(d, on)
		at := on.start() + opens + instant(d.IntN(int(openFor)))
		ticket := ticketNo{shop: int(c.members.home[member]), till: 2, on: on, count: offlineFrom + i}
		c.ring(d, ticket, at, member)
		c.members.bought.set(member)
	}
	c.truth.LateLines += c.truth.Lines - before
}
