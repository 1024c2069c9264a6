package demo

import (
	"context"
	"runtime"
	"sync"
)

// A world is the company that the options describe: what stands still while its days are
// drawn. It is only read once made, but for the marks of who bought.
type world struct {
	Options
	from, to      day // the history
	asOf          day // the last day known: to, or the n-th day after it
	since         day // purchases before it are not looked at
	farewells     day // nor is who left before it
	tempo         *tempo
	linesByDemand float64 // of all lines
	strangers     float64 // tickets of people nobody knows, by demand
	shops         []shop
	shopOdds      odds
	goods         catalogue
	companies     []company
	members       *population
	web           *population
}

func newWorld(o Options, daysAfter int) (*world, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	w := &world{Options: o, to: dayOf(o.End)}
	w.asOf = w.to + day(daysAfter)
	w.from = dayOf(w.to.time().AddDate(-o.Years, 0, 1)).firstOfMonth()
	w.since, w.farewells = w.from, w.from-mailedAfter
	if daysAfter > 0 {
		w.since, w.farewells = w.asOf-longestMemory, w.asOf-mailedAfter-longestCard
	}
	w.tempo = keepTempo(w.from-founderDays-1, w.asOf+2, w.from, w.to)
	w.shops = openShops(o.Stores)
	for _, s := range w.shops {
		w.shopOdds = append(w.shopOdds, s.size)
	}
	w.shopOdds = oddsOf(w.shopOdds...)
	w.goods = stockUp(w)
	w.companies = w.trade()
	w.attract()
	return w, nil
}

// attract finds the customers, and as many anonymous ones as bring the lines asked for.
func (w *world) attract() {
	total := 0.0
	for d := w.from; d <= w.to; d++ {
		total += w.tempo.demand(d, w.from)
	}
	lines := float64(w.Lines)
	w.linesByDemand = lines / total
	members := w.Customers * 3 / 5
	tickets := lines * tillShare * (1 - returned) / meanBasket
	w.members = w.populate(streamMember, members, tickets*(1-anonymous))
	w.web = w.populate(streamWeb, w.Customers-members, lines*(1-tillShare)/meanBasket/(1+cancelledToo))
	online := float64(w.web.visits) * (1 + cancelledToo) * meanBasket
	tickets = (lines - online) * (1 - returned) / meanBasket
	w.strangers = max(0, tickets-float64(w.members.visits)) / total
}

// lines is how many sale lines a day brings on average, tills and web shop together.
func (w *world) lines(d day) float64 { return w.linesByDemand * w.tempo.demand(d, w.from) }

// inHistory tells a file of the history from one of a single day after it.
func (w *world) inHistory(p period) bool { return p.to <= w.to }

// A job writes one file or a few, and tells the truth about them.
type job func(context.Context) (Truth, error)

// run does the jobs on all processors and adds their truths up in the order of the jobs.
// The first job to fail stops the others and gives the error.
func (w *world) run(ctx context.Context, jobs []job) (Truth, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parts := make([]Truth, len(jobs))
	queue := make(chan int, len(jobs))
	for i := range jobs {
		queue <- i
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		workers.Go(func() {
			for i := range queue {
				if ctx.Err() != nil {
					return
				}
				part, err := jobs[i](ctx)
				if err != nil {
					stop(err)
					return
				}
				parts[i] = part
			}
		})
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return Truth{}, err
	}
	truth := Truth{Seed: w.Seed}
	for _, part := range parts {
		truth.add(part)
	}
	truth.Till.Buyers = w.members.bought.count()
	truth.Shop.Buyers = w.web.bought.count()
	return truth, nil
}
