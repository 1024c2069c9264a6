package delivered

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// sampleSize is how many bytes of a text are looked at for its encoding.
const sampleSize = 64 << 10

// A MistakenError says that a delivery is plainly no text, or not in the encoding that
// its source says.
type MistakenError struct {
	File    File
	Problem string // what it is, and what to do
}

func (e *MistakenError) Error() string { return "reading " + e.File.String() + ": " + e.Problem }

// noText are the first bytes of files that are no text, whatever their name says.
var noText = []struct{ begins, is, do string }{
	{"PK\x03\x04", "a zip archive or an Excel workbook", "name it .zip, deliver what is in it, or set the source's format to excel"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or an encrypted one", "have it saved as .xlsx without a password, or as text"},
	{"PAR1\x15", "a Parquet file", "set the source's format to parquet"},
	{"%PDF-", "a PDF document", "ask for the data itself"},
}

// mistaken says what a text is plainly not as its source says, and what to do; "" if
// nothing. A sample of another encoding must show it many times: that characters of
// GBK look like UTF-8 here and there happens by chance.
func mistaken(sample []byte, name string, coding encoding.Encoding) string {
	wide := coding != nil && isWide(coding)
	utf16 := bytes.HasPrefix(sample, []byte("\xff\xfe")) || bytes.HasPrefix(sample, []byte("\xfe\xff"))
	switch {
	case utf16 && coding == nil:
		return "it begins with the byte order mark of UTF-16, and nightjar.yaml says nothing of it: set `encoding: utf-16`, or have it saved as UTF-8"
	case utf16 && !wide:
		return "it begins with the byte order mark of UTF-16, and nightjar.yaml says " + name + ": correct `encoding`"
	case coding != nil && bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		return "it begins with the byte order mark of UTF-8, and nightjar.yaml says " + name + ": correct `encoding`, or ask the sender what changed"
	case wide && len(sample) > 0 && utf8.Valid(whole(sample)) && bytes.IndexByte(sample, 0) < 0:
		return "it is UTF-8, and nightjar.yaml says " + name + ", of which every line end has a zero byte: correct `encoding`, or ask the sender what changed"
	case coding != nil && !wide && looksLikeUTF8(whole(sample), coding):
		return "it reads as UTF-8 throughout, and nightjar.yaml says " + name + ": correct `encoding`, or ask the sender what changed"
	}
	for _, other := range noText {
		if !wide && bytes.HasPrefix(sample, []byte(other.begins)) {
			return "it is " + other.is + ", and no text: " + other.do
		}
	}
	return ""
}

// isWide says whether an encoding writes a line end as several bytes.
func isWide(coding encoding.Encoding) bool {
	end, err := coding.NewEncoder().Bytes([]byte("\n"))
	return err == nil && len(end) > 1
}

// whole is a sample without the character that its end cuts off.
func whole(sample []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(sample); i++ {
		if at := len(sample) - i; utf8.RuneStart(sample[at]) {
			if !utf8.FullRune(sample[at:]) {
				return sample[:at]
			}
			break
		}
	}
	return sample
}

// looksLikeUTF8 says whether a sample holds several characters of UTF-8, and nothing
// that is none. Of encodings that write most characters in two bytes, those of two
// bytes prove nothing.
func looksLikeUTF8(sample []byte, coding encoding.Encoding) bool {
	shortest, enough := 3, 4
	if _, single := coding.(*charmap.Charmap); single {
		shortest, enough = 2, 3
	}
	seen := map[rune]bool{}
	for len(sample) > 0 {
		c, size := utf8.DecodeRune(sample)
		if c == utf8.RuneError && size <= 1 {
			return false
		}
		if size >= shortest {
			seen[c] = true
		}
		sample = sample[size:]
	}
	return len(seen) >= enough
}
