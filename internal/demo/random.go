package demo

import (
	"math"
	"math/rand/v2"
)

// A stream is one independent sequence of chance. What is drawn from one never shifts
// another, so a day can be drawn again for its own sake, without the days around it.
type stream uint64

const (
	streamTill stream = iota + 1
	streamReturn
	streamOffline
	streamShop
	streamSurvey
	streamMember
	streamWeb
	streamPerson
	streamTie
	streamProduct
	streamChange
	streamRate
	streamDirt
	streamLateness
	streamFailure
	streamAsked
	streamOpinion
	streamCalls
	streamNoticed
	streamReview
	streamStrangers
	streamCompany
	streamDeal
	streamAssign
	streamCost
	streamUse
	streamPlan
)

type dice struct {
	*rand.Rand
	source *rand.PCG
}

func newDice() dice {
	source := rand.NewPCG(0, 0)
	return dice{rand.New(source), source}
}

// roll gives the dice of one stream for one key: a day, a customer, a file.
func roll(seed uint64, s stream, key int64) dice {
	d := newDice()
	d.again(seed, s, key)
	return d
}

// again makes the dice those of another key, as roll would give them.
func (d dice) again(seed uint64, s stream, key int64) {
	d.source.Seed(scatter(seed^scatter(uint64(s))), scatter(uint64(key)))
}

// coin is a single number from [0, 1) of one stream for one key.
func coin(seed uint64, s stream, key int64) float64 {
	return float64(scatter(scatter(seed^scatter(uint64(s)))+scatter(uint64(key)))>>11) / (1 << 53)
}

// scatter is the finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbouring numbers
// become unrelated ones.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between is uniform over lo, …, hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// about is x on average, as a whole number next to x.
func (d dice) about(x float64) int { return int(x + d.Float64()) }

// gamma draws from the gamma distribution with mean = shape, after Marsaglia and Tsang
// (2000); below shape 1 with their boost.
func (d dice) gamma(shape float64) float64 {
	if shape < 1 {
		return d.gamma(shape+1) * math.Pow(1-d.Float64(), 1/shape)
	}
	third := shape - 1.0/3
	c := 1 / math.Sqrt(9*third)
	for {
		x := d.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-d.Float64()) < x*x/2+third-third*v+third*math.Log(v) {
			return third * v
		}
	}
}

// oneOf is a fair choice among words.
func oneOf[T any](d dice, words []T) T { return words[d.IntN(len(words))] }

// odds are running sums of weights: entry i is won with a chance in proportion to weight i.
// An entry of weight 0 is never won.
type odds []float64

func oddsOf(weights ...float64) odds {
	sums := make(odds, 0, len(weights))
	sum := 0.0
	for _, w := range weights {
		sum += w
		sums = append(sums, sum)
	}
	return sums
}

func (o odds) pick(d dice) int { return o.pickWithin(d, 0, len(o)-1) }

// pickWithin picks one of the entries from lo to hi, both included.
func (o odds) pickWithin(d dice, lo, hi int) int {
	below := 0.0
	if lo > 0 {
		below = o[lo-1]
	}
	won := below + d.Float64()*(o[hi]-below)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if o[mid] > won {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
