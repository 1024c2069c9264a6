package demo

const (
	contactHeader = "contact_no,customer_no,at,direction,channel,agent,case_no,issue,order_no,reason,waited,talked,abandoned,resolved,follow_up_on"
	caseHeader    = "case_no,customer_no,kind,severity,found_by,opened_at,agent,department,order_no,reason,solution_accepted,updated_at"
	eventHeader   = "case_no,seq,event,at,department,agent"
	promiseHeader = "promise_no,customer_no,agent,case_no,subject,made_on,due_on,kept_on"
	reviewHeader  = "review_no,order_no,customer_no,asked_on,answered_at,recommend,satisfaction,delivery,goods,price"
)

// writeService writes what happened about an order in the time that is written.
func (k *desk) writeService(o *order) {
	calls, t := k.service(o)
	for _, c := range calls {
		if k.fresh(c.at) {
			k.writeCall(o, c, "K")
		}
	}
	if t != nil {
		k.writeTrouble(o, t)
	}
	if o.kind == standing && k.web.asked(o.customer, o.on) {
		k.writeReview(o, t)
	}
}

func (k *desk) writeCall(o *order, c call, prefix string) {
	if c.channel == "chat" {
		k.writeChat(o, c)
		return
	}
	t := k.contacts
	t.buf = append(t.buf, prefix...)
	t.buf = append(appendCompact(t.buf, o.on), '-')
	t.buf = append(appendDigits(t.buf, int64(o.count), 6), '-')
	t.int(c.number)
	t.codeOrBlank("W", o.customer, 7)
	t.instant(c.at)
	t.text(map[bool]string{false: "in", true: "out"}[c.outbound])
	t.text(c.channel)
	t.code("E", c.agent, 4)
	switch {
	case c.ofCase:
		t.caseNumber(o)
		t.caseNumber(o)
		t.order(o)
	case o.customer == nobody:
		t.blank()
		t.blank()
		t.blank()
	default:
		t.blank()
		t.buf = append(t.buf, 'I')
		t.orderNumber(o)
		t.order(o)
	}
	t.text(c.reason)
	t.int(c.waited)
	t.int(c.talked)
	t.yes(c.abandoned)
	t.yes(c.resolved)
	if c.followUp == 0 {
		t.blank()
	} else {
		t.day(c.followUp)
	}
	t.end()
	k.contact.count(c)
}

func (t *table) caseNumber(o *order) {
	t.buf = append(t.buf, 'C')
	t.orderNumber(o)
}

func (t *table) yes(is bool) { t.text(map[bool]string{false: "N", true: "Y"}[is]) }

func (k *desk) writeTrouble(o *order, c *trouble) {
	if k.fresh(c.opened) || k.fresh(c.closed) {
		t := k.cases
		t.caseNumber(o)
		t.code("W", o.customer+1, 7)
		t.text(c.kind)
		t.text(c.severity)
		t.text(c.found)
		t.instant(c.opened)
		t.code("E", c.agent, 4)
		t.text(c.department)
		t.order(o)
		t.text(c.reason)
		updated := c.opened
		if k.known(c.closed) == 0 {
			t.blank()
		} else {
			t.yes(c.accepted)
			updated = c.closed
		}
		t.instant(updated)
		t.end()
		k.cased.count(c, k.fresh(c.opened), k.known(c.closed) != 0)
	}
	for i, s := range c.steps {
		if k.fresh(s.at) {
			t := k.events
			t.caseNumber(o)
			t.int(i + 1)
			t.text(s.event)
			t.instant(s.at)
			t.text(s.department)
			t.code("E", s.agent, 4)
			t.end()
			k.cased.step(s.event)
		}
	}
	k.writePromise(o, c)
}

func (k *desk) writePromise(o *order, c *trouble) {
	made := c.steps[0].at
	if !k.fresh(made) && !k.fresh(c.kept) {
		return
	}
	t := k.promises
	t.buf = append(t.buf, 'V')
	t.orderNumber(o)
	t.code("W", o.customer+1, 7)
	t.code("E", c.steps[0].agent, 4)
	t.caseNumber(o)
	t.text(c.promise)
	t.day(c.promised)
	t.day(c.due)
	t.dayOrBlank(k.known(c.kept))
	t.end()
	k.cased.promise(k.fresh(made), k.known(c.kept) != 0)
}

// writeReview: somebody is asked two days after the goods came, or a day after their case
// was closed; the row comes when they are asked, and again with the answers.
func (k *desk) writeReview(o *order, c *trouble) {
	asked := o.delivered + 2*fullDay
	if c != nil {
		asked = max(asked, c.closed+fullDay)
	}
	d := roll(k.Seed, streamReview, key(o.customer, o.on))
	answered := asked + instant(d.between(600, 5*86400))
	if d.chance(neverAnswered) {
		answered = 0
	}
	if !k.fresh(asked) && !k.fresh(answered) {
		return
	}
	t := k.reviews
	t.buf = append(t.buf, 'R')
	t.orderNumber(o)
	t.order(o)
	t.code("W", o.customer+1, 7)
	t.day(asked.day())
	if k.fresh(asked) {
		k.review.Asked++
	}
	if k.known(answered) == 0 {
		t.buf = append(t.buf, ",,,,,,"...)
		t.end()
		return
	}
	v := k.web.verdict(o.customer, o.on)
	t.instant(answered)
	t.int(v.recommend)
	t.int(v.content)
	for _, g := range v.grades {
		t.int(g)
	}
	t.end()
	k.review.answer(v)
}
