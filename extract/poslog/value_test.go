package poslog

import "testing"

func TestStampsDaysAndFlags(t *testing.T) {
	for _, c := range []struct {
		how        how
		text, want string
	}{
		{stamp, "2017-10-01T15:15:25", "2017-10-01 15:15:25"},
		{stamp, "2017-10-01T15:15:25.000", "2017-10-01 15:15:25"},
		{stamp, "2017-10-01T15:15:25.000Z", "2017-10-01 15:15:25Z"},
		{stamp, "2017-10-01T15:15:25.0700+08:00", "2017-10-01 15:15:25.0700+08:00"},
		{stamp, "2017-10-01", "2017-10-01"},
		{stamp, "yesterday, in the evening", "yesterday, in the evening"},
		{day, "2017-10-01", "2017-10-01"},
		{day, "2017-10-01Z", "2017-10-01"},
		{day, "2017-10-01-05:00", "2017-10-01"},
		{day, "2017-10-01T00:00:00", "2017-10-01"},
		{day, "2017-10-01T00:00:00+08:00", "2017-10-01"},
		{day, "2017-10-01T10:00:00", "2017-10-01T10:00:00"},
		{day, "20171001", "20171001"},
		{flag, "1", "true"},
		{flag, "TRUE", "true"},
		{flag, "0", "false"},
		{flag, "maybe", "maybe"},
	} {
		if got := string(c.how.asTaken([]byte(c.text))); got != c.want {
			t.Errorf("%s becomes %s, want %s", c.text, got, c.want)
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"0.1", "0.2", "0.3"},
		{"1.50", "-2", "-0.50"},
		{"-0.05", "0.05", "0.00"},
		{"+1", "1", "2"},
		{"99999999999999999999.99", "0.01", "100000000000000000000.00"},
		{".5", "1", "1.5"},
		{"1,50", "1", "1,50"},
		{"1", "x", "x"},
		{"1.", "2", "1."},
		{"--1", "2", "--1"},
	} {
		if got := string(add([]byte(c.a), []byte(c.b))); got != c.want {
			t.Errorf("%s and %s are %s, want %s", c.a, c.b, got, c.want)
		}
	}
	if got := string(negate([]byte("1.50"))); got != "-1.50" {
		t.Errorf("got %s", got)
	}
}
