package poslog

import (
	"bytes"
	"math/big"
	"strings"
	"time"
)

// value is a column's value within the reader's text.
type value struct {
	from, to int32
	rank     uint8 // of the place that it was found in
	set      bool
}

// blanks around a value are no part of it.
const blanks = " \t\r\n"

// asTaken writes a text the way that a column takes it, in place.
func (h how) asTaken(text []byte) []byte {
	switch h {
	case flag:
		return asFlag(text)
	case stamp:
		return asStamp(text)
	case day:
		return asDay(text)
	}
	return text
}

// asFlag writes a truth value of XML or of those who did not look it up as true or
// false; other texts stay.
func asFlag(text []byte) []byte {
	switch strings.ToLower(string(text)) {
	case "true", "1", "yes", "y":
		return []byte("true")
	case "false", "0", "no", "n":
		return []byte("false")
	}
	return text
}

// asStamp writes 2006-01-02T15:04:05 with a space for the T. A fraction of zeros
// goes; any other stays, and so does the zone.
func asStamp(text []byte) []byte {
	const length = len(time.DateTime)
	if len(text) < length || text[10] != 'T' || text[4] != '-' || text[13] != ':' {
		return text
	}
	text[10] = ' '
	rest := text[length:]
	if len(rest) == 0 || rest[0] != '.' {
		return text
	}
	zeros := 1
	for zeros < len(rest) && rest[zeros] == '0' {
		zeros++
	}
	if zeros < len(rest) && rest[zeros]-'0' <= 9 {
		return text
	}
	return append(text[:length], rest[zeros:]...)
}

// asDay cuts a day's time zone off, which a business day does not have, and its
// time of day, if that is midnight.
func asDay(text []byte) []byte {
	const length = len(time.DateOnly)
	if len(text) <= length || text[4] != '-' || text[7] != '-' {
		return text
	}
	rest := bytes.TrimSuffix(text[length:], []byte("Z"))
	if zone := len(rest) - len("+08:00"); zone >= 0 && (rest[zone] == '+' || rest[zone] == '-') && rest[zone+3] == ':' {
		rest = rest[:zone]
	}
	switch string(rest) {
	case "", "T00:00:00", "T00:00:00.000":
		return text[:length]
	}
	return text
}

// add adds two decimals exactly. What is no decimal wins, so that a cast rejects
// the sum.
func add(a, b []byte) []byte {
	x, xScale, ok := decimal(a)
	if !ok {
		return a
	}
	y, yScale, ok := decimal(b)
	if !ok {
		return b
	}
	scale := max(xScale, yScale)
	x.Mul(x, tens(scale-xScale))
	y.Mul(y, tens(scale-yScale))
	return written(x.Add(x, y), scale)
}

// negate is a decimal with the other sign; what is none stays.
func negate(text []byte) []byte {
	x, scale, ok := decimal(text)
	if !ok {
		return text
	}
	return written(x.Neg(x), scale)
}

// maxDecimal is the length above which nothing is taken for a decimal.
const maxDecimal = 64

// decimal reads digits, with a sign in front and a point between them or without,
// as a whole number and how many of its digits are behind the point.
func decimal(text []byte) (*big.Int, int, bool) {
	if len(text) == 0 || len(text) > maxDecimal {
		return nil, 0, false
	}
	whole, fraction, pointed := strings.Cut(string(text), ".")
	digits := strings.TrimLeft(whole[:min(1, len(whole))], "+-") + whole[min(1, len(whole)):] + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" || pointed && fraction == "" {
		return nil, 0, false
	}
	x, ok := new(big.Int).SetString(digits, 10)
	if ok && whole != "" && whole[0] == '-' {
		x.Neg(x)
	}
	return x, len(fraction), ok
}

func tens(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// written writes a decimal with so many digits behind the point.
func written(x *big.Int, scale int) []byte {
	digits := new(big.Int).Abs(x).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	out := make([]byte, 0, len(digits)+2)
	if x.Sign() < 0 {
		out = append(out, '-')
	}
	out = append(out, digits[:len(digits)-scale]...)
	if scale > 0 {
		out = append(append(out, '.'), digits[len(digits)-scale:]...)
	}
	return out
}
