package extract

import (
	"strings"
	"testing"
	"time"
)

func TestADecimalCommaAndMarkedThousands(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "files: [till*.csv]", `files: [till*.csv]
    csv: {delimiter: ";"}
    formats: {decimal: ",", thousands: ".", date: "%d.%m.%Y"}`, 1))
	s.deliver("till.csv", `receipt;line;day;amount
A;1;05.01.2024;1.234,50
A;2;05.01.2024;-12,5
A;3;05.01.2024;1.5
A;4;05.01.2024;1234567,8
A;5;05.01.2024;12.34.567
A;6;05.01.2024;1,234.5
A;7;05.01.2024;1.234.567
`)
	s.night()
	expect(t, s.live("sale_line", "line_no, gross_amount, business_date"), `
		line_no | gross_amount | business_date
		1       | 1234.5000    | 2024-01-05
		2       | -12.5000     | 2024-01-05
		4       | 1234567.8000 | 2024-01-05
		5       | 1234567.0000 | 2024-01-05
		7       | 1234567.0000 | 2024-01-05`)
	expect(t, s.rejects("line, rule"), "line | rule\n4 | bad_number\n7 | bad_number")
}

func TestThousandsMarkedByASpaceOrAQuote(t *testing.T) {
	for mark, number := range map[string]string{"'": "1'234.5", " ": "1 234.5", "\u202f": "1\u202f234.5"} {
		s := aShop(t, strings.Replace(tills, "files: [till*.csv]", "files: [till*.csv]\n    formats: {thousands: \""+mark+"\"}", 1))
		s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,"+number+"\n")
		s.night()
		expect(t, s.live("sale_line", "gross_amount"), "gross_amount\n1234.5000")
	}
}

func TestEachDateMayHaveItsOwnFormat(t *testing.T) {
	s := aShop(t, `
sources:
  parcels:
    system: web
    files: [parcels.csv]
    maps:
      shipment:
        columns:
          shipment_id: id
          document_id: id
          promised_on: {sql: promised, format: "%d %b %Y"}
          shipped_on: {sql: shipped, format: "%Y%m%d"}
          delivered_on: {sql: delivered, format: "%Y-%m-%d %H:%M:%S"}
`)
	s.deliver("parcels.csv", "id,promised,shipped,delivered\nP1,05 Jan 2024,20240104,2024-01-06 23:59:59\n")
	s.night()
	expect(t, s.live("shipment", "promised_on, shipped_on, delivered_on, month"), `
		promised_on | shipped_on | delivered_on | month
		2024-01-05  | 2024-01-04 | 2024-01-06   | 2024-01-01`)
}

func TestAStampWithItsOwnZoneIsCutInTheSourcesZone(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "mode: upsert", `mode: upsert
    formats: {timestamp: "%Y-%m-%dT%H:%M:%S%z"}`, 1))
	s.deliver("shop.csv", "id,at\nA,2024-01-31T23:30:00+0000\nB,2024-01-31T23:30:00+0200\nC,2024-01-31T23:30:00\n")
	s.night()
	expect(t, s.live("sale", "document_id, sold_at, business_date, month"), `
		document_id | sold_at                | business_date | month
		A           | 2024-01-31 23:30:00+00 | 2024-02-01    | 2024-02-01
		B           | 2024-01-31 21:30:00+00 | 2024-01-31    | 2024-01-01`)
	expect(t, s.rejects("line, rule"), "line | rule\n4 | bad_date")
}

func TestABusinessDayBeginsWhenTheProjectSays(t *testing.T) {
	s := aShop(t, "day_starts_at: 06:30\n"+stamped)
	s.deliver("shop.csv", "id,at\nA,2024-02-01 06:29:59\nB,2024-02-01 06:30:00\n")
	s.night()
	expect(t, s.live("sale", "document_id, business_date, month"), `
		document_id | business_date | month
		A           | 2024-01-31    | 2024-01-01
		B           | 2024-02-01    | 2024-02-01`)
}

func TestADateOnlySourceHasNoInstant(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "sold_at: at", "business_date: at", 1))
	s.deliver("shop.csv", "id,at\nA,2024-02-01\n")
	s.night()
	expect(t, s.live("sale", "document_id, business_date, sold_at, status"), `
		document_id | business_date | sold_at | status
		A           | 2024-02-01    |         | delivered`)
}

// An expression that makes a stamp makes it in the source's zone, like text.
func TestAStampMadeByAnExpressionIsInTheSourcesZone(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "sold_at: at", `sold_at: "try_strptime(day || clock, '%Y%m%d%H%M')"`, 1))
	s.deliver("shop.csv", "id,day,clock\nA,20240131,2330\nB,20240331,0230\n")
	s.night()
	expect(t, s.live("sale", "document_id, sold_at, business_date"), `
		document_id | sold_at                | business_date
		A           | 2024-01-31 22:30:00+00 | 2024-01-31`)
	expect(t, s.rejects("line, rule"), "line | rule\n3 | nonexistent_hour")
}

func TestBlanksAroundAValueAreNoPartOfIt(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\n\u3000A\u3000, 1 ,\t2024-01-05\t,\u00a02.5\u00a0\n\u3000,2,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "'<' || document_id || '>' as document, line_no, business_date, gross_amount"), `
		document | line_no | business_date | gross_amount
		<A>      | 1       | 2024-01-05    | 2.5000`)
	expect(t, s.rejects("line, rule"), "line | rule\n3 | required")
}

func TestWhatAnExpressionLeavesEmptyIsNoValue(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: split_part(receipt, '-', 2)", 1))
	s.deliver("till.csv", "receipt,line,day,amount\nshop- A,1,2024-01-05,1\nshop,2,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, line_no"), "document_id | line_no\nA | 1")
	expect(t, s.rejects(`rule, "column"`), "rule | column\nrequired | document_id")
}

func TestAWholeNumberIsNotMadeByRounding(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "line_no: line", "line_no: try_cast(line as double) / 2", 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,2,2024-01-05,1\nA,3,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "line_no"), "line_no\n1")
	expect(t, s.rejects("line, rule"), "line | rule\n3 | bad_number")
}

func TestAFilteredRowIsCountedAndNotRejected(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "sale_line:\n", "sale_line:\n        filter: kind <> 'void' and source_row < 5\n", 1))
	s.deliver("till.csv", `receipt,line,day,amount,kind
A,1,2024-01-05,1,sale
A,2,2024-01-05,oops,void
A,3,2024-01-05,oops,sale
A,4,2024-01-05,1,
A,5,2024-01-05,1,sale
`)
	s.night()
	expect(t, s.live("sale_line", "line_no"), "line_no\n1")
	expect(t, s.ledger(), `
		delivery | input     | read | taken | filtered | emitted | staged | rejected
		till.csv | sale_line | 5    | 2     | 3        | 2       | 1      | 1`)
	expect(t, s.rejects("line, rule"), "line | rule\n4 | bad_number")
}

func TestAnUnpivotMakesManyRowsOfOne(t *testing.T) {
	s := aShop(t, `
sources:
  cards:
    system: web
    files: [cards.csv]
    maps:
      survey_response:
        columns: {response_id: card, survey_id: "'s'", handed_on: day}
      survey_answer:
        unpivot: {columns: [Taste, "Service 服务"], name: question, value: answer}
        filter: answer is not null
        columns: {response_id: card, survey_id: "'s'", question_id: question, answered_on: day, score: answer}
`)
	s.deliver("cards.csv", "card,day,Taste,Service 服务\nC1,2024-01-05,4,3\nC2,2024-01-06,,x\nC3,2024-01-07,,\n")
	s.night()
	expect(t, s.live("survey_answer", "response_id, question_id, score, source_row"), `
		response_id | question_id  | score  | source_row
		C1          | Service 服务 | 3.0000 | 1
		C1          | Taste        | 4.0000 | 1`)
	expect(t, s.ledger(), `
		delivery  | input           | read | taken | filtered | emitted | staged | rejected
		cards.csv | survey_response | 3    | 3     | 0        | 3       | 3      | 0
		cards.csv | survey_answer   | 3    | 2     | 1        | 3       | 2      | 1`)
}

func TestColumnsOfYourOwnAreCarriedAlongTyped(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "gross_amount: amount", `gross_amount: amount
          x_shelf: shelf
          x_weighed: {sql: weighed, type: boolean}
          x_at: {sql: at, type: timestamptz}`, 1))
	s.deliver("till.csv", "receipt,line,day,amount,shelf,weighed,at\nA,1,2024-01-05,1,007,yes,2024-01-05 10:00:00\nA,2,2024-01-05,1,,perhaps,\n")
	s.night()
	expect(t, s.live("sale_line", "line_no, x_shelf, x_weighed, x_at"), `
		line_no | x_shelf | x_weighed | x_at
		1       | 007     | true      | 2024-01-05 10:00:00+00`)
	expect(t, s.rejects(`rule, "column"`), "rule | column\nbad_boolean | x_weighed")
}

func TestDefaultsFillWhatTheSourceLeavesEmpty(t *testing.T) {
	s := aShop(t, strings.Replace(stamped, "sold_at: at", "sold_at: at, status: status, returned_on: back", 1))
	s.clock = time.Date(2024, 6, 30, 22, 30, 0, 0, time.UTC) // July in Berlin
	s.deliver("shop.csv", "id,at,status,back\nA,2024-01-05 10:00:00,,\nB,2024-01-05 10:00:00,returned,\nC,2024-01-05 10:00:00,returned,2024-02-03\n")
	s.night()
	expect(t, s.live("sale", "document_id, status, returned_on"), `
		document_id | status    | returned_on
		A           | delivered |
		B           | returned  | 2024-07-01
		C           | returned  | 2024-02-03`)
	expect(t, s.ask("select unnest([1]) as n where "+sqlBool(strings.Join(s.set("sale").Months["2024-01-01"][0].Reaches["returned_on"], " ") == "2024-02-01 2024-07-01")), "n\n1")
}

func sqlBool(b bool) string { return map[bool]string{true: "true", false: "false"}[b] }
