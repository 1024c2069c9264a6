package xlsxfile

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape decodes the escapes in text[from:], in place: Excel writes a character
// that XML cannot hold as _xHHHH_, its number in UTF-16, and the underscore in
// front of what only looks like one as _x005F_.
func unescape(text []byte, from int) []byte {
	if !bytes.Contains(text[from:], []byte("_x")) {
		return text
	}
	out := text[:from]
	for i := from; i < len(text); {
		c, ok := escaped(text[i:])
		if !ok {
			out = append(out, text[i])
			i++
			continue
		}
		i += escapeLength
		if utf16.IsSurrogate(c) {
			low, ok := escaped(text[i:])
			if c = utf16.DecodeRune(c, low); ok && c != utf8.RuneError {
				i += escapeLength
			}
		}
		out = utf8.AppendRune(out, c)
	}
	return out
}

const escapeLength = len("_xHHHH_")

// escaped is the character of the escape at the front of a text, and whether there
// is one.
func escaped(text []byte) (rune, bool) {
	if len(text) < escapeLength || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return 0, false
	}
	var c rune
	for _, b := range text[2:6] {
		switch {
		case b >= '0' && b <= '9':
			c = c<<4 | rune(b-'0')
		case b|0x20 >= 'a' && b|0x20 <= 'f':
			c = c<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return c, true
}
