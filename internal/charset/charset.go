// Package charset finds text encodings by their names.
package charset

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Lookup finds a text encoding by name: any that the WHATWG or IANA lists and
// golang.org/x/text knows. GB2312 and GBK are read as GB18030, which holds both.
// UTF-16 and UTF-32 go by their byte order mark, else little-endian. nil is UTF-8.
func Lookup(name string) (encoding.Encoding, error) {
	switch strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-") {
	case "", "utf-8", "utf8":
		return nil, nil
	case "gb18030", "gbk", "gb2312", "cp936", "windows-936":
		return simplifiedchinese.GB18030, nil
	case "utf-16", "utf16", "utf-16le", "utf-16-le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be", "utf-16-be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "utf-32", "utf32", "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), nil
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), nil
	}
	if found, err := htmlindex.Get(name); err == nil {
		return found, nil
	}
	if found, err := ianaindex.IANA.Encoding(name); err == nil && found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("%q is no text encoding known here: use a name such as gb18030, big5, utf-16, windows-1252, shift_jis", name)
}
