package extract

import (
	"fmt"
	"strings"
	"testing"

	"nightjar/internal/duck"
)

// orders is a shop whose heads, lines, payments and cards come apart.
const orders = `
sources:
  heads:
    system: web
    files: [heads*.csv]
    mode: upsert
    optional: true
    maps:
      sale:
        columns: {document_id: id, business_date: day, customer_id: customer, store_id: store}
  lines:
    system: web
    files: [lines*.csv]
    optional: true
    maps:
      sale_line:
        columns: {document_id: id, line_no: line, quantity: "1", gross_amount: amount}
  payments:
    system: web
    files: [payments*.csv]
    optional: true
    maps:
      payment:
        columns: {document_id: id, sequence: n, paid_on: day, payment_amount: amount}
  cards:
    system: web
    files: [cards*.csv]
    optional: true
    maps:
      survey_response:
        columns: {response_id: card, survey_id: "'s'", document_id: id, handed_on: day}
  answers:
    system: web
    files: [answers*.csv]
    optional: true
    maps:
      survey_answer:
        columns: {response_id: card, survey_id: "'s'", question_id: "'q'", answered_on: day, score: score}
`

func heads(rows ...string) string {
	return "id,day,customer,store\n" + strings.Join(rows, "\n") + "\n"
}

func TestALineWaitsForItsHead(t *testing.T) {
	s := aShop(t, orders)
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\nB,1,20\n")
	s.deliver("heads1.csv", heads("B,2024-02-05,,"))
	s.night()
	expect(t, s.live("sale_line", "document_id, gross_amount::int as amount, month"), "document_id | amount | month\nB | 20 | 2024-02-01")
	expect(t, s.pending("sale_line", "document_id, gross_amount::int as amount"), "document_id | amount\nA | 10")
	expect(t, s.ledger(), `
		delivery   | input     | read | taken | emitted | staged | pending
		heads1.csv | sale      | 1    | 1     | 1       | 1      | 0
		lines1.csv | sale_line | 2    | 2     | 2       | 1      | 1`)
	if s.committed.Inputs["sale_line"].PendingRows() != 1 || len(s.committed.Inputs["sale_line"].Months) != 1 {
		t.Fatal("what waits is counted apart from any month")
	}
	s.deliver("heads2.csv", heads("A,2024-01-05,,"))
	s.night()
	expect(t, s.live("sale_line", "document_id, month"), "document_id | month\nA | 2024-01-01\nB | 2024-02-01")
	expect(t, s.pending("sale_line", "document_id"), "document_id")
}

func TestAHeadThatChangesItsMonthMovesItsLines(t *testing.T) {
	s := aShop(t, orders)
	s.deliver("heads1.csv", heads("A,2024-01-05,,", "B,2024-01-05,,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\nA,2,20\nB,1,30\n")
	s.night()
	s.deliver("heads2.csv", heads("A,2024-03-05,,"))
	s.night()
	expect(t, s.live("sale_line", "document_id, line_no, month"), `
		document_id | line_no | month
		A           | 1       | 2024-03-01
		A           | 2       | 2024-03-01
		B           | 1       | 2024-01-01`)
}

func TestAPaymentFollowsItsHeadUnlessItHasADate(t *testing.T) {
	s := aShop(t, orders)
	s.deliver("payments1.csv", "id,n,day,amount\nA,1,,10\nA,2,2024-02-07,20\n")
	s.night()
	expect(t, s.live("payment", "sequence, month, owner_customer_id"), "sequence | month | owner_customer_id\n2 | 2024-02-01 |")
	s.deliver("heads1.csv", heads("A,2024-01-05,C1,"))
	s.night()
	expect(t, s.live("payment", "sequence, month, owner_customer_id"), `
		sequence | month      | owner_customer_id
		1        | 2024-01-01 | C1
		2        | 2024-02-01 | C1`)
	s.deliver("heads2.csv", heads("A,2024-03-05,C2,"))
	s.night()
	expect(t, s.live("payment", "sequence, month, owner_customer_id"), `
		sequence | month      | owner_customer_id
		1        | 2024-03-01 | C2
		2        | 2024-02-01 | C2`)
	s.deliver("heads3.csv", heads("A,2024-03-05,,")) // the customer is withdrawn
	s.night()
	expect(t, s.live("payment", "sequence, owner_customer_id"), "sequence | owner_customer_id\n1 |\n2 |")
}

// An answer takes its customer from the card, and the card from the sale: what
// changes there reaches the answer in the same night.
func TestAChangeReachesThroughTwoOwners(t *testing.T) {
	s := aShop(t, orders)
	s.deliver("cards1.csv", "card,id,day\nR1,A,2024-02-01\nR2,A,\n")
	s.deliver("answers1.csv", "card,day,score\nR1,,1\nR2,2024-05-01,2\nR3,2024-05-01,3\n")
	s.night()
	answers := "response_id, month, owner_customer_id, owner_store_id, owner_document_id"
	expect(t, s.live("survey_answer", answers), `
		response_id | month      | owner_customer_id | owner_store_id | owner_document_id
		R1          | 2024-02-01 |                   |                | A
		R2          | 2024-05-01 |                   |                |
		R3          | 2024-05-01 |                   |                |`)
	s.deliver("heads1.csv", heads("A,2024-01-05,C1,S1"))
	s.night()
	expect(t, s.live("survey_response", "response_id, month, owner_customer_id"), `
		response_id | month      | owner_customer_id
		R1          | 2024-02-01 | C1
		R2          | 2024-01-01 | C1`)
	expect(t, s.live("survey_answer", answers), `
		response_id | month      | owner_customer_id | owner_store_id | owner_document_id
		R1          | 2024-02-01 | C1                | S1             | A
		R2          | 2024-05-01 | C1                | S1             | A
		R3          | 2024-05-01 |                   |                |`)
	s.deliver("heads2.csv", heads("A,2024-01-05,C2,S1"))
	s.night()
	expect(t, s.live("survey_answer", "response_id, owner_customer_id"), "response_id | owner_customer_id\nR1 | C2\nR2 | C2\nR3 |")
}

func TestADeletedHeadSendsItsLinesBackToWait(t *testing.T) {
	s := aShop(t, strings.Replace(orders, "mode: upsert", "mode: snapshot", 1))
	s.deliver("heads.csv", heads("A,2024-01-05,C1,", "B,2024-01-05,C2,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\nB,1,20\n")
	s.deliver("payments1.csv", "id,n,day,amount\nA,1,,10\nA,2,2024-02-07,20\n")
	s.night()
	s.deliver("heads.csv", heads("B,2024-01-05,C2,"))
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nB")
	expect(t, s.pending("sale_line", "document_id"), "document_id\nA")
	expect(t, s.live("payment", "sequence, owner_customer_id"), "sequence | owner_customer_id\n2 |")
	expect(t, s.pending("payment", "sequence"), "sequence\n1")
	s.deliver("heads.csv", heads("A,2024-04-05,C3,", "B,2024-01-05,C2,"))
	s.night()
	expect(t, s.live("sale_line", "document_id, month"), "document_id | month\nA | 2024-04-01\nB | 2024-01-01")
	expect(t, s.live("payment", "sequence, month, owner_customer_id"), "sequence | month | owner_customer_id\n1 | 2024-04-01 | C3\n2 | 2024-02-01 | C3")
}

func TestTwinsWithoutAKeyAreAllKeptAndMoveTogether(t *testing.T) {
	s := aShop(t, strings.Replace(orders, "files: [lines*.csv]", "files: [lines*.csv]\n    key: none", 1))
	s.deliver("heads1.csv", heads("A,2024-01-05,,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\nA,1,10\nA,1,10\n")
	s.deliver("lines2.csv", "id,line,amount\nA,1,10\nA,1,11\n")
	s.night()
	all := "document_id, line_no, gross_amount::int as amount, month"
	expect(t, s.live("sale_line", all), `
		document_id | line_no | amount | month
		A           | 1       | 10     | 2024-01-01
		A           | 1       | 10     | 2024-01-01
		A           | 1       | 10     | 2024-01-01
		A           | 1       | 10     | 2024-01-01
		A           | 1       | 11     | 2024-01-01`)
	s.deliver("heads2.csv", heads("A,2024-02-05,,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\nA,1,10\n")
	s.night()
	expect(t, s.live("sale_line", all), `
		document_id | line_no | amount | month
		A           | 1       | 10     | 2024-02-01
		A           | 1       | 10     | 2024-02-01
		A           | 1       | 10     | 2024-02-01
		A           | 1       | 11     | 2024-02-01`)
}

// A flat till gives most lines their date; those without wait for a head.
func TestAFlatSourceMayLackSomeDates(t *testing.T) {
	s := aShop(t, tills+`
  heads:
    system: pos
    files: [heads*.csv]
    mode: upsert
    maps:
      sale:
        columns: {document_id: id, business_date: day}
`)
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\nB,1,,2\nC,1,,3\n")
	s.deliver("heads1.csv", "id,day\nB,2024-02-05\nA,2024-03-09\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, month"), "document_id | month\nA | 2024-01-01\nB | 2024-02-01")
	expect(t, s.pending("sale_line", "document_id"), "document_id\nC")
	s.deliver("heads2.csv", "id,day\nB,2024-04-05\nA,2024-04-09\nC,2024-04-09\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, month"), "document_id | month\nA | 2024-01-01\nB | 2024-04-01\nC | 2024-04-01")
}

func TestHeadsWithoutAKeyCannotOwnLines(t *testing.T) {
	s := aShop(t, strings.Replace(orders, "mode: upsert", "key: none", 1))
	s.deliver("heads1.csv", heads("A,2024-01-05,,"))
	s.fails("source heads says that those have no key", "give source heads the contract's key")
}

// A source that is no longer configured keeps its rows, and they follow their
// heads as before.
func TestRowsOfARemovedSourceStillFollowTheirHeads(t *testing.T) {
	s := aShop(t, orders)
	s.deliver("heads1.csv", heads("A,2024-01-05,,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\n")
	s.night()
	before, rest, _ := strings.Cut(orders, "  lines:")
	_, rest, _ = strings.Cut(rest, "  payments:")
	s.describe(before + "  payments:" + rest)
	s.deliver("heads2.csv", heads("A,2024-02-05,,"))
	s.night()
	expect(t, s.live("sale_line", "document_id, month"), "document_id | month\nA | 2024-02-01")
}

// The system is part of every key.
func TestALineMeetsTheHeadOfItsOwnSystemOnly(t *testing.T) {
	s := aShop(t, strings.Replace(orders, "lines:\n    system: web", "lines:\n    system: pos", 1))
	s.deliver("heads1.csv", heads("A,2024-01-05,,"))
	s.deliver("lines1.csv", "id,line,amount\nA,1,10\n")
	s.night()
	expect(t, s.pending("sale_line", "system, document_id"), "system | document_id\npos | A")
	s.deliver("heads2.csv", heads("A,2024-02-05,,"))
	s.night()
	expect(t, s.pending("sale_line", "system, document_id"), "system | document_id\npos | A")
}

func TestManyFilesOfAMonthBecomeOne(t *testing.T) {
	s := aShop(t, tills)
	for i := range 33 {
		s.deliver(fmt.Sprintf("till%d.csv", i), fmt.Sprintf("receipt,line,day,amount\nA,%d,2024-01-05,10\nB,%d,2024-02-05,1\n", i+1, i+1))
	}
	s.deliver("till7.csv", "receipt,line,day,amount\nA,8,2024-01-05,10\n")
	s.night()
	set := s.committed.Inputs["sale_line"]
	if files := set.Months["2024-01-01"]; len(files) != 1 || files[0].Rows != 33 || len(files[0].Deliveries) != 33 || files[0].Source != "till" || files[0].System != "pos" {
		t.Fatalf("%+v", files)
	}
	if files := set.Months["2024-02-01"]; len(files) != 32 {
		t.Fatalf("%d files", len(files))
	}
	s.deliver("till7.csv", "receipt,line,day,amount\nA,8,2024-01-05,11\n") // a delivery within is corrected
	s.night()
	expect(t, s.ask("select document_id, count(*) as n, sum(gross_amount)::int as amount from "+duck.Parquet(s.lake.Paths(s.set("sale_line").Files()))+" group by 1 order by 1"), `
		document_id | n  | amount
		A           | 33 | 331
		B           | 32 | 32`)
}
