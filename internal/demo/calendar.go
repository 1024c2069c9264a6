package demo

import (
	"strconv"
	"time"
)

// A day counts the days since 1970-01-01.
type day int32

// An instant counts seconds since 1970-01-01 00:00:00 on a clock in the shop's own zone,
// Asia/Shanghai, which has had no summer time since 1991. Zero means never.
type instant int64

const (
	minute  instant = 60
	hour            = 60 * minute
	fullDay         = 24 * hour
)

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(fullDay))
}

func (d day) time() time.Time { return time.Unix(int64(d)*int64(fullDay), 0).UTC() }

func (d day) start() instant { return instant(d) * fullDay }

// end is the last second of the day.
func (d day) end() instant { return (d + 1).start() - 1 }

func (d day) String() string { return string(appendDay(nil, d)) }

func (d day) firstOfMonth() day {
	y, m, _ := d.time().Date()
	return dayOf(time.Date(y, m, 1, 0, 0, 0, 0, time.UTC))
}

func (d day) lastOfMonth() day {
	y, m, _ := d.time().Date()
	return dayOf(time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC))
}

// String is 2021-01-05 10:11:12.
func (t instant) String() string {
	return string(appendClock(append(appendDay(nil, t.day()), ' '), t))
}

func (t instant) day() day { return day(t / fullDay) }

// A period is what one file covers: a month, or a day after the history.
type period struct {
	name     string // 2021-01, or 2026-01-01
	number   int    // from 0, within the history
	from, to day
}

// months cuts the days from one to another into calendar months, the last one perhaps
// unfinished.
func months(from, to day) []period {
	var all []period
	for first := from; first <= to; first = first.lastOfMonth() + 1 {
		last := min(first.lastOfMonth(), to)
		all = append(all, period{name: first.String()[:7], number: len(all), from: first, to: last})
	}
	return all
}

// years cuts them into calendar years, the first and the last one perhaps unfinished.
func years(from, to day) []period {
	var all []period
	for first := from; first <= to; {
		last := min(dayOf(time.Date(first.time().Year(), 12, 31, 0, 0, 0, 0, time.UTC)), to)
		all = append(all, period{name: first.String()[:4], number: len(all), from: first, to: last})
		first = last + 1
	}
	return all
}

func oneDay(d day) period { return period{name: d.String(), from: d, to: d} }

// appendDay writes 2021-01-05.
func appendDay(buf []byte, d day) []byte {
	y, m, dom := d.time().Date()
	buf = strconv.AppendInt(buf, int64(y), 10)
	buf = append(buf, '-')
	buf = appendDigits(buf, int64(m), 2)
	buf = append(buf, '-')
	return appendDigits(buf, int64(dom), 2)
}

// appendCompact writes 20210105.
func appendCompact(buf []byte, d day) []byte {
	y, m, dom := d.time().Date()
	return appendDigits(buf, int64(y)*10_000+int64(m)*100+int64(dom), 8)
}

// appendClock writes 10:11:12.
func appendClock(buf []byte, t instant) []byte {
	s := int64(t % fullDay)
	buf = appendDigits(buf, s/3600, 2)
	buf = append(buf, ':')
	buf = appendDigits(buf, s/60%60, 2)
	buf = append(buf, ':')
	return appendDigits(buf, s%60, 2)
}

// appendDigits writes n ≥ 0 with leading zeros up to the width.
func appendDigits(buf []byte, n int64, width int) []byte {
	for limit := int64(10); width > 1; width-- {
		if n < limit {
			for range width - 1 {
				buf = append(buf, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(buf, n, 10)
}
