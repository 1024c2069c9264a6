package demo

import (
	"math/bits"
	"sync/atomic"
)

const (
	founders     = 0.4  // the part of the customers who are there when the history begins
	founderDays  = 1500 // over which they had come
	newcomers    = 2    // customers a system gains on each day after the history
	newcomerDays = 366  // for that long
	neverBuy     = 0.05 // of the customers who come: known, but without a purchase
)

// A population is the customers of one system, by number from 0, and what they buy.
type population struct {
	*world
	Buying
	stream  stream
	came    []day     // in rising order
	home    []uint8   // the shop, from 0
	spend   []float32 // yuan a purchase on average
	old     int       // how many of them are customers of the history
	visits  int       // purchases within the history
	visited diary     // those of the days that are written
	left    diary     // who has bought for the last time, by the day of that purchase
	asks    float64   // the part of purchases about which they are asked
	bought  marks
}

// populate draws a system's customers, n in the history and those of the days after, and
// lets them buy so often that the history has about so many purchases.
func (w *world) populate(s stream, n int, purchases float64) *population {
	all := n + newcomers*newcomerDays
	p := &population{
		world: w, Buying: buying, stream: s, old: n,
		came: make([]day, all), home: make([]uint8, all), spend: make([]float32, all),
		bought: make(marks, (all+63)/64),
	}
	for i := range all {
		p.came[i] = w.arrival(i, n)
	}
	p.asks = askedPart
	if s == streamMember {
		p.asks = float64(w.Lines) / linesPerCard * (1 - anonymousCards) / purchases
	}
	p.calibrate(purchases)
	p.live()
	return p
}

// arrival is the day on which the i-th of n customers came: numbers rise with time, faster
// on busy days.
func (w *world) arrival(i, n int) day {
	old := max(1, int(founders*float64(n)))
	begin, end := w.tempo.at(w.from), w.tempo.at(w.to+1)
	switch {
	case i < old:
		return w.from - founderDays + day(founderDays*i/old)
	case i < n:
		return w.tempo.day(begin + (end-begin)*float64(i-old)/float64(n-old))
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

// A diary says who did something, day by day: four bytes each.
type diary struct {
	first  day
	starts []int32 // where each day begins
	who    []uint32
}

// An entry is a day, as the number of days since a diary's first, and a customer.
type entry uint64

func entryOf(since day, i int) entry { return entry(since)<<32 | entry(i) }

// write makes a diary of entries, which stay in their order within a day.
func write(first, last day, parts [][]entry) diary {
	d := diary{first: first, starts: make([]int32, last-first+2)}
	total := 0
	for _, part := range parts {
		total += len(part)
		for _, e := range part {
			d.starts[e>>32+1]++
		}
	}
	for i := range d.starts[1:] {
		d.starts[i+1] += d.starts[i]
	}
	d.who = make([]uint32, total)
	next := append([]int32(nil), d.starts...)
	for _, part := range parts {
		for _, e := range part {
			d.who[next[e>>32]] = uint32(e)
			next[e>>32]++
		}
	}
	return d
}

// on is who is in the diary for a day; nobody, if it has no such day.
func (d diary) on(on day) []uint32 {
	i := int(on - d.first)
	if i < 0 || i+1 >= len(d.starts) {
		return nil
	}
	return d.who[d.starts[i]:d.starts[i+1]]
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
