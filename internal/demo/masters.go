package demo

import (
	"context"
	"math"
)

// masterFiles are the jobs for what is known on a day, rather than what happened on it.
// Shops do not change after the history, so their file is part of it alone; so are the
// rates, for as long as they reach.
func (w *world) masterFiles() []job {
	jobs := []job{w.memberFile, w.webFile, w.productFile, w.staffFile, w.accountFile}
	if w.asOf == w.to || w.asOf > w.to+daysOfRates {
		jobs = append(jobs, w.rateFiles()...)
	}
	if w.asOf == w.to {
		jobs = append(jobs, w.storeFile, w.identityFile)
	}
	return jobs
}

// dated is the path of a file that says how things are at the end of the last day known.
func (w *world) dated(name string) string { return name + "_" + w.asOf.String() + ".csv" }

const costRisesADay = 2

// productFile writes all articles. On each day after the history the purchase price of
// some rises by a twentieth.
func (w *world) productFile(ctx context.Context) (Truth, error) {
	var truth Truth
	costs := make([]int64, len(w.goods.articles))
	for i, a := range w.goods.articles {
		costs[i] = a.cost
	}
	for on := w.to + 1; on <= w.asOf; on++ {
		d := roll(w.Seed, streamChange, int64(on)<<8|int64(streamProduct))
		for range costRisesADay {
			i := d.IntN(articles)
			costs[i] += costs[i] / 20
		}
	}
	t := w.create(w.dated("erp/products"), "sku,name,category,brand,standard_cost,launched_on")
	for i, a := range w.goods.articles {
		t.code("P", i+1, 4)
		t.text(a.name)
		t.text(a.category)
		t.text(a.brand)
		t.cents(costs[i])
		t.day(a.launched)
		t.end()
		truth.Products++
	}
	return truth, finish(ctx, &truth, t)
}

func (w *world) storeFile(ctx context.Context) (Truth, error) {
	var truth Truth
	t := w.create(w.dated("erp/stores"), "store,name,city,region,opened_on,channel")
	for i, s := range w.shops {
		t.code("S", i+1, 2)
		t.text(s.name)
		t.text(s.city)
		t.text(s.region)
		t.day(w.from - day(400*(len(w.shops)-i)))
		t.text("shop")
		t.end()
		truth.Stores++
	}
	t.text("W00")
	t.text("夜鹰网上商城")
	t.text("上海")
	t.text("华东")
	t.day(w.from - 900)
	t.text("web")
	t.end()
	truth.Stores++
	return truth, finish(ctx, &truth, t)
}

// daysOfRates is how far the rates run beyond the history.
const daysOfRates = 31

// rateFiles write the yuan for a dollar and for a euro on every day: walks that are drawn
// back to what the price tags say.
func (w *world) rateFiles() []job {
	return []job{w.rateFile("erp/fx", "USD", 6.50, yuanADollar, 0.012), w.rateFile("erp/euro", "EUR", 7.60, yuanAEuro, 0.015)}
}

func (w *world) rateFile(path, currency string, rate, usual, step float64) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		d := roll(w.Seed, streamRate, int64(currency[0])-'U')
		t := w.create(w.dated(path), "on_date,from,to,rate")
		for on := w.from; on <= max(w.to+daysOfRates, w.asOf); on++ {
			rate += (usual-rate)/250 + step*d.NormFloat64()
			units := int64(math.Round(rate * 10_000))
			t.day(on)
			t.text(currency)
			t.text("CNY")
			t.buf = appendDigits(t.buf, units/10_000, 1)
			t.buf = append(t.buf, '.')
			t.code("", int(units%10_000), 4)
			t.end()
			truth.Rates++
		}
		return truth, finish(ctx, &truth, t)
	}
}
