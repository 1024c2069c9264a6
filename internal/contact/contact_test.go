package contact

import (
	"os"
	"strings"
	"testing"
)

// Whoever updates a module that the forms stand on says so in Forms, and counts it on when
// this package's own forms change.
func TestFormsNameTheModulesThatAreUsed(t *testing.T) {
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range strings.Split(Forms, ", ")[1:] {
		if !strings.Contains(string(modules), "\t"+module+"\n") {
			t.Errorf("go.mod has not %s: telephone numbers of some customers would be of another form than others'", module)
		}
	}
}

func TestACodeHasOneForm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"P0000001", "P0000001"},
		{" 88001 ", "88001"},
		{"\u3000８８００１\u00a0", "88001"},
		{"\ufeffVIP－７", "VIP-7"},
		{"00123", "00123"},
		{"a1", "a1"},
		{"", ""},
		{"000", ""},
		{"０００", ""},
		{"0-0", ""},
		{"-", ""},
		{"\u200b", ""},
	} {
		got, ok := Code(c.text)
		if !ok {
			got = ""
		}
		if got != c.want {
			t.Errorf("%q is %q, not %q", c.text, got, c.want)
		}
	}
}

func TestAnAddressHasOneForm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Ann@Example.com", "ann@example.com"},
		{" ann@example.com\u3000", "ann@example.com"},
		{"ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ann@example.com"},
		{"王芳@例子.cn", "王芳@例子.cn"},
		{"ann+shop@mail.example.co", "ann+shop@mail.example.co"},
		{"", ""},
		{"无", ""},
		{"ann", ""},
		{"ann@", ""},
		{"@example.com", ""},
		{"ann@example", ""},
		{"ann@example.", ""},
		{"ann@@example.com", ""},
		{"ann@b@example.com", ""},
		{"ann lee@example.com", ""},
		{"a@x.cn;b@x.cn", ""},
	} {
		got, ok := Email(c.text)
		if !ok {
			got = ""
		}
		if got != c.want {
			t.Errorf("%q is %q, not %q", c.text, got, c.want)
		}
	}
}

func TestMasksHideMost(t *testing.T) {
	for _, c := range []struct{ what, got, want string }{
		{"a mobile number", MaskPhone("+8613812341234"), "+86 138****1234"},
		{"another country's", MaskPhone("+16502530000"), "+1 650****0000"},
		{"a short one", MaskPhone("+6834002"), "+683 ****"},
		{"an address", MaskEmail("wang@example.cn"), "w***@example.cn"},
		{"an address in Chinese", MaskEmail("王芳@例子.cn"), "王***@例子.cn"},
		{"no address", MaskEmail("wang"), "****"},
		{"a card", MaskCode("8800000001"), "880****0001"},
		{"a short card", MaskCode("12345"), "****5"},
		{"nothing", MaskCode(""), "****"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, not %s", c.what, c.got, c.want)
		}
	}
}
