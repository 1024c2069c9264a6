package demo

import (
	"context"
)

// A packer writes the web shop's files: all that happened after one instant, up to another.
type packer struct {
	*world
	window
	heads, lines, payments, deliveries *table
	truth                              *ShopTruth
}

// shopFiles writes heads, lines, payments and shipments. A month of the history holds the
// orders placed in it, with everything that became of them by the end of the history; a
// day after it holds everything that happened on that day, to older orders too.
func (w *world) shopFiles(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		pack := w.packer(p, &truth.Shop)
		rows := 0.0
		for d := p.from; d <= p.to; d++ {
			rows += w.lines(d) * (1 - tillShare)
		}
		headDirt, lineDirt := w.orderDirt(p, rows/meanBasket), w.orderLineDirt(p, rows)
		for d := w.firstOrder(p); d <= p.to && ctx.Err() == nil; d++ {
			for o := range w.orders(d) {
				pack.write(o)
			}
			headDirt.plant(pack.heads, d)
			lineDirt.plant(pack.lines, d)
		}
		return truth, finish(ctx, &truth, pack.heads, pack.lines, pack.payments, pack.deliveries)
	}
}

func (w *world) packer(p period, truth *ShopTruth) *packer {
	truth.ByStatus, truth.Changed = map[string]OrderTruth{}, map[string]OrderTruth{}
	truth.PaidCents = map[string]int64{}
	return &packer{
		world: w, truth: truth, window: w.windowOf(p),
		heads: w.create("shop/orders_"+p.name+".csv",
			"order_no,customer_no,ordered_at,status,paid_at,returned_on,currency,discount,shipping,channel,updated_at"),
		lines:      w.create("shop/lines_"+p.name+".csv", "order_no,line_no,sku,qty,unit_price,gross,discount"),
		payments:   w.create("shop/payments_"+p.name+".csv", "order_no,seq,method,amount,currency,paid_at"),
		deliveries: w.create("shop/shipments_"+p.name+".csv", "shipment_no,order_no,promised_on,shipped_on,delivered_on,from_store"),
	}
}

func (p *packer) write(o *order) {
	status, since := o.stateAt(p.until)
	if p.fresh(since) {
		p.writeHead(o, status, since)
	}
	if p.fresh(o.ordered) {
		p.writeLines(o, status)
	}
	p.writePayments(o)
	if p.fresh(o.shipped) || p.fresh(o.delivered) {
		p.writeShipment(o)
	}
}

func (p *packer) writeHead(o *order, status string, since instant) {
	t := p.heads
	t.order(o)
	t.code("W", o.customer+1, 7)
	t.instant(o.ordered)
	t.text(status)
	t.instantOrBlank(p.known(o.paid))
	t.dayOrBlank(p.known(o.returned))
	t.text(o.currency)
	t.cents(o.discount)
	t.cents(o.shipping)
	t.text(o.channel)
	t.instant(since)
	t.end()

	p.truth.Orders++
	if o.discount > 0 {
		p.truth.HeadDiscounts++
	}
	tally(p.truth.ByStatus, status, o)
	if !p.fresh(o.ordered) {
		before, _ := o.stateAt(p.after)
		tally(p.truth.Changed, before+"→"+status, o)
	}
}

func (p *packer) writeLines(o *order, status string) {
	t := p.lines
	for i, l := range o.lines {
		t.order(o)
		t.int(i + 1)
		t.code("P", l.article+1, 4)
		t.int(l.qty)
		t.cents(l.price)
		t.cents(l.gross)
		t.cents(l.discount)
		t.end()
	}
	p.truth.NewOrders++
	p.truth.Lines += int64(len(o.lines))
	switch {
	case len(o.lines) == 0:
		p.truth.Itemless++
	case status != cancelled:
		p.truth.DealLines += int64(len(o.lines))
		p.web.bought.set(o.customer)
	}
}

// writePayments: the amount, perhaps in part by gift card; and what was paid back, which
// for goods sent back leaves the shipping fee with the shop.
func (p *packer) writePayments(o *order) {
	if o.paid == 0 || o.amount() == 0 {
		return
	}
	seq := 1
	pay := func(method string, amount int64, at instant) {
		if amount != 0 && p.fresh(at) {
			p.writePayment(o, seq, method, amount, at)
		}
		seq++
	}
	pay(o.method, o.amount()-o.giftCard, o.paid)
	if o.giftCard > 0 {
		pay("礼品卡", o.giftCard, o.paid)
	}
	if o.cancelled != 0 {
		pay(o.method, -o.amount(), o.cancelled)
	}
	if o.returned != 0 {
		pay(o.method, -o.net(), o.returned)
	}
}

func (p *packer) writePayment(o *order, seq int, method string, amount int64, at instant) {
	t := p.payments
	t.order(o)
	t.int(seq)
	t.text(method)
	t.cents(amount)
	t.text(o.currency)
	t.instant(at)
	t.end()
	p.truth.Payments++
	p.truth.PaidCents[o.currency] += amount
}

func (p *packer) writeShipment(o *order) {
	t := p.deliveries
	t.buf = append(t.buf, 'F')
	t.orderNumber(o)
	t.order(o)
	t.day(o.promised)
	t.day(o.shipped.day())
	t.dayOrBlank(p.known(o.delivered))
	t.code("S", o.from+1, 2)
	t.end()
	p.truth.Shipments++
	if p.known(o.delivered) != 0 {
		p.truth.Delivered++
		if o.delivered.day() <= o.promised {
			p.truth.OnTime++
		}
	}
}

// order writes the order's number, W20210105-000123.
func (t *table) order(o *order) {
	t.buf = append(t.buf, 'W')
	t.orderNumber(o)
}

func (t *table) orderNumber(o *order) {
	t.buf = append(appendCompact(t.buf, o.on), '-')
	t.buf = append(appendDigits(t.buf, int64(o.count), 6), ',')
}

func tally(sums map[string]OrderTruth, key string, o *order) {
	sum := sums[key]
	if sum.NetCents == nil {
		sum.NetCents, sum.ShippingCents = map[string]int64{}, map[string]int64{}
	}
	sum.Orders++
	sum.Lines += int64(len(o.lines))
	sum.NetCents[o.currency] += o.net()
	sum.ShippingCents[o.currency] += o.shipping
	sums[key] = sum
}
