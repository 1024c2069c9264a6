package xmltoken

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// headLimit is within how many bytes the XML declaration must end.
const headLimit = 1024

// open finds out the encoding, and has from yield UTF-8 without a byte order mark.
func (r *Reader) open() error {
	head := make([]byte, headLimit)
	n, err := io.ReadFull(r.from, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return r.readError(err)
	}
	head = head[:n]
	head, from, err := encodingOf(head)
	if err != nil {
		return r.fail(err.Error(), "save it as UTF-8")
	}
	r.from = io.MultiReader(bytes.NewReader(head), r.from)
	if from != nil {
		r.decoded = true
		r.from = transform.NewReader(r.from, from.NewDecoder())
	}
	return nil
}

// encodingOf tells a file's encoding by its first bytes, nil for UTF-8, and passes
// the byte order mark of UTF-8.
func encodingOf(head []byte) ([]byte, encoding.Encoding, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return head[3:], nil, nil
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return nil, nil, errors.New("the file is UTF-32, which is not read")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return head, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), nil
	case bytes.HasPrefix(head, []byte("<\x00?\x00")):
		return head, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case bytes.HasPrefix(head, []byte("\x00<\x00?")):
		return head, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	}
	found, err := byName(declared(head))
	return head, found, err
}

// byName is the encoding of a name, nil for UTF-8. A declaration that can be read
// byte by byte is not in UTF-16, whatever it says: programs that write it convert
// the text later and leave the declaration as it was.
func byName(name string) (encoding.Encoding, error) {
	lower := strings.ToLower(strings.TrimSpace(name))
	if lower == "" || lower == "utf-8" || lower == "utf8" || lower == "us-ascii" || strings.HasPrefix(lower, "utf-16") {
		return nil, nil
	}
	found, err := htmlindex.Get(lower)
	if err != nil {
		return nil, errors.New("the file declares an encoding that is not known")
	}
	if found == simplifiedchinese.GBK {
		return simplifiedchinese.GB18030, nil // which holds all of GBK
	}
	return found, nil
}

// declared is the encoding that an XML declaration names, "" if none.
func declared(head []byte) string {
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	declaration, _, closed := bytes.Cut(head, []byte("?>"))
	_, rest, found := bytes.Cut(declaration, []byte("encoding"))
	if !closed || !found {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	rest, found = bytes.CutPrefix(rest, []byte("="))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if !found || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, found := bytes.Cut(rest[1:], rest[:1])
	if !found {
		return ""
	}
	return string(name)
}
