// Package demo writes the source files of 夜鹰百货, a small company that does not exist:
//
//	till/till_*                 shops with tills: flat lines, returns, anonymous sales, cards charged
//	shop/{orders,lines}_*       a web shop: heads whose status changes, and their lines
//	shop/{payments,shipments}_* payments and refunds; goods delivered in time and late
//	service/{contacts,cases,events,promises}_*   its call centre, complaints and recovery
//	service/chats_*             contacts by chat: packed lines of JSON
//	service/reviews_*           what customers say of an order
//	service/uses_*              free services used
//	crm, shop/customers_*       customers, some of them under several keys
//	survey/cards_*              opinion cards
//	hr/employees_*              who works there, changes department, leaves
//	erp/{orders,lines}_*        orders of companies in three currencies: mended, annulled, erased
//	erp/{accounts,departures,assignments}_*      the companies, who left, who is to see them
//	erp/{products,stores,fx,euro}_*  articles, shops, rates
//	finance/costs_*             what was spent on customers
//	plan/plan_*                 what shops are to sell: Excel workbooks
//
// What is written is a function of the [Options] alone: the same options give the same
// bytes, on any number of processors of one architecture, and the n-th day after the
// history fits the history.
// Some tickets reach us days late, and one file in ten of those after the history comes cut
// off, and whole with the next.
//
// Beside the files lies the truth about them: truth.json, a [Truth], has counts and exact
// totals to check a warehouse against, every row that was spoilt on purpose, and what drives
// the company ([ModelTruth]): how often and for how much customers buy, seasons, what
// drives opinions, and what opinions and failures do. identities.csv says which keys are one
// person.
//
// A [Truth] speaks of good rows only. A spoilt row is always an additional one, so a reader
// that rejects exactly the planted rows arrives at exactly the truth.
package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// Options say what to generate. Zero values mean the defaults named.
type Options struct {
	// Dir receives data/<system>/<file> and truth.json. It is made if absent; files
	// of the same names are replaced.
	Dir string
	// Lines is the number of sale lines of the whole history, tills and web shop
	// together, met within a few per cent; companies' orders come on top, with two lines
	// for a hundred. Default 200,000.
	Lines int64
	// Customers is the number of customers at the end of the history: three fifths in
	// the till system, two fifths in the web shop; a company for each hundred comes on top.
	// Default 20,000; at least 10.
	Customers int
	// Years is the length of the history, rounded up to whole months. Default 5.
	Years int
	// Seed chooses one company among many.
	Seed uint64
	// End is the last day of the history; its time of day is ignored. Default 2025-12-31.
	End time.Time
	// Stores is the number of shops with tills, 1 to 99. Default 8.
	Stores int
	// Clean plants no spoilt rows, no customers entered twice, and no customers of both
	// systems that only their phone number gives away.
	Clean bool
}

// Generate writes the history as it was known at the end of Options.End, and DIR/truth.json:
// one file a month for what happens, and one with the date of Options.End in its name for
// what there is: customers, products, stores and rates. It returns what truth.json holds.
//
// On an error, or when ctx ends, the files written so far stay, each of them whole.
func Generate(ctx context.Context, o Options) (Truth, error) {
	w, err := newWorld(o, 0)
	if err != nil {
		return Truth{}, err
	}
	jobs := w.masterFiles()
	for _, m := range months(w.from, w.to) {
		jobs = append(jobs, w.tillFile(m), w.shopFiles(m), w.cardFile(m))
	}
	for _, y := range years(w.from, w.to) {
		jobs = append(jobs, w.yearlyFiles(y)...)
	}
	truth, err := w.run(ctx, jobs)
	if err != nil {
		return Truth{}, err
	}
	truth.From, truth.To = w.from.String(), w.to.String()
	truth.Model = w.model()
	return truth, truth.save(filepath.Join(w.Dir, "truth.json"))
}

// NextDay writes what the n-th day (from 1) after Options.End adds, in files with that
// day in their names: what happened, with tickets that a till sends late and orders whose
// status changed; the customers who are new or have changed on that day, and no others; all
// products; and all rates, once those of the history reach no further. It needs none of the
// files written before, but the same options. The truth, also in DIR/truth-<day>.json, is
// about that day's files alone.
func NextDay(ctx context.Context, o Options, n int) (Truth, error) {
	if n < 1 {
		return Truth{}, fmt.Errorf("generating the day after the history: n is %d, the first day is 1", n)
	}
	w, err := newWorld(o, n)
	if err != nil {
		return Truth{}, err
	}
	today := oneDay(w.asOf)
	jobs := append(w.masterFiles(), w.tillFile(today), w.shopFiles(today), w.cardFile(today))
	jobs = append(jobs, w.yearlyFiles(today)...)
	if w.cutOff(w.asOf - 1) {
		jobs = append(jobs, w.againFile)
	}
	truth, err := w.run(ctx, jobs)
	if err != nil {
		return Truth{}, err
	}
	truth.From, truth.To = today.name, today.name
	return truth, truth.save(filepath.Join(w.Dir, "truth-"+today.name+".json"))
}

// withDefaults fills in what was left zero and refuses what cannot be generated.
func (o Options) withDefaults() (Options, error) {
	if o.Lines == 0 {
		o.Lines = 200_000
	}
	if o.Customers == 0 {
		o.Customers = 20_000
	}
	if o.Years == 0 {
		o.Years = 5
	}
	if o.Stores == 0 {
		o.Stores = 8
	}
	if o.End.IsZero() {
		o.End = time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	switch {
	case o.Dir == "":
		return o, fmt.Errorf("generating the demo: no folder to write to is given")
	case o.Lines < 1:
		return o, fmt.Errorf("generating the demo: %d lines; at least 1 is needed", o.Lines)
	case o.Customers < 10 || o.Customers > 50_000_000:
		return o, fmt.Errorf("generating the demo: %d customers; 10 to 50,000,000 are possible", o.Customers)
	case o.Years < 1 || o.Years > 30:
		return o, fmt.Errorf("generating the demo: %d years; 1 to 30 are possible", o.Years)
	case o.Stores < 1 || o.Stores > 99:
		return o, fmt.Errorf("generating the demo: %d stores; 1 to 99 are possible", o.Stores)
	}
	return o, nil
}
