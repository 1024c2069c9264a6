package extract

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"nightjar/models"
)

// tills is a flat source of lines with a date and an amount.
const tills = `
sources:
  till:
    system: pos
    files: [till*.csv]
    maps:
      sale_line:
        columns:
          document_id: receipt
          line_no: line
          business_date: day
          quantity: "1"
          gross_amount: amount
`

func TestANumberThatIsNotAsTheContractSaysIsRejected(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", `receipt,line,day,amount
A,1,2024-01-05,10.50
A,2,2024-01-05,1e3
A,3,2024-01-05,0x1F
A,4,2024-01-05,1.23456
A,five,2024-01-05,1
A,6,2024-01-05,"1,5"
A,7,2024-01-05,7.00000
`)
	s.night()
	expect(t, s.live("sale_line", "document_id, line_no, gross_amount, month"), `
		document_id | line_no | gross_amount | month
		A           | 1       | 10.5000      | 2024-01-01
		A           | 7       | 7.0000       | 2024-01-01`)
	expect(t, s.rejects(`line, rule, "column", raw, reason`), `
		line | rule       | column       | raw                    | reason
		3    | bad_number | gross_amount | A,2,2024-01-05,1e3     | the value is no decimal(18,4) as configured
		4    | bad_number | gross_amount | A,3,2024-01-05,0x1F    | the value is no decimal(18,4) as configured
		5    | bad_number | gross_amount | A,4,2024-01-05,1.23456 | the value is no decimal(18,4) as configured
		6    | bad_number | line_no      | A,five,2024-01-05,1    | the value is no int as configured
		7    | bad_number | gross_amount | A,6,2024-01-05,"1,5"   | the value is no decimal(18,4) as configured`)
	expect(t, s.ledger(), `
		delivery | input     | read | taken | emitted | staged | rejected
		till.csv | sale_line | 7    | 7     | 7       | 2      | 5`)
}

func TestANumberWithMoreDecimalsThanItsColumnIsNotRounded(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "gross_amount: amount", `gross_amount: "1"
          x_fee: {sql: amount, type: "decimal(9,2)"}`, 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,1.239\nA,2,2024-01-05,1.23\n")
	s.night()
	expect(t, s.live("sale_line", "line_no, x_fee"), "line_no | x_fee\n2 | 1.23")
	expect(t, s.rejects(`"column", raw`), "column | raw\nx_fee | A,1,2024-01-05,1.239")
}

func TestADateInAnotherFormatIsRejected(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", `receipt,line,day,amount
A,1,01/02/2010,1
A,2,2024-02-30,1
A,3,0001-01-05,1
A,4,2024-02-29,1
A,5,2024-2-9,1
`)
	s.night()
	expect(t, s.live("sale_line", "line_no, business_date"), `
		line_no | business_date
		4       | 2024-02-29
		5       | 2024-02-09`)
	expect(t, s.rejects(`line, rule, "column", reason`), `
		line | rule     | column        | reason
		2    | bad_date | business_date | the value is no date or time in the format %Y-%m-%d of the years 1900 to 2199
		3    | bad_date | business_date | the value is no date or time in the format %Y-%m-%d of the years 1900 to 2199
		4    | bad_date | business_date | the value is no date or time in the format %Y-%m-%d of the years 1900 to 2199`)
}

func TestARowWithoutARequiredValueIsRejected(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\n,1,2024-01-05,1\nA,1,2024-01-05,\nA,2,2024-01-05,\"  \"\n")
	s.night()
	expect(t, s.rejects(`line, rule, "column", reason`), `
		line | rule     | column       | reason
		2    | required | document_id  | there is no value, and the contract requires one
		3    | required | gross_amount | there is no value, and the contract requires one
		4    | required | gross_amount | there is no value, and the contract requires one`)
	expect(t, s.live("sale_line", "document_id"), "document_id")
}

func TestARowWithoutADateOrAnOwnerToLiveWithIsRejected(t *testing.T) {
	s := aShop(t, `
sources:
  survey:
    system: web
    files: [cards.csv]
    maps:
      survey_response:
        columns: {response_id: id, survey_id: "'s'", document_id: order_id, handed_on: handed}
  heads:
    system: web
    files: [heads.csv]
    maps:
      sale:
        columns: {document_id: id, business_date: day}
        rules: {business_date.required: warn}
`)
	s.deliver("cards.csv", "id,order_id,handed\nC1,,\nC2,,2024-02-03\nC3,A,\n")
	s.deliver("heads.csv", "id,day\nA,2024-01-05\nB,\n")
	s.night()
	expect(t, s.live("survey_response", "response_id, month"), `
		response_id | month
		C2          | 2024-02-01
		C3          | 2024-01-01`)
	expect(t, s.rejects(`delivery, line, rule, "column", reason`), `
		delivery  | line | rule     | column        | reason
		cards.csv | 2    | required | handed_on     | there is neither a date nor a sale to live with
		heads.csv | 3    | required | business_date | there is no date, and rows live by month`)
}

func TestAStatusWordThatTheMapLacksIsRejected(t *testing.T) {
	text := `
sources:
  shop:
    system: web
    files: [shop.csv]
    status: {offen: placed, paid: shipped}
    maps:
      sale:
        columns: {document_id: id, business_date: "'2024-01-05'", status: word}
        rules: {unknown_status: %s}
`
	for action, want := range map[string]string{
		"reject": `
			document_id | status    | source_status
			A           | placed    | offen
			B           | cancelled | cancelled
			D           | delivered |
			E           | shipped   | paid`,
		"null": `
			document_id | status    | source_status
			A           | placed    | offen
			B           | cancelled | cancelled
			C           | delivered | verloren
			D           | delivered |
			E           | shipped   | paid`,
	} {
		s := aShop(t, fmt.Sprintf(text, action))
		s.deliver("shop.csv", "id,word\nA,offen\nB,cancelled\nC,verloren\nD,\nE,paid\n")
		s.night()
		expect(t, s.live("sale", "document_id, status, source_status"), want)
		expect(t, s.rejects("line, rule, action, raw"), "line | rule | action | raw\n4 | unknown_status | "+action+" | C,verloren")
	}
}

func TestAValueThatIsNotAcceptedFollowsItsRule(t *testing.T) {
	text := strings.Replace(tills, "gross_amount: amount", `gross_amount: "1"
          kind: amount
        rules: {not_accepted: ACTION}`, 1)
	for action, want := range map[string]string{
		"reject": "line_no | kind\n1 | service",
		"null":   "line_no | kind\n1 | service\n2 | goods", // as if the source gave none
		"warn":   "line_no | kind\n1 | service\n2 | card",
	} {
		s := aShop(t, strings.Replace(text, "ACTION", action, 1))
		s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,service\nA,2,2024-01-05,card\n")
		s.night()
		expect(t, s.live("sale_line", "line_no, kind"), want)
		expect(t, s.rejects("line, rule, action, reason"), "line | rule | action | reason\n3 | not_accepted | "+action+" | the value is not one of goods, service, stored_value")
	}
	s := aShop(t, strings.Replace(text, "ACTION", "fail", 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,service\nA,2,2024-01-05,card\n")
	s.fails("till.csv", "line 3", "not_accepted", "kind", "stops the night")
	if len(s.last.Rejects()) != 1 {
		t.Fatalf("a failed night shows its rejects: %v", s.last.Rejects())
	}
}

func TestRowsThatCannotBeReadAreKeptAsRejects(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\nA,2,2024-01-05\nA,\"3\"x,2024-01-05,1\nM\xfcller,4,2024-01-05,1\nA,5,2024-01-05,1\nA,six,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "line_no, source_row"), `
		line_no | source_row
		1       | 1
		5       | 5`)
	expect(t, s.rejects("line, source_row, rule, raw, reason"), `
		line | source_row | rule         | raw                    | reason
		3    | 2          | ragged       | A,2,2024-01-05         | 3 fields, 4 columns
		4    | 3          | bad_quote    | A,"3"x,2024-01-05,1    | text follows a closing quote
		5    | 4          | bad_encoding | M�ller,4,2024-01-05,1  | byte 2 of the record is not UTF-8
		7    | 6          | bad_number   | A,six,2024-01-05,1     | the value is no int as configured`)
	expect(t, s.ledger(), `
		delivery | input     | read | taken | unreadable | emitted | staged | rejected
		till.csv | sale_line | 6    | 3     | 3          | 3       | 2      | 1`)
}

func TestARejectTellsTheLineAlsoBelowFieldsOfSeveralLines(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\n\"A\nB\",1,2024-01-05,1\n\n\"C\r\nD\",two,2024-01-05,1\nE,3,2024-01-05,1\n")
	s.night()
	expect(t, s.rejects("line, source_row, rule, raw"), "line | source_row | rule | raw\n5 | 2 | bad_number | \"C\r\\nD\",two,2024-01-05,1")
	expect(t, s.live("sale_line", "document_id, source_row"), "document_id | source_row\nA\\nB | 1\nE | 3")
}

func TestTooManyRejectsStopTheNightAndAreShown(t *testing.T) {
	s := aShop(t, "rejects: {max_share: 0.1}\n"+tills)
	file := "receipt,line,day,amount\n"
	for i := range 100 {
		file += fmt.Sprintf("A,%d,2024-01-05,%s\n", i, map[bool]string{true: "x", false: "1"}[i%5 == 0])
	}
	s.deliver("till.csv", file)
	err := s.try()
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Rejected != 20 || limit.Records != 100 || limit.Rules != "bad_number 20" {
		t.Fatalf("%v", err)
	}
	if len(s.last.Rejects()) != 20 || s.last.Rejects()[0].Raw == "" {
		t.Fatalf("a failed night shows its rejects: %v", s.last.Rejects())
	}
}

// A wrong delimiter makes every record unreadable: that is said without
// gathering them all.
func TestAFileOfAnotherDelimiterStopsTheNight(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\n"+strings.Repeat("A;1;2024-01-05;1\n", 5000))
	s.fails("5000 of 5000 rows were rejected (ragged 5000)")
	if shown := len(s.last.Rejects()); shown == 0 || shown > 1000 {
		t.Fatalf("%d rejects are shown", shown)
	}
}

func TestAKeyThatAnotherDeliveryGaveIsADuplicateInAppendMode(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till-1.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\nA,2,2024-01-05,2\nA,2,2024-01-05,22\n")
	s.night()
	expect(t, s.rejects("delivery, line, rule, reason"), `
		delivery   | line | rule          | reason
		till-1.csv | 4    | duplicate_key | a row with this key counts already; in append mode a key comes once`)
	s.deliver("till-2.csv", "receipt,line,day,amount\nA,1,2024-02-05,99\nB,1,2024-02-05,3\n")
	s.night()
	expect(t, s.rejects("delivery, line, rule, raw"), "delivery | line | rule | raw\ntill-2.csv | 2 | duplicate_key | A,1,2024-02-05,99")
	expect(t, s.live("sale_line", "document_id, line_no, gross_amount, month"), `
		document_id | line_no | gross_amount | month
		A           | 1       | 1.0000       | 2024-01-01
		A           | 2       | 2.0000       | 2024-01-01
		B           | 1       | 3.0000       | 2024-02-01`)
	expect(t, s.ledger(), `
		delivery   | input     | read | taken | emitted | staged | rejected
		till-2.csv | sale_line | 2    | 2     | 2       | 1      | 1`)
}

const cards = `
rejects: {max_share: 1}
sources:
  cards:
    system: crm
    files: [cards.csv]
    maps:
      card:
        columns: {card_no: no, issued_on: day, points: points, x_note: note}
`

const cardContract = `
input: card
description: A member card.
key: [card_no]
columns:
  card_no: {type: string, required: true, pattern: '\d{4}', description: Its number.}
  issued_on: {type: date, min: 2020-01-01, description: When it was issued.}
  points: {type: "decimal(9,2)", min: 0, max: 1000, description: Points on it.}
`

func TestAnInputOfTheProjectsOwnSaysWhatItsValuesAre(t *testing.T) {
	s := aShop(t, cards)
	s.deliver("models/inputs/card.yaml", cardContract)
	s.deliver("cards.csv", "no,day,points,note\n0001,2020-01-01,0,a\n12,2020-01-01,0,\n0002,2019-12-31,5,\n0003,2021-01-01,1000.01,\n0004,,-1,\n0005,2021-01-01,1000,\n")
	s.night()
	expect(t, s.live("card", "card_no, issued_on, points, x_note"), `
		card_no | issued_on  | points  | x_note
		0001    | 2020-01-01 | 0.00    | a
		0005    | 2021-01-01 | 1000.00 |`)
	expect(t, s.rejects(`line, rule, "column", reason`), `
		line | rule         | column    | reason
		3    | bad_pattern  | card_no   | the text is not of the form \d{4}
		4    | out_of_range | issued_on | the value is not at least 2020-01-01
		5    | out_of_range | points    | the value is not between 0 and 1000
		6    | out_of_range | points    | the value is not between 0 and 1000`)
}

func TestAContractThatMakesNoSenseIsRefused(t *testing.T) {
	for contract, words := range map[string]string{
		strings.Replace(cardContract, "max: 1000", "max: many", 1):                `"many" bounds its numbers, and is none`,
		strings.Replace(cardContract, "min: 2020-01-01", "min: 2020", 1):          `"2020" bounds its dates`,
		strings.Replace(cardContract, `'\d{4}'`, "'('", 1):                        "is no regular expression",
		strings.Replace(cardContract, "type: date, min", "type: boolean, min", 1): "min and max bound numbers and dates",
	} {
		if _, err := models.ParseInput("card.yaml", []byte(contract)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, and not %s", err, words)
		}
	}
}
