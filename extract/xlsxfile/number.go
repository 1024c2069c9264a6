package xlsxfile

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// appendNumber appends a number plainly: whole numbers as they stand, others as the
// shortest text that reads back as the same float64. What is no number is appended
// as it stands.
func appendNumber(to, raw []byte) []byte {
	whole, digits, ok := plainParts(raw)
	switch {
	case ok && whole == len(raw):
		return append(to, unsignedZero(raw)...)
	case ok && digits <= 15: // which every float64 tells apart
		return appendDecimal(to, raw, whole)
	}
	f, ok := parse(raw)
	if !ok {
		return append(to, raw...)
	}
	if f == 0 {
		return append(to, '0')
	}
	return strconv.AppendFloat(to, f, 'f', -1, 64)
}

// plainParts looks at a number without exponent: where its point stands, or its
// end, and how many digits it has.
func plainParts(raw []byte) (whole, digits int, ok bool) {
	i := 0
	if len(raw) > 0 && raw[0] == '-' {
		i = 1
	}
	from := i
	for i < len(raw) && raw[i]-'0' <= 9 {
		i++
	}
	whole, digits = i, i-from
	if digits == 0 {
		return 0, 0, false
	}
	if i < len(raw) && raw[i] == '.' {
		for i++; i < len(raw) && raw[i]-'0' <= 9; i++ {
			digits++
		}
	}
	return whole, digits, i == len(raw)
}

// appendDecimal appends a number with a point at a place, without zeros at its end.
func appendDecimal(to, raw []byte, whole int) []byte {
	shown := raw
	for shown[len(shown)-1] == '0' {
		shown = shown[:len(shown)-1]
	}
	if len(shown) == whole+1 {
		shown = shown[:whole]
	}
	return append(to, unsignedZero(shown)...)
}

func unsignedZero(number []byte) []byte {
	if len(number) == 2 && number[0] == '-' && number[1] == '0' {
		return number[1:]
	}
	return number
}

// parse reads a number as Excel writes them, and nothing else that Go knows, such
// as Inf and 0x1p-2.
func parse(raw []byte) (float64, bool) {
	for _, b := range raw {
		if b-'0' > 9 && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil
}

// epoch is what a workbook counts its days from: the Unix day of its day 0.
type epoch int64

const (
	since1900 epoch = 0 // the zero value stands for unixDayOf1900
	since1904 epoch = -24107

	unixDayOf1900 = -25569  // 1899-12-30, right from 1900-03-01 on
	lastDay       = 2957003 // 9999-12-31 in the epoch of 1904, 9995-12-30 in that of 1900
	leapBug       = 60      // day 60 of 1900 is a 29th of February, which there was not
	daySeconds    = 86400
)

// appendMoment appends a number of days as a date, a time or both. What cannot be
// one is appended as a number.
func appendMoment(to, raw []byte, since epoch) []byte {
	days, ok := parse(raw)
	if !ok || days < 0 || days > lastDay {
		return appendNumber(to, raw)
	}
	seconds := int64(math.Round(days * daySeconds))
	if days < 1 {
		return appendClock(to, min(seconds, daySeconds-1))
	}
	to = appendDay(to, seconds/daySeconds, since)
	if clock := seconds % daySeconds; clock != 0 {
		to = appendClock(append(to, ' '), clock)
	}
	return to
}

func appendDay(to []byte, day int64, since epoch) []byte {
	switch {
	case since == since1904:
		day += int64(since1904)
	case day == leapBug:
		return append(to, "1900-02-29"...)
	case day < leapBug:
		day += unixDayOf1900 + 1
	default:
		day += unixDayOf1900
	}
	return time.Unix(day*daySeconds, 0).UTC().AppendFormat(to, time.DateOnly)
}

func appendClock(to []byte, seconds int64) []byte {
	to = append(appendTwo(to, seconds/3600), ':')
	to = append(appendTwo(to, seconds/60%60), ':')
	return appendTwo(to, seconds%60)
}

func appendTwo(to []byte, n int64) []byte { return append(to, byte('0'+n/10), byte('0'+n%10)) }

// appendDuration appends a number of days as hours, minutes and seconds.
func appendDuration(to, raw []byte) []byte {
	days, ok := parse(raw)
	if !ok || days < 0 || days > lastDay {
		return appendNumber(to, raw)
	}
	seconds := int64(math.Round(days * daySeconds))
	if seconds < 100*3600 {
		return appendClock(to, seconds)
	}
	to = append(strconv.AppendInt(to, seconds/3600, 10), ':')
	to = append(appendTwo(to, seconds/60%60), ':')
	return appendTwo(to, seconds%60)
}

// appendISO appends a date of a cell that holds it as text (ISO 8601).
func appendISO(to, raw []byte) []byte {
	day, clock, both := bytes.Cut(raw, []byte{'T'})
	if !both || len(day) != 0 && len(day) != len(time.DateOnly) {
		return append(to, raw...)
	}
	if whole, fraction, ok := bytes.Cut(clock, []byte{'.'}); ok && len(bytes.Trim(fraction, "0")) == 0 {
		clock = whole
	}
	switch {
	case len(day) == 0:
		return append(to, clock...)
	case string(clock) == "00:00:00":
		return append(to, day...)
	}
	return append(append(append(to, day...), ' '), clock...)
}
