package csvfile

import (
	"fmt"
	"math"
	"time"
)

// moment is a prepared date format: every text that fits it has the same length,
// and digits in the same places.
type moment struct {
	length int
	words  []momentWord

	year, month, day     int
	hour, minute, second int // -1: not in the format

	first, last int // months seen, as 12*year + month; last is 0 if none
}

// momentWord is what eight bytes of the text must be.
type momentWord struct {
	at      int
	digits  uint64 // 0xff where a digit belongs
	literal uint64 // what belongs elsewhere
}

var partWidth = map[byte]int{'Y': 4, 'm': 2, 'd': 2, 'H': 2, 'M': 2, 'S': 2, 'f': 6, 'g': 3}

// newMoment prepares a strptime format of fixed width.
func newMoment(format string) (*moment, error) {
	pattern, at, err := spread(format)
	if err != nil {
		return nil, err
	}
	for _, part := range []byte("Ymd") {
		if _, ok := at[part]; !ok {
			return nil, fmt.Errorf("date format %q needs %%%c", format, part)
		}
	}
	m := &moment{first: math.MaxInt, length: len(pattern), year: at['Y'], month: at['m'], day: at['d']}
	m.hour, m.minute, m.second = place(at, 'H'), place(at, 'M'), place(at, 'S')
	for i := 0; i < len(pattern); i += 8 {
		m.words = append(m.words, wordOf(pattern, min(i, len(pattern)-8)))
	}
	return m, nil
}

// spread writes a format as wide as its texts, with 0xff for each digit, and says
// where the parts are.
func spread(format string) (pattern []byte, at map[byte]int, err error) {
	at = map[byte]int{}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			pattern = append(pattern, format[i])
			continue
		}
		i++
		if i < len(format) && format[i] == '%' {
			pattern = append(pattern, '%')
			continue
		}
		if i == len(format) || partWidth[format[i]] == 0 {
			return nil, nil, fmt.Errorf("date format %q has a part other than %%Y %%m %%d %%H %%M %%S %%f %%g", format)
		}
		if _, twice := at[format[i]]; twice {
			return nil, nil, fmt.Errorf("date format %q has %%%c twice", format, format[i])
		}
		at[format[i]] = len(pattern)
		for range partWidth[format[i]] {
			pattern = append(pattern, 0xff)
		}
	}
	return pattern, at, nil
}

func place(at map[byte]int, part byte) int {
	if i, ok := at[part]; ok {
		return i
	}
	return -1
}

func wordOf(pattern []byte, at int) momentWord {
	w := momentWord{at: at}
	for i, b := range pattern[at : at+8] {
		if b == 0xff {
			w.digits |= 0xff << (8 * i)
		} else {
			w.literal |= uint64(b) << (8 * i)
		}
	}
	return w
}

// fits checks the text data[from:to]: its form, the calendar, and the clock. It
// widens the span of months that were seen.
func (m *moment) fits(data []byte, from, to int) bool {
	if to-from != m.length {
		return false
	}
	text := data[from:to]
	for _, w := range m.words {
		v := word(text, w.at)
		if v&^w.digits != w.literal || !allDigits(v&w.digits|zeros&^w.digits) {
			return false
		}
	}
	year := 100*two(text, m.year) + two(text, m.year+2)
	month := two(text, m.month)
	if year < 1900 || year > 2199 || !isDay(year, month, two(text, m.day)) || !m.isTime(text) {
		return false
	}
	seen := 12*year + month
	m.first, m.last = min(m.first, seen), max(m.last, seen)
	return true
}

// span is the first and last month seen, zero if none was, or m is nil.
func (m *moment) span() (first, last time.Time) {
	if m == nil || m.last == 0 {
		return time.Time{}, time.Time{}
	}
	return firstOf(m.first), firstOf(m.last)
}

func firstOf(months int) time.Time {
	return time.Date((months-1)/12, time.Month((months-1)%12+1), 1, 0, 0, 0, 0, time.UTC)
}

func (m *moment) isTime(text []byte) bool {
	return (m.hour < 0 || two(text, m.hour) <= 23) &&
		(m.minute < 0 || two(text, m.minute) <= 59) &&
		(m.second < 0 || two(text, m.second) <= 59)
}

// two is the number that two digits make.
func two(text []byte, at int) int { return 10*int(text[at]-'0') + int(text[at+1]-'0') }

var daysOf = [16]int{1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}

func isDay(year, month, day int) bool {
	if month > 12 || day < 1 {
		return false
	}
	leap := month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0)
	return day <= daysOf[month] || leap && day == 29
}
