package demo

import (
	"math"
	"time"
)

// season is how much busier than the average a month is: the quiet after the new year,
// the sales of June and November.
var season = [13]float64{0, 1.10, 0.85, 0.90, 0.92, 1.02, 1.10, 0.95, 0.94, 1.03, 1.05, 1.22, 1.12}

// weekday likewise, from Sunday.
var weekday = [7]float64{1.28, 0.86, 0.84, 0.86, 0.90, 1.05, 1.31}

// A Festive is a stretch of days around the first day of the Spring Festival, day 0, and
// how much busier than otherwise they are.
type Festive struct {
	FromDay int     `json:"from_day"`
	ToDay   int     `json:"to_day"`
	Factor  float64 `json:"factor"`
}

var springFestival = []Festive{{-21, -1, 1.45}, {0, 2, 0.35}, {3, 14, 0.85}}

// newYears are the days from 1 January to the first day of the Spring Festival, from 2015
// on. They come back, to a day or so, every 19 years: the cycle of Meton.
var newYears = [19]int{49, 38, 27, 46, 35, 24, 42, 31, 21, 40, 28, 47, 36, 25, 43, 33, 22, 41, 30}

// newYear is the first day of a year's Spring Festival.
func newYear(year int) day {
	return dayOf(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)) + day(newYears[((year-2015)%19+19)%19])
}

// bustle is how much busier than the average a day is: by month, by day of the week, and by
// the Spring Festival.
func bustle(d day) float64 {
	t := d.time()
	factor := season[t.Month()] * weekday[t.Weekday()]
	since := int(d - newYear(t.Year()))
	for _, f := range springFestival {
		if since >= f.FromDay && since <= f.ToDay {
			factor *= f.Factor
		}
	}
	return factor
}

// yearlyGrowth is that of the trade with people nobody knows. That with customers grows as
// they become more.
const yearlyGrowth = 1.06

// A tempo turns days into the time that buying goes by, which passes faster on busy days:
// on average over the history, a day of it for each day.
type tempo struct {
	first  day
	passed []float64 // until each day's start
	days   []int32   // the day, from first, on which each whole unit is reached
}

// keepTempo prepares for the days from one to another, at the average of from to to.
func keepTempo(first, last, from, to day) *tempo {
	sum := 0.0
	for d := from; d <= to; d++ {
		sum += bustle(d)
	}
	average := sum / float64(to-from+1)
	t := &tempo{first: first}
	now := 0.0
	for d := first; d <= last; d++ {
		t.passed = append(t.passed, now)
		for float64(len(t.days)) <= now {
			t.days = append(t.days, int32(d-first))
		}
		now += bustle(d) / average
	}
	t.passed = append(t.passed, now)
	return t
}

// at is the time that has passed when a day begins.
func (t *tempo) at(d day) float64 { return t.passed[d-t.first] }

// last is the last day that at can be asked for.
func (t *tempo) last() day { return t.first + day(len(t.passed)-1) }

// day is the day on which a time falls; beyond the last, the one after it.
func (t *tempo) day(at float64) day {
	if int(at) >= len(t.days) {
		at = t.passed[len(t.passed)-1]
	}
	i := max(int(t.days[max(int(at)-1, 0)])-1, 0)
	for i+1 < len(t.passed) && t.passed[i+1] <= at {
		i++
	}
	return t.first + day(i)
}

// demand is how much is sold to people nobody knows on a day, in days of the average.
func (t *tempo) demand(d, start day) float64 {
	growth := math.Pow(yearlyGrowth, float64(d-start)/365.25)
	return growth * (t.passed[d-t.first+1] - t.passed[d-t.first])
}
