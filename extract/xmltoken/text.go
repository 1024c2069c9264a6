package xmltoken

import (
	"bytes"
	"unicode/utf8"
)

// plainText reads text up to the next tag, or a part of it. Outside the root
// element only spaces may stand, which are passed.
func (r *Reader) plainText() (Kind, error) {
	for {
		ahead := r.buf[r.pos:r.end]
		n := bytes.IndexByte(ahead, '<')
		if n < 0 && len(ahead) >= textPart {
			n = wholePart(ahead)
		}
		if n < 0 && r.eof {
			n = len(ahead)
		}
		if n > 0 {
			return r.gotText(ahead[:n], n, true)
		}
		if !r.fill(windowSize) && !r.eof {
			return 0, r.endedInside()
		}
	}
}

// cdataText reads a CDATA section, or a part of it.
func (r *Reader) cdataText() (Kind, error) {
	const end = "]]>"
	for {
		ahead := r.buf[r.pos:r.end]
		if n := bytes.Index(ahead, []byte(end)); n >= 0 {
			r.cdata = false
			return r.gotText(ahead[:n], n+len(end), false)
		}
		if len(ahead) >= textPart {
			n := wholePart(ahead[:len(ahead)-len(end)])
			return r.gotText(ahead[:n], n, false)
		}
		if !r.fill(windowSize) {
			return 0, r.endedInside()
		}
	}
}

// gotText takes text for the token; whole is how many bytes of the file it is.
func (r *Reader) gotText(text []byte, whole int, references bool) (Kind, error) {
	if len(r.opens) == 0 {
		if len(bytes.Trim(text, " \t\r\n")) > 0 {
			return 0, r.bad("text stands outside the root element")
		}
		r.pos += whole
		return 0, nil
	}
	if len(text) == 0 || r.skipping {
		r.pos += whole
		return 0, nil
	}
	if references && bytes.IndexByte(text, '&') >= 0 {
		r.beforeChange(r.pos + whole)
		resolved, problem := resolve(text)
		if problem != "" {
			return 0, r.bad(problem)
		}
		text = resolved
	} else if bytes.IndexByte(text, '\r') >= 0 {
		r.beforeChange(r.pos + whole)
		text = unixLines(text)
	}
	r.text = text
	r.pos += whole
	return Text, nil
}

// wholePart is how many bytes of the front of a long text can be read without what
// follows: no reference, character or line end is cut. At least one byte is.
func wholePart(text []byte) int {
	n := runeEnd(text)
	if i := bytes.LastIndexByte(text[n-longestReference:n], '&'); i >= 0 {
		n -= longestReference - i
	}
	if text[n-1] == '\r' {
		n--
	}
	return n
}

// runeEnd is how many bytes of a text hold whole characters; all of them, if the
// last ones are no UTF-8.
func runeEnd(text []byte) int {
	for n := len(text); n > len(text)-utf8.UTFMax; n-- {
		if !utf8.RuneStart(text[n-1]) {
			continue
		}
		if utf8.FullRune(text[n-1:]) {
			break
		}
		return n - 1
	}
	return len(text)
}
