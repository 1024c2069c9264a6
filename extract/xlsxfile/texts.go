package xlsxfile

import (
	"errors"
	"fmt"
	"io"

	"nightjar/extract/xmltoken"
)

// textsLimit is how many bytes of shared texts are held in memory, with four for
// the place of each.
var textsLimit = 256 << 20

// texts are the texts that cells point at by number.
type texts struct {
	all  []byte
	ends []uint32 // where each ends in all
}

// at is a text by its number, and whether there is one.
func (t *texts) at(n int) ([]byte, bool) {
	if n < 0 || n >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if n > 0 {
		from = t.ends[n-1]
	}
	return t.all[from:t.ends[n]:t.ends[n]], true
}

// readTexts reads the shared texts.
func (b *book) readTexts() (*texts, error) {
	t := &texts{}
	if b.strings == "" || !b.has(b.strings) {
		return t, nil // a cell that points at one is unreadable
	}
	content, err := b.open(b.strings, maxStrings)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	x := xmltoken.NewReader(content, b.name+"/sharedStrings.xml")
	for {
		kind, err := x.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if kind != xmltoken.Start || string(x.Name()) != "si" {
			continue
		}
		if t.all, err = appendRich(t.all, x, textsLimit); err != nil {
			return nil, err
		}
		t.ends = append(t.ends, uint32(len(t.all)))
		if len(t.all)+4*len(t.ends) > textsLimit {
			return nil, fault(b.name, fmt.Sprintf("its cells share more than %d MiB of texts", textsLimit>>20),
				"have it split into several files, or delivered as CSV")
		}
	}
}

// appendRich appends the text of a shared or inline text, whose start tag x is at:
// every t in it, except those of phonetic guides. What is beyond limit bytes in
// all is left out, and one byte more than limit tells so.
func appendRich(to []byte, x *xmltoken.Reader, limit int) ([]byte, error) {
	from := len(to)
	for depth := x.Depth(); x.Depth() >= depth; {
		kind, err := x.Next()
		if err != nil {
			return to, err
		}
		if kind != xmltoken.Start {
			continue
		}
		switch string(x.Name()) {
		case "t":
			to, err = appendText(to, x, limit)
		case "rPh":
			err = x.Skip()
		}
		if err != nil {
			return to, err
		}
	}
	return unescape(to, from), nil
}

// appendText appends the text of an element, whose start tag x is at, and reads on
// to its end tag. Elements in it are passed. limit is as of appendRich.
func appendText(to []byte, x *xmltoken.Reader, limit int) ([]byte, error) {
	for {
		kind, err := x.Next()
		switch {
		case err != nil:
			return to, err
		case kind == xmltoken.End:
			return to, nil
		case kind == xmltoken.Start:
			if err := x.Skip(); err != nil {
				return to, err
			}
		default:
			text := x.Text()
			to = append(to, text[:max(0, min(len(text), limit+1-len(to)))]...)
		}
	}
}
