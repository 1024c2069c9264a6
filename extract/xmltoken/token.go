package xmltoken

import (
	"bytes"
	"io"
)

// next reads the next token that is not passed.
func (r *Reader) next() (Kind, error) {
	if !r.opened {
		r.opened = true
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	if r.empty {
		r.empty = false
		r.close()
		return End, nil
	}
	for {
		kind, err := r.token()
		if kind != 0 || err != nil {
			return kind, err
		}
	}
}

// token reads what comes next; its kind is 0 if it was passed.
func (r *Reader) token() (Kind, error) {
	r.start = r.pos
	if r.pos == r.end && !r.fill(windowSize) {
		return 0, r.ended()
	}
	switch {
	case r.cdata:
		return r.cdataText()
	case r.buf[r.pos] != '<':
		return r.plainText()
	}
	if r.end-r.pos < 2 && !r.fill(windowSize) {
		return 0, r.endedInside()
	}
	switch r.buf[r.pos+1] {
	case '/':
		return r.endTag()
	case '!':
		return 0, r.markup()
	case '?':
		return 0, r.passTo("?>", 2)
	default:
		return r.startTag()
	}
}

// ended is the error at the end of the file.
func (r *Reader) ended() error {
	if r.err != nil {
		return r.err
	}
	if len(r.opens) > 0 || r.cdata {
		return r.cutOff()
	}
	if !r.rooted {
		return r.fail("the file holds no element", "it is empty or no XML: ask the sender for it again")
	}
	return io.EOF
}

// endedInside is the error at the end of the file within a token.
func (r *Reader) endedInside() error {
	if r.err != nil {
		return r.err
	}
	return r.cutOff()
}

// markup is what begins with <!: a comment and a CDATA section are read, nothing
// else is.
func (r *Reader) markup() error {
	const cdata, comment = "<![CDATA[", "<!--"
	for r.end-r.pos < len(cdata) && r.fill(windowSize) {
	}
	ahead := r.buf[r.pos:r.end]
	switch {
	case r.err != nil:
		return r.err
	case bytes.HasPrefix(ahead, []byte(comment)):
		return r.passTo("-->", len(comment))
	case bytes.HasPrefix(ahead, []byte(cdata)):
		if len(r.opens) == 0 {
			return r.bad("text stands outside the root element")
		}
		r.cdata = true
		r.pos += len(cdata)
		return nil
	case bytes.HasPrefix(ahead, []byte("<!DOCTYPE")):
		return r.fail("the file has a DOCTYPE, which is refused, since it can define text that "+
			"grows without end or fetch other files", "have it written without")
	case r.eof && bytes.HasPrefix([]byte(cdata), ahead):
		return r.cutOff()
	}
	return r.bad("a tag begins with <! that is neither comment nor CDATA section")
}

// passTo passes a comment or instruction, however long, up to its end; open is how
// many bytes begin it.
func (r *Reader) passTo(end string, open int) error {
	from := open
	for {
		if i := bytes.Index(r.buf[min(r.pos+from, r.end):r.end], []byte(end)); i >= 0 {
			r.pos += from + i + len(end)
			return nil
		}
		if r.end-r.pos > windowSize/2 {
			r.pos, from = r.end-len(end), 0
			r.start = r.pos
		}
		if !r.fill(windowSize) {
			return r.endedInside()
		}
	}
}

// startTag reads a start tag.
func (r *Reader) startTag() (Kind, error) {
	for {
		n, problem := r.parseStart(r.buf[r.pos:r.end])
		switch {
		case problem != "":
			return 0, r.bad(problem)
		case n > 0:
			return Start, r.started(n)
		}
		if !r.fill(MaxTag) {
			return 0, r.tooLong()
		}
	}
}

// tooLong is the error of a tag that does not end.
func (r *Reader) tooLong() error {
	if r.err == nil && !r.eof {
		return r.bad("a tag has more than a mebibyte")
	}
	return r.endedInside()
}

// started opens the element of a start tag of n bytes.
func (r *Reader) started(n int) error {
	switch {
	case len(r.opens) == 0 && r.rooted:
		return r.bad("a second root element follows the first")
	case len(r.opens) == MaxDepth:
		return r.bad("more than 1000 elements stand within each other")
	}
	r.rooted = true
	r.opens = append(r.opens, int32(len(r.names)))
	r.names = append(r.names, r.full...)
	if r.skipping {
		r.pos += n
		return nil
	}
	for i := range r.attrs {
		if r.attrs[i].marked {
			r.beforeChange(r.pos + n)
			if err := r.resolveAttrs(); err != nil {
				return err
			}
			break
		}
	}
	r.pos += n
	return nil
}

func (r *Reader) resolveAttrs() error {
	for i := range r.attrs {
		if a := &r.attrs[i]; a.marked {
			value, problem := resolve(a.Value)
			if problem != "" {
				return r.bad(problem)
			}
			a.Value, a.marked = value, false
		}
	}
	return nil
}

// endTag reads an end tag, which must be that of the innermost open element.
func (r *Reader) endTag() (Kind, error) {
	for {
		ahead := r.buf[r.pos:r.end]
		if i := bytes.IndexByte(ahead, '>'); i >= 0 {
			return End, r.ends(ahead[2:i], i+1)
		}
		if !r.fill(MaxTag) {
			return 0, r.tooLong()
		}
	}
}

func (r *Reader) ends(name []byte, n int) error {
	for len(name) > 0 && spaces[name[len(name)-1]] {
		name = name[:len(name)-1]
	}
	if len(r.opens) == 0 {
		return r.bad("an end tag closes no element")
	}
	if !bytes.Equal(name, r.names[r.opens[len(r.opens)-1]:]) {
		return r.bad("an end tag closes another element than the one that is open")
	}
	r.full = name
	if !r.skipping {
		r.prefix, r.local = split(name)
	}
	r.pos += n
	r.close()
	return nil
}

// close closes the innermost open element.
func (r *Reader) close() {
	last := len(r.opens) - 1
	r.names = r.names[:r.opens[last]]
	r.opens = r.opens[:last]
}
