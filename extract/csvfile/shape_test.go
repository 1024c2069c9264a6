package csvfile_test

import (
	"context"
	"testing"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

func TestShapesTakeWhatDuckDBCastsWithoutLoss(t *testing.T) {
	money := csvfile.Shape{Kind: csvfile.Decimal, Precision: 18, Scale: 2}
	for _, c := range []struct {
		shape csvfile.Shape
		fit   []string
		not   []string
	}{
		{
			csvfile.Shape{Kind: csvfile.Integer},
			[]string{"0", "-1", "+12", "007", "12345678", "123456789", "-1234567890123456", "123456789012345678"},
			[]string{"-", "+", "1.0", "1e3", "0x1F", "1 ", " 1", "1,000", "--1", "1234567890123456789", "12345678/", ":23456789", "１"},
		},
		{
			money,
			[]string{"0", "-1.5", "+1.25", "00.10", "12345.67", "123456.78", "1234567890123456.78", "1234567890123456"},
			[]string{".5", "5.", "1.239", "1e3", "0x1F", "-", ".", "-.", "1..2", "1.2.3", "1,5", "12345678901234567", "1234567.8x", "12345678.x", "1 "},
		},
		{csvfile.Shape{Kind: csvfile.Decimal, Precision: 3, Scale: 3}, nil, []string{"0.1", "1", "0"}},
		{csvfile.Shape{Kind: csvfile.Decimal, Precision: 3, Scale: 0}, []string{"123"}, []string{"1.0", "1234"}},
		{
			csvfile.Shape{Kind: csvfile.Date, Format: "%Y-%m-%d"},
			[]string{"2024-02-29", "1900-01-01", "2199-12-31", "2000-02-29"},
			[]string{
				"2023-02-29", "1900-02-29", "2100-02-29", "2024-04-31", "2024-13-01", "2024-00-01", "2024-01-00", "1899-12-31",
				"2200-01-01", "2024-1-01", "2024/01/01", "2024-01-01 ", "20240101", "2024-01-0x",
			},
		},
		{csvfile.Shape{Kind: csvfile.Date, Format: "%d/%m/%Y"}, []string{"29/02/2024"}, []string{"02/29/2024", "2024-02-29"}},
		{csvfile.Shape{Kind: csvfile.Date, Format: "%Y%m%d"}, []string{"20240229"}, []string{"20230229", "2024-2-9"}},
		{
			csvfile.Shape{Kind: csvfile.Timestamp, Format: "%Y-%m-%d %H:%M:%S"},
			[]string{"2024-02-29 00:00:00", "2024-02-29 23:59:59"},
			[]string{"2024-02-29", "2024-02-29 24:00:00", "2024-02-29 23:60:00", "2024-02-29 23:59:60", "2024-02-29T23:59:59", "2024-02-29 1:00:000"},
		},
		{
			csvfile.Shape{Kind: csvfile.Timestamp, Format: "%Y年%m月%d日 %H:%M:%S.%f"},
			[]string{"2024年02月29日 00:00:00.000001"},
			[]string{"2024年02月29日 00:00:00.1", "2024年02月29日 00:00:00"},
		},
	} {
		c.shape.Column = "v"
		for _, value := range c.fit {
			holdsShape(t, c.shape, value, 0)
		}
		for _, value := range c.not {
			holdsShape(t, c.shape, value, 1)
		}
	}
}

// holdsShape scans a value on the fast road, on the careful one, and in quotes.
func holdsShape(t *testing.T, shape csvfile.Shape, value string, misshapen int64) {
	t.Helper()
	d := csvfile.Dialect{Delimiter: ';', Quote: '"', Header: true}
	for _, text := range []string{"v;w\n" + value + ";\n", "v\n" + value + "\n", "v;w\n\"" + value + "\";\n"} {
		r := scan(t, text, d, shape)
		if c := r.Columns[0]; c.Misshapen != misshapen || c.FirstMisshapen != misshapen {
			t.Errorf("%+v: %q has %d misshapen in record %d, want %d", shape, text, c.Misshapen, c.FirstMisshapen, misshapen)
		}
	}
}

func TestShapesThatMakeNoSenseAreRefused(t *testing.T) {
	path := writeFile(t, "file.csv", "v\n")
	for _, s := range []csvfile.Shape{
		{Kind: csvfile.Decimal},
		{Kind: csvfile.Decimal, Precision: 19, Scale: 2},
		{Kind: csvfile.Decimal, Precision: 2, Scale: 3},
		{Kind: csvfile.Date},
		{Kind: csvfile.Date, Format: "%y%m%d"},
		{Kind: csvfile.Date, Format: "%Y%m%d%"},
		{Kind: csvfile.Date, Format: "%Y-%m-%d %Y"},
		{Kind: 99},
	} {
		s.Column = "v"
		if _, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, commas, []csvfile.Shape{s}); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
}
