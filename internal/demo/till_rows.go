package demo

// Returns. A line may come back on a later day, once. Lines of the last day of a file are
// offered to the next file, which draws that day again; so no line comes back twice.

const (
	rememberEvery = 12 // the part of a day's lines that could be returned
	memory        = 8  // how many days' worth of them are kept
)

func (c *cashier) remember(line *tillLine) {
	if c.line++; c.line%rememberEvery == 0 {
		c.today = append(c.today, *line)
	}
}

// keepForReturn ends a day: from tomorrow its lines may come back.
func (c *cashier) keepForReturn() {
	c.open = append(c.open, c.today...)
	if surplus := len(c.open) - memory*len(c.today) - 16; surplus > 0 {
		c.open = append(c.open[:0], c.open[surplus:]...)
	}
}

// takeReturns writes the day's returns, one line a ticket, at the service desks.
func (c *cashier) takeReturns(on day) {
	d := roll(c.Seed, streamReturn, int64(on))
	count := make([]int, len(c.shops))
	for range min(d.about(c.lines(on)*tillShare*returned), len(c.open)) {
		i := d.IntN(len(c.open))
		original := c.open[i]
		c.open[i] = c.open[len(c.open)-1]
		c.open = c.open[:len(c.open)-1]
		back := original
		count[original.ticket.shop]++
		back.ticket = ticketNo{shop: original.ticket.shop, till: serviceDesk, on: on, count: count[original.ticket.shop]}
		back.no = 1
		back.at = on.start() + opens + instant(d.IntN(int(openFor)))
		back.cashier = (original.ticket.shop+1)*100 + 90
		back.qty, back.gross = -original.qty, -original.gross
		back.discount, back.tax = -original.discount, -original.tax
		back.original = &original
		told := counted
		if c.only {
			told = again
		} else {
			c.truth.Tickets++
		}
		c.write(&back, told)
	}
}

func (c *cashier) write(l *tillLine, told telling) {
	if told == untold {
		return
	}
	t := c.out
	t.ticket(l.ticket)
	t.int(l.no)
	t.code("S", l.ticket.shop+1, 2)
	t.code("T", l.ticket.till, 1)
	t.instant(l.at)
	t.codeOrBlank("M", l.member, 7)
	t.code("E", l.cashier, 4)
	t.code("P", l.article+1, 4)
	t.int(l.qty)
	t.cents(l.price)
	t.cents(l.gross)
	t.cents(l.discount)
	t.cents(l.tax)
	if l.charge {
		t.text("stored_value")
	} else {
		t.text("goods")
	}
	if l.original == nil {
		t.blank()
		t.blank()
	} else {
		t.ticket(l.original.ticket)
		t.int(l.original.no)
	}
	t.end()
	if told == counted {
		c.truth.count(l)
	}
}

func (t *table) ticket(n ticketNo) {
	t.buf = appendDigits(append(t.buf, 'S'), int64(n.shop+1), 2)
	t.buf = append(t.buf, '-', 'T', byte('0'+n.till), '-')
	t.buf = append(appendCompact(t.buf, n.on), '-')
	t.buf = append(appendDigits(t.buf, int64(n.count), 4), ',')
}

func (t *TillTruth) count(l *tillLine) {
	t.Lines++
	if l.member == nobody {
		t.AnonymousLines++
	}
	if l.charge {
		t.StoredValueLines++
		t.StoredValueCents += l.net()
		return
	}
	t.DealLines++
	t.Quantity += int64(l.qty)
	t.GrossCents += l.gross
	t.DiscountCents += l.discount
	t.NetCents += l.net()
	t.TaxCents += l.tax
	if l.qty < 0 {
		t.ReturnLines++
		t.ReturnNetCents += l.net()
	}
}
