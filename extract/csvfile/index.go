package csvfile

import "math/bits"

const blockSize = 16 << 10 // bytes indexed at once

// index holds where the fields of a block lie: the i-th is data[starts[i]:stops[i]],
// and at stops[i] is the delimiter or \n that ends it.
type index struct {
	starts []int32
	stops  []int32
	high   bool // some byte is not ASCII
}

func newIndex() *index {
	return &index{starts: make([]int32, blockSize+1), stops: make([]int32, blockSize+1)}
}

// build indexes data[:n], n at most blockSize, up to its last delimiter or \n outside
// quotes. It takes every quote for one that opens or closes a field; the caller
// checks that. At least slack bytes must follow data[:n].
func (x *index) build(data []byte, n int, delimiter byte, quote byte, quotes bool) {
	starts, stops := x.starts[:cap(x.starts)], x.stops[:cap(x.stops)]
	ends, around := uint64(delimiter)*everyByte, uint64(quote)*everyByte
	var high, inside uint64
	starts[0] = 0
	fields := 0
	for at := 0; at < n; at += 64 {
		block := (*[64]byte)(data[at : at+64])
		marks, any := endsIn(block, ends)
		high |= any
		if quotes {
			within := spread64(bytesIn(block, around)) ^ inside
			inside = uint64(int64(within) >> 63)
			marks &^= within
		}
		if at+64 > n {
			marks &= 1<<(n-at) - 1
		}
		for ; marks != 0; marks &= marks - 1 {
			stop := int32(at + bits.TrailingZeros64(marks))
			stops[fields] = stop
			fields++
			starts[fields] = stop + 1
		}
	}
	x.starts, x.stops, x.high = starts[:fields+1], stops[:fields], high&high1 != 0
}

const newlines = '\n' * everyByte

// endsIn finds the delimiters and newlines in 64 bytes: bit i stands for byte i.
// The second word has a high bit set where some byte is not ASCII.
func endsIn(block *[64]byte, delimiters uint64) (marks, high uint64) {
	for i := range 8 {
		high |= word(block[:], 8*i)
	}
	if high&high1 == 0 {
		return asciiEndsIn(block, delimiters), high
	}
	return bytesIn(block, delimiters) | bytesIn(block, newlines), high
}

// asciiEndsIn is endsIn for bytes below 0x80: adding 0x7f sets the high bit of
// every byte but zero, and carries nothing into the next.
func asciiEndsIn(block *[64]byte, delimiters uint64) uint64 {
	w0 := word(block[:], 0)
	w1 := word(block[:], 8)
	w2 := word(block[:], 16)
	w3 := word(block[:], 24)
	w4 := word(block[:], 32)
	w5 := word(block[:], 40)
	w6 := word(block[:], 48)
	w7 := word(block[:], 56)
	others := (((w0^delimiters)+low7)&((w0^newlines)+low7)&high1)>>7 |
		(((w1^delimiters)+low7)&((w1^newlines)+low7)&high1)>>6 |
		(((w2^delimiters)+low7)&((w2^newlines)+low7)&high1)>>5 |
		(((w3^delimiters)+low7)&((w3^newlines)+low7)&high1)>>4 |
		(((w4^delimiters)+low7)&((w4^newlines)+low7)&high1)>>3 |
		(((w5^delimiters)+low7)&((w5^newlines)+low7)&high1)>>2 |
		(((w6^delimiters)+low7)&((w6^newlines)+low7)&high1)>>1 |
		(((w7^delimiters)+low7)&((w7^newlines)+low7)&high1)>>0
	return ^transposed(others)
}

// bytesIn finds one byte, given eight times, in 64 bytes.
func bytesIn(block *[64]byte, wanted uint64) (marks uint64) {
	for i := range 8 {
		marks |= zeroBytes(word(block[:], 8*i)^wanted) >> (7 - i)
	}
	return transposed(marks)
}

// transposed turns a square of eight by eight bits around its diagonal: bit i of
// byte j becomes bit j of byte i (Warren, Hacker's Delight, 7-3).
func transposed(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// spread64 sets every bit from each odd bit that is set to before the next even
// one: the bytes from an opening quote to before its closing one.
func spread64(quotes uint64) uint64 {
	for shift := 1; shift < 64; shift *= 2 {
		quotes ^= quotes << shift
	}
	return quotes
}
