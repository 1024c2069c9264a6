package demo

import (
	"context"
	"errors"
)

// A desk writes the service's files: all that happened in the time that is written.
type desk struct {
	*world
	window
	contacts, chats, cases, events, promises, reviews *table
	contact                                           *ContactTruth
	cased                                             *CaseTruth
	review                                            *ReviewTruth
}

// yearlyFiles are the jobs for what comes in one file a year, for it is little.
func (w *world) yearlyFiles(p period) []job {
	return []job{w.serviceFiles(p), w.useFile(p), w.dealFiles(p), w.departureFile(p), w.assignmentFile(p), w.costFile(p), w.planFile(p)}
}

// callers is how many contacts of people nobody knows a sale line brings.
const callers = 0.002

// serviceFiles writes contacts, those by chat apart, cases with their steps, promises, and
// reviews of the web shop's orders. A year of the history holds all about the orders placed
// in it, as known at its end; a day after it all that happened on that day.
func (w *world) serviceFiles(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		k := &desk{
			world: w, window: w.windowOf(p), contact: &truth.Contacts, cased: &truth.Cases, review: &truth.Reviews,
			contacts: w.create("service/contacts_"+p.name+".csv", contactHeader),
			chats:    w.createPacked("service/chats_" + p.name + ".jsonl.gz"),
			cases:    w.create("service/cases_"+p.name+".csv", caseHeader),
			events:   w.create("service/events_"+p.name+".csv", eventHeader),
			promises: w.create("service/promises_"+p.name+".csv", promiseHeader),
			reviews:  w.create("service/reviews_"+p.name+".csv", reviewHeader),
		}
		dirt, chatDirt := w.contactDirt(p), w.chatDirt(p)
		for d := w.firstOrder(p); d <= p.to && ctx.Err() == nil; d++ {
			for o := range w.orders(d) {
				k.writeService(o)
			}
			k.strangers(d)
			if d >= p.from {
				dirt.plant(k.contacts, d)
				chatDirt.plant(k.chats, d)
			}
		}
		return truth, errors.Join(
			finish(ctx, &truth, k.contacts, k.cases, k.events, k.promises, k.reviews),
			w.finishFilled(ctx, &truth, k.chats),
		)
	}
}

// strangers call too.
func (k *desk) strangers(on day) {
	d := roll(k.Seed, streamStrangers, int64(on))
	for i := range d.about(callers * k.lines(on)) {
		c := k.call(d, on.start(), "call", oneOf(d, questions), true)
		c.number = 1
		if k.fresh(c.at) {
			k.writeCall(&order{on: on, count: i + 1, customer: nobody}, c, "A")
			k.contact.Anonymous++
		}
	}
}

// A window is the time that a file tells of: after one instant, up to another.
type window struct{ after, until instant }

func (w *world) windowOf(p period) window {
	if w.inHistory(p) {
		return window{until: w.asOf.end()}
	}
	return window{after: p.from.start() - 1, until: w.asOf.end()}
}

// firstOrder is the day of the first order that a period's files may tell of.
func (w *world) firstOrder(p period) day {
	if w.inHistory(p) {
		return p.from
	}
	return max(w.from, p.from-longestOrder)
}

// fresh says whether an event falls into the time that is written.
func (w window) fresh(event instant) bool { return event > w.after && event <= w.until }

// known is an event's instant, or zero while it is in the future.
func (w window) known(event instant) instant {
	if event > w.until {
		return 0
	}
	return event
}
