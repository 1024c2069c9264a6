package xmltoken

import "bytes"

// Bytes by what they may be. Bytes above ASCII are letters of some language.
var (
	spaces   = [256]bool{' ': true, '\t': true, '\r': true, '\n': true}
	initials = tableOf(func(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' || b == ':' || b >= 0x80 })
	nameable = tableOf(func(b byte) bool { return initials[b] || b >= '0' && b <= '9' || b == '-' || b == '.' })
	// special is what ends the plain part of an attribute's value.
	special = [256]bool{'"': true, '\'': true, '&': true, '<': true, '\r': true}
)

func tableOf(is func(byte) bool) (table [256]bool) {
	for b := range table {
		table[b] = is(byte(b))
	}
	return table
}

// Problems of tags.
const (
	badName  = "a tag has no name, or an attribute none"
	badAttr  = "an attribute is not written as name=\"value\" with a space in front"
	bareLess = "an attribute's value holds a <"
)

// parseStart reads the start tag at the front of data into r.full, r.prefix,
// r.local, r.attrs and r.empty. It returns how many bytes it has, 0 if data ends before it
// does, or what is wrong with it.
func (r *Reader) parseStart(data []byte) (n int, problem string) {
	i := 1
	for i < len(data) && nameable[data[i]] {
		i++
	}
	if i == len(data) {
		return 0, ""
	}
	if i == 1 || !initials[data[1]] {
		return 0, badName
	}
	r.full = data[1:i]
	if !r.skipping {
		r.prefix, r.local = split(r.full)
	}
	r.attrs = r.attrs[:0]
	for {
		before := i
		for i < len(data) && spaces[data[i]] {
			i++
		}
		if i+1 >= len(data) && (i == len(data) || data[i] != '>') {
			return 0, ""
		}
		switch {
		case data[i] == '>':
			r.empty = false
			return i + 1, ""
		case data[i] == '/' && data[i+1] == '>':
			r.empty = true
			return i + 2, ""
		case i == before:
			return 0, badAttr
		}
		if i, problem = r.parseAttr(data, i); i == 0 {
			return 0, problem
		}
	}
}

// parseAttr reads the attribute at a place, and returns the place behind it, 0 if
// data ends before it does.
func (r *Reader) parseAttr(data []byte, at int) (behind int, problem string) {
	i := at
	for i < len(data) && nameable[data[i]] {
		i++
	}
	name := data[at:i]
	if len(name) == 0 || !initials[name[0]] {
		return 0, badName
	}
	i = passSpaces(data, i)
	if i < len(data) && data[i] != '=' {
		return 0, badAttr
	}
	i = passSpaces(data, i+1)
	if i >= len(data) {
		return 0, ""
	}
	quote := data[i]
	if quote != '"' && quote != '\'' {
		return 0, badAttr
	}
	i++
	from, marked := i, false
	for {
		for i < len(data) && !special[data[i]] {
			i++
		}
		if i == len(data) {
			return 0, ""
		}
		switch data[i] {
		case quote:
			if !r.skipping {
				r.addAttr(name, data[from:i], marked)
			}
			return i + 1, ""
		case '<':
			return 0, bareLess
		case '&', '\r':
			marked = true
		}
		i++
	}
}

func (r *Reader) addAttr(name, value []byte, marked bool) {
	prefix, local := split(name)
	r.attrs = append(r.attrs, Attr{Prefix: prefix, Name: local, Value: value, marked: marked})
}

func passSpaces(data []byte, i int) int {
	for i < len(data) && spaces[data[i]] {
		i++
	}
	return i
}

// split cuts a name at its colon; one that has several, or one at its begin or
// end, is left whole.
func split(name []byte) (prefix, local []byte) {
	for i, b := range name { // names are short: faster than bytes.IndexByte
		if b == ':' {
			if i == 0 || i == len(name)-1 || bytes.IndexByte(name[i+1:], ':') >= 0 {
				return nil, name
			}
			return name[:i], name[i+1:]
		}
	}
	return nil, name
}
