package sniff

import (
	"bytes"
	"testing"

	"nightjar/internal/charset"
)

// texts as companies write them, each in a few lines.
var texts = map[string]string{
	"gb18030":      "订单编号,收货人,地址\n1,张三,浙江省杭州市西湖区\n2,李四,广东省深圳市南山区\n3,王五,山东省青岛市,请尽快发货\n",
	"big5":         "訂單編號,收貨人,地址\n1,陳小明,臺北市信義區\n2,林美玲,高雄市左營區\n3,王大同,新竹縣竹北市,請盡快發貨\n",
	"shift_jis":    "注文番号,お客様,備考\n1,田中さん,ありがとうございます\n2,鈴木,コーヒーとケーキ\n",
	"windows-1252": "Nr;Name;Ort\n1;Jürgen Groß;Köln\n2;Åsa Öberg;Malmö\n3;José Conceição;São Paulo\n4;Müller;Zürich, 12 €\n",
}

func TestEachEncodingIsToldByItsEvidence(t *testing.T) {
	for name, text := range texts {
		coding, err := charset.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := coding.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		s := &survey{}
		s.take(encoded)
		ranked := s.encodings()
		if ranked[0].Name != name || !settled(ranked) {
			t.Errorf("%s is taken for %+v", name, ranked)
		}
	}
}

func TestUTF8NeedsNoEvidence(t *testing.T) {
	for what, text := range map[string]string{
		"plain": "a,b\n", "with a mark": "\xef\xbb\xbf订单\n", "Chinese": texts["gb18030"], "German": texts["windows-1252"],
	} {
		s := &survey{}
		s.take([]byte(text))
		if ranked := s.encodings(); ranked[0].Name != "utf-8" || len(ranked) != 1 {
			t.Errorf("%s: %+v", what, ranked)
		}
	}
}

func TestUTF8WithABadByteStaysUTF8(t *testing.T) {
	s := &survey{}
	s.take(bytes.Repeat([]byte(texts["gb18030"]), 50))
	s.take([]byte("9,张\xe4三,杭州\n"))
	ranked := s.encodings()
	if ranked[0].Name != "utf-8" || !settled(ranked) || s.badLine != 201 {
		t.Errorf("line %d: %+v", s.badLine, ranked)
	}
}

func TestUTF16NeedsNoMark(t *testing.T) {
	for name, text := range map[string]string{"utf-16": "a\x00,\x00b\x00\n\x00", "utf-16be": "\x00a\x00,\x00b\x00\n"} {
		s := &survey{}
		s.take([]byte(text))
		if got := s.encodings()[0].Name; got != name {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
}

// One name in two encodings: nothing tells which.
func TestTooLittleEvidenceIsNotEnough(t *testing.T) {
	s := &survey{}
	s.take([]byte("id,name\n1,\xa4\xfd\n"))
	if ranked := s.encodings(); settled(ranked) {
		t.Errorf("two bytes decide: %+v", ranked)
	}
}
