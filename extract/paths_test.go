package extract

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Each column's values: those that every way of reading takes at once, and
// those that make the reading careful.
var valuePools = []struct {
	column    string
	good, odd []string
}{
	{"line", []string{"1", "22", "007", "+5", "-3", ""}, []string{"99999999999", "2147483648", "1.0", "1e2", " 5", "0x1F", "--1", "\u30008\u3000"}},
	{"amount", []string{"1", "-1.5", "+3.25", "0012.3400", "99999999999999.9999", ""}, []string{"1.23456", "1.23450000", "100000000000000", ".5", "5.", "1e3", "0x1F", "1,5", "1_000", " 2 ", "NaN", "inf"}},
	{"day", []string{"2024-01-05", "1900-01-01", "2199-12-31", "2024-02-29", ""}, []string{"2024-1-5", "2023-02-29", "1899-12-31", "2200-01-01", "01/02/2010", "2024-01-05 ", "20240105", "2024-01-05x"}},
	{"moment", []string{"2024-01-05 10:00:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-10-26 23:59:59", "1900-01-01 00:00:00", ""}, []string{"2024-01-05", "2024-01-05 24:00:00", "2024-01-05T10:00:00", "2024-1-5 1:2:3", "2024-02-30 10:00:00", "1800-01-01 00:00:00"}},
}

func drawFile(t *rapid.T) string {
	mixed := make([]bool, len(valuePools))
	for i := range mixed {
		mixed[i] = rapid.Bool().Draw(t, "odd "+valuePools[i].column)
	}
	text := "id,line,amount,day,moment\n"
	for row := range rapid.IntRange(0, 6).Draw(t, "rows") {
		cells := []string{fmt.Sprintf("D%d", row)}
		for i, pool := range valuePools {
			values := pool.good
			if mixed[i] && rapid.Bool().Draw(t, "odd") {
				values = pool.odd
			}
			value := rapid.SampledFrom(values).Draw(t, pool.column)
			if strings.Contains(value, ",") || rapid.IntRange(0, 9).Draw(t, "quoted") == 0 {
				value = `"` + value + `"`
			}
			cells = append(cells, value)
		}
		if rapid.IntRange(0, 19).Draw(t, "ragged") == 0 {
			cells = cells[:3]
		}
		text += strings.Join(cells, ",") + "\n"
	}
	return text
}

// Text that the independent pass has seen to fit is read typed by DuckDB, or
// cast without a check; everything else is cast by an explicit format. All three
// give the same rows and rejects.
func TestTypedSureAndCarefulReadingsGiveTheSame(test *testing.T) {
	project := func(of func(column string) string) string {
		return fmt.Sprintf(`
time_zone: Europe/Berlin
rejects: {max_share: 1}
sources:
  shop:
    system: web
    files: [shop.csv]
    maps:
      sale_line:
        columns: {document_id: id, line_no: %s, quantity: "1", gross_amount: %s, business_date: %s, sold_at: %s, x_n: {sql: %s, type: bigint}, x_day: {sql: %s, type: date}}
        rules: {required: warn, ambiguous_hour: warn, nonexistent_hour: "null"}
      sale:
        columns: {document_id: id, sold_at: %s}
        rules: {nonexistent_hour: warn, required: warn}
`, of("line"), of("amount"), of("day"), of("moment"), of("line"), of("day"), of("moment"))
	}
	typed := project(func(c string) string { return c })
	sure := strings.ReplaceAll(typed, "document_id: id,", `document_id: id, department: "nullif(line || amount || day || moment, line || amount || day || moment)",`)
	careful := project(func(c string) string { return `"` + c + ` || ''"` })
	rapid.Check(test, func(t *rapid.T) {
		file := drawFile(t)
		read := func(text string) string {
			s := shopIn(t, test.TempDir(), text)
			s.clock = time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC)
			s.deliver("shop.csv", file)
			s.night()
			return s.live("sale_line", "document_id, line_no, gross_amount, business_date, sold_at, x_n, x_day, month, source_row") +
				s.pending("sale_line", "document_id, line_no, gross_amount, business_date, sold_at, x_n, x_day, source_row") +
				s.live("sale", "document_id, sold_at, business_date, month") +
				s.rejects(`input, line, rule, "column", action, raw`) + s.ledger()
		}
		first := read(typed)
		for name, text := range map[string]string{"sure": sure, "careful": careful} {
			if other := read(text); other != first {
				t.Fatalf("of\n%s\ntyped gives\n%s\n%s gives\n%s", file, first, name, other)
			}
		}
	})
}
