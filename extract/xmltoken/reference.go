package xmltoken

import (
	"bytes"
	"unicode/utf8"
)

// longestReference is the length in bytes of the longest reference that is read:
// &#x0000000010FFFF; with some zeros to spare.
const longestReference = 32

const badReference = "an & begins no reference to a character or to one of amp, lt, gt, quot and apos"

// resolve replaces the references of a text and makes its line ends \n, in place:
// what a reference stands for is never longer than itself.
func resolve(text []byte) (resolved []byte, problem string) {
	out := text[:0]
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(out, unixLines(text)...), ""
		}
		out = append(out, unixLines(text[:i])...)
		text = text[i+1:]
		end := bytes.IndexByte(text[:min(len(text), longestReference)], ';')
		if end < 0 {
			return nil, badReference
		}
		c := referred(text[:end])
		if c < 0 {
			return nil, badReference
		}
		out = utf8.AppendRune(out, c)
		text = text[end+1:]
	}
}

// referred is the character that a reference names, -1 if none.
func referred(name []byte) rune {
	switch string(name) {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	if len(name) < 2 || name[0] != '#' {
		return -1
	}
	if name[1] == 'x' {
		return number(name[2:], 16)
	}
	return number(name[1:], 10)
}

// number is a character's number, -1 if XML has no such character.
func number(digits []byte, base rune) rune {
	if len(digits) == 0 {
		return -1
	}
	var c rune
	for _, b := range digits {
		d := digit(b)
		if d < 0 || d >= base {
			return -1
		}
		if c = c*base + d; c > utf8.MaxRune {
			return -1
		}
	}
	if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0xd800 && c < 0xe000 || c == 0xfffe || c == 0xffff {
		return -1
	}
	return c
}

func digit(b byte) rune {
	switch {
	case b >= '0' && b <= '9':
		return rune(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return rune(b|0x20-'a') + 10
	}
	return -1
}

// unixLines makes every \r\n and every other \r of a text a \n, in place.
func unixLines(text []byte) []byte {
	i := bytes.IndexByte(text, '\r')
	if i < 0 {
		return text
	}
	out := text[:i]
	for ; i < len(text); i++ {
		b := text[i]
		if b == '\r' {
			b = '\n'
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
		}
		out = append(out, b)
	}
	return out
}
