package demo

import (
	"math"
	"math/bits"
	"sync/atomic"
)

const (
	founders     = 0.4  // the part of the customers who are there when the history begins
	founderDays  = 1500 // over which they had come
	newcomers    = 2    // customers a system gains on each day after the history
	newcomerDays = 366  // for that long

	rateShape    = 0.7  // of the gamma distribution of buying rates: most buy little
	lifetimeDays = 1100 // on average from coming to leaving for good, for those who leave
	loyal        = 0.3  // the part who never leave
)

// A population is the customers of one system, by number from 0. Rates are gamma
// distributed and lifetimes exponential: the setting of the Pareto/NBD model of
// Schmittlein, Morrison and Colombo (1987), given the number of sales of a month.
type population struct {
	came   []day // in rising order
	left   []day
	rate   []float32
	home   []uint8 // the shop, from 0
	old    int     // how many of them are customers of the history
	bought marks
}

// populate draws a system's customers: n in the history, and those of the days after.
func (w *world) populate(s stream, n int) *population {
	d := roll(w.Seed, s, -1)
	all := n + newcomers*newcomerDays
	p := &population{
		old:  n,
		came: make([]day, all), left: make([]day, all),
		rate: make([]float32, all), home: make([]uint8, all),
		bought: make(marks, (all+63)/64),
	}
	for i := range all {
		p.came[i] = w.arrival(i, n)
		p.left[i] = math.MaxInt32
		if d.chance(1-loyal) && i > 0 {
			p.left[i] = max(p.came[i], w.from) + day(d.ExpFloat64()*lifetimeDays) + 1
		}
		p.rate[i] = float32(d.gamma(rateShape) + 1e-4)
		p.home[i] = uint8(w.shopOdds.pick(d))
	}
	return p
}

// arrival is the day on which the i-th of n customers came: numbers rise with time.
func (w *world) arrival(i, n int) day {
	old := max(1, int(founders*float64(n)))
	switch {
	case i < old:
		return w.from - founderDays + day(founderDays*i/old)
	case i < n:
		return w.from + day(int(w.to-w.from+1)*(i-old)/(n-old))
	default:
		return w.to + 1 + day((i-n)/newcomers)
	}
}

// known is how many customers the system knows at the end of a day.
func (p *population) known(at day) int {
	n := len(p.came)
	for n > 0 && p.came[n-1] > at {
		n--
	}
	return n
}

// A crowd is who buys in one month: that of the day last asked for.
type crowd struct {
	*population
	first, last day
	odds        odds
}

// buyer is somebody who buys on that day.
func (c *crowd) buyer(d dice, on day) int {
	if c.odds == nil || on < c.first || on > c.last {
		c.gather(on.firstOfMonth(), on.lastOfMonth())
	}
	for {
		if i := c.odds.pick(d); c.came[i] <= on {
			return i
		}
	}
}

func (c *crowd) gather(first, last day) {
	c.first, c.last = first, last
	if c.odds == nil {
		c.odds = make(odds, len(c.came))
	}
	sum := 0.0
	for i, came := range c.came {
		if came <= last && c.left[i] > first {
			sum += float64(c.rate[i])
		}
		c.odds[i] = sum
	}
}

// marks are a set of numbers that many goroutines may add to.
type marks []uint64

func (m marks) set(i int) {
	word, bit := &m[i/64], uint64(1)<<(i%64)
	if atomic.LoadUint64(word)&bit == 0 {
		atomic.OrUint64(word, bit)
	}
}

func (m marks) count() int64 {
	n := 0
	for _, word := range m {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}
