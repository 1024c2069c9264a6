package demo

// The service of the web shop: a call centre, and cases that customers or we ourselves open
// when something has failed. All of it is the fate of the order that it is about.

const (
	askers     = 0.06 // of orders: the customer calls with a question
	callOpens  = 8 * hour
	callCentre = 13 * hour
	patience   = 240 // seconds that callers wait on average before they give up
)

// A call is one contact.
type call struct {
	at             instant
	number         int // within its order
	channel        string
	reason         string
	agent          int
	waited, talked int
	abandoned      bool
	resolved       bool
	ofCase         bool
	outbound       bool
	followUp       day
}

// A trouble is one case, as it will have been.
type trouble struct {
	opened          instant
	severity, found string
	kind, reason    string
	department      string
	agent           int
	steps           []step
	accepted        bool
	closed          instant
	promised, due   day
	kept            instant
	promise         string
}

type step struct {
	event, department string
	at                instant
	agent             int
}

var (
	questions = []string{"送货时间", "发票", "退换货", "支付", "商品咨询"}
	failures  = []string{"送货迟到", "商品损坏", "发错货", "少发货"}
	desks     = []string{"客服一部", "客服二部", "物流部", "质量部"}
)

// service draws what an order leads to: calls, and perhaps a case. Nil where there is none.
func (w *world) service(o *order) ([]call, *trouble) {
	k := key(o.customer, o.on)
	troubled := o.kind == standing && w.mishap(o.customer, o.on) != nothing
	asks := o.kind == standing && coin(w.Seed, streamCalls, k) < askers
	if !troubled && !asks {
		return nil, nil
	}
	d := roll(w.Seed, streamCalls, k)
	var calls []call
	if asks {
		calls = w.callAgain(d, calls, o.paid+instant(d.between(0, 3))*fullDay, oneOf(d, questions), 0.75)
	}
	if !troubled {
		return calls, nil
	}
	t := w.trouble(d, o)
	if t.found == "customer" {
		before := len(calls)
		calls = w.callAgain(d, calls, t.opened, t.reason, 0.4)
		for i := range calls[before:] {
			calls[before+i].ofCase = true
		}
	} else {
		calls = append(calls, w.call(d, t.opened+hour, "call", t.reason, true))
		calls[len(calls)-1].ofCase, calls[len(calls)-1].outbound = true, true
		calls[len(calls)-1].waited, calls[len(calls)-1].abandoned = 0, false
	}
	for i := range calls {
		calls[i].number = i + 1
	}
	return calls, t
}

// callAgain is a first contact, and further ones about the same until it is settled.
func (w *world) callAgain(d dice, calls []call, at instant, reason string, settled float64) []call {
	for range 4 {
		channel := oneOf(d, []string{"call", "call", "call", "chat", "mail"})
		c := w.call(d, at, channel, reason, d.chance(settled))
		c.number = len(calls) + 1
		if !c.resolved && !c.abandoned && d.chance(0.3) {
			c.followUp = c.at.day() + day(d.between(1, 3))
		}
		calls = append(calls, c)
		if c.resolved {
			break
		}
		at = c.at + instant(d.between(1, 4))*fullDay
	}
	return calls
}

// call puts a contact into opening hours. On busy days callers wait longer.
func (w *world) call(d dice, at instant, channel, reason string, resolved bool) call {
	on := at.day()
	c := call{
		at: on.start() + callOpens + instant(d.IntN(int(callCentre))), channel: channel, reason: reason,
		resolved: resolved, talked: 40 + int(d.ExpFloat64()*180),
	}
	c.at = max(c.at, at)
	c.agent = w.agent(d.IntN(seats), c.at.day())
	if channel == "mail" {
		c.talked = 0
		return c
	}
	busy := bustle(on)
	c.waited = int(d.ExpFloat64() * 45 * busy * busy)
	if float64(c.waited) > patience*(0.3+d.ExpFloat64()) {
		c.abandoned, c.resolved, c.talked = true, false, 0
	}
	return c
}

// trouble draws a case: answered, passed on, resolved, perhaps reopened. One that is made
// good is answered and resolved soon, and the customer says that all is well.
func (w *world) trouble(d dice, o *order) *trouble {
	good := w.mishap(o.customer, o.on) == recovered
	t := &trouble{kind: "complaint", found: "customer", reason: oneOf(d, failures[1:]), accepted: good}
	if w.late(o.customer, o.on) {
		t.reason = failures[0]
	}
	t.severity = oneOf(d, []string{"low", "normal", "normal", "normal", "high", "critical"})
	t.opened = o.delivered + instant(d.between(2*3600, 60*3600))
	t.department = desks[d.IntN(2)]
	t.agent = w.agent(d.IntN(seats), t.opened.day())
	if coin(w.Seed, streamNoticed, key(o.customer, o.on)) < effects.NoticedByFirm {
		t.kind, t.found = "service_failure", oneOf(d, []string{"firm", "firm", "prediction"})
		t.opened = max(o.delivered-instant(d.between(1, 20))*hour, o.shipped+hour)
	}
	at := t.opened
	do := func(event, department string, hours float64) {
		at += minute + instant(d.ExpFloat64()*hours*float64(hour))
		at = min(at, t.opened+20*fullDay)
		t.steps = append(t.steps, step{event, department, at, w.agent(d.IntN(seats), at.day())})
	}
	slow := 1.0
	if !good {
		slow = 3
	}
	do("answered", t.department, 5*slow)
	for d.chance(0.25 * slow) {
		do("transferred", oneOf(d, desks), 8*slow)
		if len(t.steps) > 4 {
			break
		}
	}
	do("resolved", t.steps[len(t.steps)-1].department, 20*slow)
	if !good && d.chance(0.3) {
		do("reopened", t.department, 40)
		do("resolved", t.department, 40)
	}
	t.closed = at
	t.promise = oneOf(d, []string{"回电", "补发", "退款"})
	t.promised = t.steps[0].at.day()
	t.due = t.promised + day(d.between(1, 4))
	if good || d.chance(0.4) {
		t.kept = min(t.due.start()+10*hour, t.closed+5*fullDay)
		if !good {
			t.kept += instant(d.IntN(3)) * fullDay
		}
		t.kept = max(t.kept, t.steps[0].at+1)
	}
	return t
}
