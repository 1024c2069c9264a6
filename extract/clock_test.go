package extract

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// stamped is a source of heads with a stamp, read in Berlin.
const stamped = `
time_zone: Europe/Berlin
sources:
  shop:
    system: web
    files: [shop*.csv]
    mode: upsert
    maps:
      sale:
        columns: {document_id: id, sold_at: at}
        rules: {}
`

func TestADateAfterTheDeliveryCameIsInTheFuture(t *testing.T) {
	text := strings.Replace(tills, "gross_amount: amount", `gross_amount: amount
        rules: {future: ACTION}`, 1)
	file := "receipt,line,day,amount\nA,1,2024-06-30,1\nA,2,2024-07-01,1\n"
	for action, want := range map[string]string{
		"reject": "line_no | business_date\n1 | 2024-06-30",
		"warn":   "line_no | business_date\n1 | 2024-06-30\n2 | 2024-07-01",
	} {
		s := aShop(t, strings.Replace(text, "ACTION", action, 1))
		s.deliver("till.csv", file)
		s.night()
		expect(t, s.live("sale_line", "line_no, business_date"), want)
		expect(t, s.rejects("line, rule, action"), "line | rule | action\n3 | future | "+action)
	}
}

// A date that a rule empties decides no month: the row waits for its sale.
func TestARowWhoseDateIsEmptiedWaitsForItsOwner(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "gross_amount: amount", `gross_amount: amount
        rules: {future: "null"}`, 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,2,2024-07-01,1\n")
	s.night()
	expect(t, s.live("sale_line", "line_no"), "line_no")
	expect(t, s.pending("sale_line", "line_no, business_date"), "line_no | business_date\n2 |")
	expect(t, s.ledger(), `
		delivery | input     | read | taken | emitted | pending | nulled
		till.csv | sale_line | 1    | 1     | 1       | 1       | 1`)
}

func TestAnInstantAndTheDateCutFromItAreEmptiedTogether(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "rules: {}", `rules: {sold_at.future: "null"}`, 1))
	s.deliver("shop.csv", "id,at\nA,2024-06-30 10:00:00\nB,2024-07-30 10:00:00\n")
	s.night()
	expect(t, s.live("sale", "document_id, business_date"), "document_id | business_date\nA | 2024-06-30")
	expect(t, s.rejects(`line, rule, "column", action`), "line | rule | column | action\n3 | required | business_date | reject")
}

func TestAnHourThatTheClockSkipsIsRejected(t *testing.T) {
	file := "id,at\nA,2024-03-31 01:59:59\nB,2024-03-31 02:30:00\nC,2024-03-31 03:00:00\n"
	s := aShop(t, stamped)
	s.deliver("shop.csv", file)
	s.night()
	expect(t, s.live("sale", "document_id, sold_at"), `
		document_id | sold_at
		A           | 2024-03-31 00:59:59+00
		C           | 2024-03-31 01:00:00+00`)
	expect(t, s.rejects(`line, rule, "column", raw`), "line | rule | column | raw\n3 | nonexistent_hour | sold_at | B,2024-03-31 02:30:00")

	s = aShop(t, strings.Replace(stamped, "rules: {}", `rules: {nonexistent_hour: "null"}`, 1))
	s.deliver("shop.csv", file)
	s.night()
	expect(t, s.live("sale", "document_id, sold_at, business_date"), `
		document_id | sold_at                | business_date
		A           | 2024-03-31 00:59:59+00 | 2024-03-31
		B           |                        | 2024-03-31
		C           | 2024-03-31 01:00:00+00 | 2024-03-31`)
}

// In São Paulo the clock skips midnight: the date is still the one on the wall,
// also where a bad value elsewhere in the column makes the reading careful.
func TestASkippedMidnightKeepsTheDateOnTheWall(t *testing.T) {
	text := strings.Replace(strings.Replace(stamped, "Europe/Berlin", "America/Sao_Paulo", 1), "rules: {}", "rules: {nonexistent_hour: warn}", 1)
	for _, more := range []string{"", "C,never\n"} {
		s := aShop(t, text)
		s.deliver("shop.csv", "id,at\nA,2018-11-04 00:30:00\n"+more)
		s.night()
		expect(t, s.live("sale", "document_id, sold_at, business_date"), "document_id | sold_at | business_date\nA | 2018-11-04 03:30:00+00 | 2018-11-04")
	}
}

func TestAnHourThatTheClockHasTwiceIsTakenWithAWarning(t *testing.T) {
	s := aShop(t, stamped)
	s.clock = time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC)
	s.deliver("shop.csv", "id,at\nA,2024-10-27 01:59:59\nB,2024-10-27 02:30:00\nC,2024-10-27 03:00:00\n")
	s.night()
	expect(t, s.live("sale", "document_id, sold_at"), `
		document_id | sold_at
		A           | 2024-10-26 23:59:59+00
		B           | 2024-10-27 01:30:00+00
		C           | 2024-10-27 02:00:00+00`)
	expect(t, s.rejects(`line, rule, action, reason`), "line | rule | action | reason\n3 | ambiguous_hour | warn | the clock of the time zone has this hour twice; the second is taken")
	expect(t, s.ledger(), `
		delivery | input | read | taken | emitted | staged | warned
		shop.csv | sale  | 3    | 3     | 3       | 3      | 1`)
}

// On Lord Howe Island the clocks move by half an hour.
func TestAHalfHourThatComesTwiceIsFoundToo(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "Europe/Berlin", "Australia/Lord_Howe", 1))
	s.deliver("shop.csv", "id,at\nA,2024-04-07 01:29:59\nB,2024-04-07 01:45:00\nC,2024-04-07 02:00:00\nD,2023-10-01 02:15:00\n")
	s.night()
	expect(t, s.rejects("line, rule, action"), "line | rule | action\n3 | ambiguous_hour | warn\n5 | nonexistent_hour | reject")
}

// Without a change of clocks among the stamps there is nothing to look for.
func TestSummerStampsNeedNoLookAtTheClocks(t *testing.T) {
	s := aShop(t, stamped)
	s.deliver("shop.csv", "id,at\nA,2024-05-01 02:30:00\n")
	s.night()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for month, want := range map[time.Month]string{5: "false []", 10: "true [3600]", 3: "true []"} {
		day := time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC)
		changes, back := shifts(zone, day, day.AddDate(0, 1, 2))
		if got := fmt.Sprint(changes, back); got != want {
			t.Fatalf("month %d: %s", month, got)
		}
	}
}
