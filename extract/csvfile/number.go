package csvfile

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at as one word, the first byte lowest.
const (
	everyByte = 0x0101010101010101
	low7      = 0x7f * everyByte
	high1     = 0x80 * everyByte
	zeros     = '0' * everyByte
	points    = '.' * everyByte
)

func word(data []byte, at int) uint64 { return binary.LittleEndian.Uint64(data[at:]) }

// zeroBytes sets the high bit of every byte that is zero, and no other bit.
func zeroBytes(x uint64) uint64 { return ^((x&low7 + low7) | x | low7) }

// allDigits reports whether all eight bytes are '0' to '9'.
func allDigits(w uint64) bool {
	return w&(0xf0*everyByte) == zeros && (w+0x06*everyByte)&(0xf0*everyByte) == zeros
}

// shortWord holds the n bytes (0 to 8) at a place, behind zeros.
func shortWord(data []byte, at, n int) uint64 {
	return word(data, at)<<(64-8*uint(n)) | zeros>>(8*uint(n))
}

// sign is the length of the sign at a place.
func sign(data []byte, at int) int {
	if b := data[at]; b == '-' || b == '+' {
		return 1
	}
	return 0
}

const maxDigits = 18

func isInteger(data []byte, from, to int) bool {
	from += sign(data, from)
	n := to - from
	switch {
	case n < 1 || n > maxDigits:
		return false
	case n <= 8:
		return allDigits(shortWord(data, from, n))
	case n <= 16:
		return allDigits(word(data, from)) && allDigits(word(data, to-8))
	}
	return allDigits(word(data, from)) && allDigits(word(data, from+8)) && allDigits(word(data, to-8))
}

// decimal is how many digits may stand before and behind the point.
type decimal struct{ before, behind int }

func (d decimal) fits(data []byte, from, to int) bool {
	from += sign(data, from)
	n := to - from
	if n < 1 || n > 8 {
		return d.fitsLong(data, from, to)
	}
	w := shortWord(data, from, n)
	point := zeroBytes(w ^ points)
	if point == 0 {
		return n <= d.before && allDigits(w)
	}
	place := bits.TrailingZeros64(point) &^ 7
	behind := 7 - place/8
	before := n - 1 - behind
	return before >= 1 && before <= d.before && behind >= 1 && behind <= d.behind &&
		allDigits(w^('.'^'0')<<uint(place))
}

func (d decimal) fitsLong(data []byte, from, to int) bool {
	digits := digitsAt(data, from, to)
	if digits < 1 || digits > d.before {
		return false
	}
	if from+digits == to {
		return true
	}
	behind := to - from - digits - 1
	return data[from+digits] == '.' && behind >= 1 && behind <= d.behind &&
		digitsAt(data, from+digits+1, to) == behind
}

// digitsAt counts the digits at a place, up to the value's end.
func digitsAt(data []byte, from, to int) int {
	n := 0
	for from+n < to && data[from+n]-'0' <= 9 {
		n++
	}
	return n
}
