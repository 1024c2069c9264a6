package xmltoken_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"nightjar/extract/xmltoken"
)

// tokens writes what a file holds as one line a token.
func tokens(r *xmltoken.Reader) (string, error) {
	var out strings.Builder
	var text []byte
	flush := func() {
		if len(text) > 0 {
			fmt.Fprintf(&out, "%q\n", text)
			text = nil
		}
	}
	for {
		kind, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		switch kind {
		case xmltoken.Start:
			flush()
			fmt.Fprintf(&out, "<%s", join(r.Prefix(), r.Name()))
			for _, a := range r.Attrs() {
				fmt.Fprintf(&out, " %s=%q", join(a.Prefix, a.Name), a.Value)
			}
			out.WriteString(">\n")
		case xmltoken.End:
			flush()
			fmt.Fprintf(&out, "</%s>\n", join(r.Prefix(), r.Name()))
		case xmltoken.Text:
			text = append(text, r.Text()...)
		}
	}
}

func join(prefix, local []byte) string {
	if len(prefix) == 0 {
		return string(local)
	}
	return string(prefix) + ":" + string(local)
}

func read(text string) (string, error) {
	return tokens(xmltoken.NewReader(strings.NewReader(text), "file.xml"))
}

func TestTokens(t *testing.T) {
	for name, c := range map[string]struct{ xml, want string }{
		"elements and text":        {`<a><b>x</b>y</a>`, "<a>\n<b>\n\"x\"\n</b>\n\"y\"\n</a>\n"},
		"an empty element":         {`<a><b/><c /></a>`, "<a>\n<b>\n</b>\n<c>\n</c>\n</a>\n"},
		"attributes":               {"<a b='1' c = \"2\"\n d='\"'/>", "<a b=\"1\" c=\"2\" d=\"\\\"\">\n</a>\n"},
		"an attribute with >":      {`<a b="x>y"/>`, "<a b=\"x>y\">\n</a>\n"},
		"prefixes":                 {`<p:a q:b="1" xmlns:p="u"/>`, "<p:a q:b=\"1\" xmlns:p=\"u\">\n</p:a>\n"},
		"the five entities":        {`<a b="&lt;&quot;">&amp;&gt;&apos;</a>`, "<a b=\"<\\\"\">\n\"&>'\"\n</a>\n"},
		"references to characters": {`<a>&#65;&#x4e2d;&#x1F600;&#9;</a>`, "<a>\n\"A中😀\\t\"\n</a>\n"},
		"a resolved one is text":   {`<a>&amp;lt;</a>`, "<a>\n\"&lt;\"\n</a>\n"},
		"CDATA":                    {`<a>x<![CDATA[<b>&amp;]]]>y</a>`, "<a>\n\"x<b>&amp;]y\"\n</a>\n"},
		"an empty CDATA":           {`<a><![CDATA[]]></a>`, "<a>\n</a>\n"},
		"comments, instructions":   {"<?xml version='1.0'?><!-- <x> --><a>1<!---->2<?p <x> ?>3</a><!-- - -- -->\n", "<a>\n\"123\"\n</a>\n"},
		"line ends":                {"<a b='1\r\n2\r3'>1\r\n2\r3\n</a>", "<a b=\"1\\n2\\n3\">\n\"1\\n2\\n3\\n\"\n</a>\n"},
		"a kept carriage return":   {"<a>1&#13;\n</a>", "<a>\n\"1\\r\\n\"\n</a>\n"},
		"a space in the end tag":   {"<a></a\n >", "<a>\n</a>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, slow := range []bool{false, true} {
				var from io.Reader = strings.NewReader(c.xml)
				if slow {
					from = iotest.OneByteReader(from)
				}
				got, err := tokens(xmltoken.NewReader(from, "file.xml"))
				if err != nil || got != c.want {
					t.Errorf("got\n%s%v, want\n%s", got, err, c.want)
				}
			}
		})
	}
}

func TestFaults(t *testing.T) {
	deep := strings.Repeat("<a>", 1001)
	for name, c := range map[string]struct{ xml, want string }{
		"DOCTYPE":            {"<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "line 1: the file has a DOCTYPE"},
		"an unknown entity":  {"<a>\n&b;</a>", "line 1: an & begins no reference"},
		"a bare &":           {"<a>\n<b>x & y</b></a>", "line 2: an & begins no reference"},
		"no such character":  {"<a>&#0;</a>", "an & begins no reference"},
		"the wrong end tag":  {"<a>\n\n<b></a>", "line 3: an end tag closes another element"},
		"an end tag alone":   {"<a/></a>", "an end tag closes no element"},
		"a second root":      {"<a/>\n<b/>", "line 2: a second root element"},
		"text outside":       {"<a/>x", "text stands outside"},
		"text in front":      {"x<a/>", "text stands outside"},
		"CDATA outside":      {"<a/><![CDATA[x]]>", "text stands outside"},
		"an empty file":      {"", "the file holds no element"},
		"only a comment":     {"<!-- x -->", "the file holds no element"},
		"cut off":            {"<a>\n<b>x", "line 2: the file ends before"},
		"cut off in a tag":   {"<a>\n<b c='", "line 2: the file ends before"},
		"cut off in CDATA":   {"<a><![CDATA[x", "the file ends before"},
		"cut off in markup":  {"<a><![CD", "the file ends before"},
		"cut off in comment": {"<a><!-- x", "the file ends before"},
		"no name":            {"<a>< b/></a>", "a tag has no name"},
		"a digit first":      {"<1/>", "a tag has no name"},
		"no quotes":          {"<a b=c/>", "an attribute is not written"},
		"no value":           {"<a b/>", "an attribute is not written"},
		"no space":           {"<a b='1'c='2'/>", "an attribute is not written"},
		"< in a value":       {"<a b='<'/>", "holds a <"},
		"other markup":       {"<a><!ELEMENT b></a>", "neither comment nor CDATA"},
		"too deep":           {deep, "more than 1000 elements"},
		"a tag too long":     {"<a b='" + strings.Repeat("x", 2<<20) + "'/>", "more than a mebibyte"},
		"unknown encoding":   {"<?xml version='1.0' encoding='klingon'?><a/>", "an encoding that is not known"},
		"UTF-32":             {"\xff\xfe\x00\x00<\x00\x00\x00", "UTF-32"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.xml)
			var fault *xmltoken.SyntaxError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "reading file.xml: line ") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	for name, c := range map[string]struct {
		encoding encoding.Encoding
		declared string
	}{
		"UTF-8 with BOM":           {unicode.UTF8BOM, "utf-8"},
		"UTF-16LE with BOM":        {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16"},
		"UTF-16BE with BOM":        {unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16"},
		"UTF-16LE":                 {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16"},
		"UTF-16BE":                 {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16"},
		"GB18030":                  {simplifiedchinese.GB18030, "gb18030"},
		"GBK":                      {simplifiedchinese.GBK, "GBK"},
		"GB2312":                   {simplifiedchinese.GBK, "gb2312"},
		"a declaration left stale": {encoding.Nop, "UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "<?xml version=\"1.0\" encoding = '" + c.declared + "'?><订单 a=\"门店\">电话</订单>"
			encoded, err := c.encoding.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(encoded)
			if want := "<订单 a=\"门店\">\n\"电话\"\n</订单>\n"; err != nil || got != want {
				t.Errorf("got %s %v", got, err)
			}
		})
	}
	latin, _ := charmap.ISO8859_1.NewEncoder().String("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>")
	if got, err := read(latin); err != nil || got != "<a>\n\"é\"\n</a>\n" {
		t.Errorf("got %s %v", got, err)
	}
}

// A text that is longer than the window comes in parts, none of which cuts a
// character, reference or line end.
func TestLongText(t *testing.T) {
	for _, piece := range []string{"电", "&amp;x", "\r\n", "\r", "&#x1F600;&lt;", "ab\xff"} {
		for pad := range 5 {
			text := strings.Repeat("p", pad) + strings.Repeat(piece, 200_000/len(piece))
			want := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&#x1F600;", "😀", "\r\n", "\n", "\r", "\n").Replace(text)
			if got, err := read("<a>" + text + "</a>"); err != nil || got != fmt.Sprintf("<a>\n%q\n</a>\n", want) {
				t.Errorf("%q after %d: %d bytes, %v", piece, pad, len(got), err)
			}
			text = strings.ReplaceAll(text, "]", "")
			raw := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
			if got, err := read("<a><![CDATA[" + text + "]]></a>"); err != nil || got != fmt.Sprintf("<a>\n%q\n</a>\n", raw) {
				t.Errorf("CDATA of %q after %d: %d bytes, %v", piece, pad, len(got), err)
			}
		}
	}
	if got, err := read("<a><!--" + strings.Repeat("-x", 500_000) + "-->1</a>"); err != nil || got != "<a>\n\"1\"\n</a>\n" {
		t.Errorf("a long comment: %v", err)
	}
}

func TestSkipPassesAnElement(t *testing.T) {
	r := xmltoken.NewReader(strings.NewReader("<a><b x='&amp;'>\n<p:c>&amp;</p:c><d/></b>\n<e/><f>1</f></a>"), "file.xml")
	var met []string
	for {
		kind, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind == xmltoken.Start && string(r.Name()) != "a" {
			met = append(met, fmt.Sprintf("%s on %d", r.Name(), r.Line()))
			if err := r.Skip(); err != nil {
				t.Fatal(err)
			}
			if r.Depth() != 1 {
				t.Errorf("depth %d behind %s", r.Depth(), r.Name())
			}
		}
	}
	if want := "[b on 1 e on 3 f on 3]"; fmt.Sprint(met) != want {
		t.Errorf("got %v, want %s", met, want)
	}
}

func TestKeepHoldsTheTextAsItStands(t *testing.T) {
	text := "<a><b>&amp;\r\n<c d='&lt;'/>" + strings.Repeat("x", 300_000) + "</b><e/></a>"
	r := xmltoken.NewReader(strings.NewReader(text), "file.xml")
	for _, limit := range []int{1 << 20, 10} {
		r.Reset(strings.NewReader(text), "file.xml")
		for {
			kind, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if kind == xmltoken.Start && string(r.Name()) == "b" {
				r.Keep(limit)
			}
			if kind == xmltoken.End && string(r.Name()) == "b" {
				break
			}
		}
		want := text[3:strings.Index(text, "<e/>")]
		if got := string(r.Kept()); got != want[:min(limit, len(want))] {
			t.Errorf("kept %d bytes, want %d", len(got), len(want))
		}
	}
}

func TestErrorsOfTheFile(t *testing.T) {
	broken := errors.New("disk gone")
	r := xmltoken.NewReader(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(broken)), "file.xml")
	_, err := tokens(r)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, again := r.Next(); !errors.Is(again, broken) {
		t.Errorf("then %v", again)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	text := "<a>" + strings.Repeat(`<c r="A1" s="&lt;"><v>1 &amp; 2</v></c>`, 10_000) + "</a>"
	r := xmltoken.NewReader(nil, "")
	from := bytes.NewReader(nil)
	average := testing.AllocsPerRun(5, func() {
		from.Reset([]byte(text))
		r.Reset(from, "file.xml")
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	})
	if average > 10 {
		t.Errorf("%.0f allocations for 50,000 tokens", average)
	}
}
