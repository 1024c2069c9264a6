package demo

import (
	"math"
	"runtime"
	"sync"
)

// Buying is how often the customers of one system buy, for how long, and for how much.
//
// Often: the BG/NBD model of Fader, Hardie and Lee (2005). A customer's first purchase is on
// the day they come, unless they never buy; from then on they buy at a rate of their own,
// gamma distributed over customers with shape R and Alpha, and after each purchase but the
// first they leave for good with a probability of their own, beta distributed with A and B.
// Time runs by the tempo of the trade (see Seasons), whose average over the history is one;
// two purchases on one day are one. Opinions and failures change a rate for a while: see
// Effects.
//
// For how much: the gamma-gamma model of Fader, Hardie and Lee (2005b). A purchase is gamma
// distributed with shape P and a rate of the customer's own, itself gamma with shape Q and
// Gamma yuan; the mean over customers is P·Gamma/(Q−1). It is net of all discounts, without
// tax and shipping, as near as the prices on the tags allow, and of some per cent: at least
// the cheapest article a line.
type Buying struct {
	R        float64 `json:"r"`
	Alpha    float64 `json:"alpha"` // weeks
	A        float64 `json:"a"`
	B        float64 `json:"b"`
	P        float64 `json:"p"`
	Q        float64 `json:"q"`
	Gamma    float64 `json:"gamma"`     // yuan
	NeverBuy float64 `json:"never_buy"` // the part of all customers who come and do not buy
}

// buying holds for everybody, but for Alpha, which follows from the lines asked for.
var buying = Buying{R: 0.8, A: 0.5, B: 4, P: 6, Q: 4, Gamma: 110, NeverBuy: neverBuy}

// A life is one customer's, as drawn: what a purchase costs on average, and the rest of the
// dice.
type life struct {
	home         int
	spend        float64 // yuan
	rate, leaves float64 // purchases a day of the average, for Alpha of a week; the chance to leave
	buys         bool
}

// born draws the life of customer i. The dice go on to give its purchases.
func (p *population) born(i int, d dice) life {
	d.again(p.Seed, p.stream, int64(i))
	l := life{home: p.shopOdds.pick(d), spend: p.P * p.Gamma / d.gamma(p.Q)}
	l.rate = (d.gamma(p.R) + 1e-9) / 7
	x, y := d.gamma(p.A), d.gamma(p.B)
	l.leaves = x / (x + y)
	l.buys = !d.chance(p.NeverBuy)
	return l
}

// buy walks through the days on which customer i buys, up to one, and says which was the
// last, once they have left.
func (p *population) buy(i int, l life, d dice, until day, bought func(day)) (last day, left bool) {
	on := p.came[i]
	if !l.buys || on > until {
		return on, false
	}
	now, end := p.tempo.at(on)+d.Float64(), p.tempo.at(until+1)
	usual := l.rate / p.Alpha
	swayed, calm := 1.0, now // the rate is swayed until a time, and calm thereafter
	for first := true; ; first = false {
		bought(on)
		if !first && d.chance(l.leaves) {
			return on, true
		}
		if sway := p.sway(i, on); sway != 1 {
			swayed, calm = sway, p.tempo.at(min(on+swayDays, p.tempo.last()))
		}
		for before := on; on == before; {
			wait := d.ExpFloat64() / usual
			if now < calm {
				if quick := wait / swayed; now+quick > calm {
					wait += (calm - now) * (1 - swayed)
				} else {
					wait = quick
				}
			}
			if now += wait; now >= end {
				return on, false
			}
			on = p.tempo.day(now)
		}
	}
}

// sampled is how many customers calibrate looks at, at most.
const sampled = 4000

// calibrate finds the Alpha with which the customers, as they were drawn, buy about as often
// within the history as they should. Halving an interval of its logarithm is enough: more
// rate is more purchases, as good as always.
func (p *population) calibrate(purchases float64) {
	step := max(1, p.old/sampled)
	d, lives := newDice(), make([]life, 0, sampled)
	for i := 0; i < p.old; i += step {
		lives = append(lives, p.born(i, d))
	}
	low, high := math.Log(0.01), math.Log(5000)
	for range 14 {
		p.Alpha = math.Exp((low + high) / 2)
		n := 0
		for k, l := range lives {
			d.again(p.Seed, p.stream, -int64(k*step)-1)
			p.buy(k*step, l, d, p.to, func(on day) {
				if on >= p.from {
					n++
				}
			})
		}
		if float64(n*step) > purchases {
			low = (low + high) / 2
		} else {
			high = (low + high) / 2
		}
	}
}

// live lets everybody buy until the last day known, on all processors, and writes the
// diaries of the days of interest.
func (p *population) live() {
	first := max(p.from, p.since)
	slices := min(64, len(p.came))
	visited, left, visits := make([][]entry, slices), make([][]entry, slices), make([]int, slices)
	next := make(chan int, slices)
	for s := range slices {
		next <- s
	}
	close(next)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			d := newDice()
			for s := range next {
				for i := s * len(p.came) / slices; i < (s+1)*len(p.came)/slices; i++ {
					l := p.born(i, d)
					p.home[i], p.spend[i] = uint8(l.home), float32(l.spend)
					d.again(p.Seed, p.stream, -int64(i)-1)
					last, gone := p.buy(i, l, d, p.asOf, func(on day) {
						if on >= first {
							visited[s] = append(visited[s], entryOf(on-first, i))
						}
						if on >= p.from && on <= p.to {
							visits[s]++
						}
					})
					if gone && last >= p.farewells {
						left[s] = append(left[s], entryOf(last-p.farewells, i))
					}
				}
			}
		})
	}
	workers.Wait()
	p.visited, p.left = write(first, p.asOf, visited), write(p.farewells, p.asOf, left)
	for _, n := range visits {
		p.visits += n
	}
}
