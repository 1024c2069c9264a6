package xmltoken_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"nightjar/extract/xmltoken"
)

// FuzzTokens holds Reader to encoding/xml wherever both accept a file, and to
// itself when the file comes byte by byte.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{
		`<a b="1"><c/>x&amp;y<![CDATA[z]]><!-- c --></a>`,
		"<?xml version='1.0' encoding='UTF-8'?>\r\n<p:a xmlns:p='u'><p:b>&#65;</p:b></p:a>\n",
		"\xef\xbb\xbf<a>电</a>", "<!DOCTYPE a><a/>", "<a><b></a>", "<a x='>'>]]></a>",
		"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := tokens(xmltoken.NewReader(bytes.NewReader(data), "file.xml"))
		slow, slowErr := tokens(xmltoken.NewReader(iotest.OneByteReader(bytes.NewReader(data)), "file.xml"))
		if got != slow || fmt.Sprint(err) != fmt.Sprint(slowErr) {
			t.Errorf("got %s %v, byte by byte %s %v", got, err, slow, slowErr)
		}
		want, wantErr := byStandard(data)
		if err == nil && wantErr == nil && got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		skipAll(data)
	})
}

// byStandard reads with encoding/xml. What it accepts and this package does not
// concern itself with, it refuses.
func byStandard(data []byte) (string, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return "", errors.New("UTF-16")
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	var out, text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			fmt.Fprintf(&out, "%q\n", text.String())
			text.Reset()
		}
	}
	depth := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch x := token.(type) {
		case xml.StartElement:
			flush()
			depth++
			fmt.Fprintf(&out, "<%s", join([]byte(x.Name.Space), []byte(x.Name.Local)))
			for _, a := range x.Attr {
				fmt.Fprintf(&out, " %s=%q", join([]byte(a.Name.Space), []byte(a.Name.Local)), a.Value)
			}
			out.WriteString(">\n")
		case xml.EndElement:
			flush()
			depth--
			fmt.Fprintf(&out, "</%s>\n", join([]byte(x.Name.Space), []byte(x.Name.Local)))
		case xml.CharData:
			if depth > 0 {
				text.Write(x)
			}
		case xml.Directive:
			return "", errors.New("DOCTYPE")
		}
	}
}

func skipAll(data []byte) {
	r := xmltoken.NewReader(bytes.NewReader(data), "file.xml")
	if _, err := r.Next(); err == nil {
		_ = r.Skip()
	}
}
