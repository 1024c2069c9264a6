package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/internal/duck"
)

// till writes the lines of one receipt, with their amounts.
func till(receipt string, amounts ...int) string {
	text := "receipt,line,day,amount\n"
	for i, amount := range amounts {
		text += fmt.Sprintf("%s,%d,2024-01-05,%d\n", receipt, i+1, amount)
	}
	return text
}

const amounts = "document_id, line_no, gross_amount::int as amount"

func TestAnUnchangedDeliveryIsSkipped(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", till("A", 1))
	s.night()
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill.csv | unchanged")

	// Touched, but the same: it is read to know, and the next night need not.
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(s.dir, "till.csv"), later, later); err != nil {
		t.Fatal(err)
	}
	s.deliver("till2.csv", till("B", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill.csv | unchanged\ntill2.csv | new")
	if d, _ := s.committed.Delivery("till", "till.csv"); !d.ModifiedAt.Equal(later) {
		t.Fatalf("its time is %v", d.ModifiedAt)
	}
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nB | 1 | 1")
}

func TestTheSameContentUnderAnotherNameIsHeld(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "system: pos", "system: pos\n    key: none", 1))
	s.deliver("till1.csv", till("A", 1))
	s.deliver("till2.csv", till("A", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | new\ntill2.csv | held")
	if !strings.Contains(s.found[1].Reason, "its content is that of till1.csv") {
		t.Fatal(s.found[1].Reason)
	}
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1")
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | unchanged")

	s.describe(strings.Replace(tills, "system: pos", "system: pos\n    key: none\n    same_content: load", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | new")
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nA | 1 | 1")
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | unchanged")
}

// Nothing is lost when the name that counted gets other content.
func TestAHeldDeliveryCountsWhenItsTwinNoLongerDoes(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till1.csv", till("A", 1))
	s.deliver("till2.csv", till("A", 1))
	s.night()
	s.deliver("till1.csv", till("B", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | changed\ntill2.csv | new")
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nB | 1 | 1")
}

func TestFilesMayBeRotated(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", till("A", 1))
	s.night()
	s.deliver("till.1.csv", till("A", 1))
	s.deliver("till.csv", till("B", 1))
	s.night()
	s.deliver("till.2.csv", till("A", 1))
	s.deliver("till.1.csv", till("B", 1))
	s.deliver("till.csv", till("C", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill.1.csv | changed\ntill.2.csv | new\ntill.csv | changed")
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nB | 1 | 1\nC | 1 | 1")
}

func TestAChangedFileThatBecomesATwinIsHeldAndItsOldRowsGo(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till1.csv", till("A", 1))
	s.deliver("till2.csv", till("B", 1))
	s.night()
	s.deliver("till2.csv", till("A", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | held")
	if !strings.HasSuffix(s.found[1].Reason, "what till2.csv gave before counts no longer") {
		t.Fatal(s.found[1].Reason)
	}
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1")
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | unchanged")
	s.deliver("till2.csv", till("C", 1))
	s.night()
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nC | 1 | 1")
}

func TestAnEarlierVersionThatComesBackIsANewOne(t *testing.T) {
	s := aShop(t, tills)
	for i, text := range []string{till("A", 1), till("B", 2), till("A", 1)} {
		s.deliver("till.csv", text)
		s.night()
		expect(t, s.discovered(), "delivery | state\ntill.csv | "+[]string{"new", "changed", "changed"}[i])
	}
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1")
}

func TestAFileThatGrewReplacesWhatItGave(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", till("A", 1, 2))
	s.deliver("till2.csv", till("B", 5))
	s.night()
	s.deliver("till.csv", till("A", 1, 3, 4))
	s.night()
	expect(t, s.live("sale_line", amounts+", delivery_id"), `
		document_id | line_no | amount | delivery_id
		A           | 1       | 1      | 3
		A           | 2       | 3      | 3
		A           | 3       | 4      | 3
		B           | 1       | 5      | 2`)
	if len(s.last.Rejects()) > 0 {
		t.Fatalf("%v", s.last.Rejects())
	}
}

func TestRejectsOfACorrectedFileAreGone(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,x\nA,2,2024-01-05,1\n")
	s.deliver("till2.csv", "receipt,line,day,amount\nB,1,2024-01-05,x\n")
	s.night()
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\nA,2,2024-01-05,1\n")
	s.night()
	if len(s.committed.Rejects) != 1 || s.committed.Rejects[2].Rows != 1 {
		t.Fatalf("%+v", s.committed.Rejects)
	}
}

func TestAFileThatWasCutOffBlocks(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", till("A", make([]int, 50)...))
	s.deliver("till2.csv", till("B", 1))
	s.night()
	s.deliver("till.csv", till("A", make([]int, 30)...))
	s.fails("source till", "the new version of till.csv has 20 rows fewer than the one before, of 51 in all", "guards.deleted (20 %)")
	s.describe("guards: {deleted: 0.5}\n" + tills)
	s.night()
	expect(t, s.ask("select count(*) as n from "+duck.Parquet(s.lake.Paths(s.set("sale_line").Files()))), "n\n31")
}

// upserts is a source of heads whose later rows count.
const upserts = `
sources:
  shop:
    system: web
    files: [shop*.csv]
    mode: upsert
    maps:
      sale:
        columns: {document_id: id, business_date: day, status: status}
`

func TestTheLaterRowOfAKeyCounts(t *testing.T) {
	s := aShop(t, upserts)
	s.deliver("shop1.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,placed\nA,2024-01-05,paid\n")
	s.night()
	expect(t, s.live("sale", "document_id, status, source_row"), "document_id | status | source_row\nA | paid | 3\nB | placed | 2")
	expect(t, s.ledger(), `
		delivery  | input | read | taken | emitted | staged | superseded
		shop1.csv | sale  | 3    | 3     | 3       | 2      | 1`)
	s.deliver("shop2.csv", "id,day,status\nA,2024-02-05,shipped\n")
	s.night()
	expect(t, s.live("sale", "document_id, status, month"), `
		document_id | status  | month
		A           | shipped | 2024-02-01
		B           | placed  | 2024-01-01`)
	s.deliver("shop2.csv", "id,day,status\nC,2024-02-05,paid\n") // A keeps what it was told last
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | shipped\nB | placed\nC | paid")
}

func TestAnOlderVersionThatArrivesLateLoses(t *testing.T) {
	s := aShop(t, strings.Replace(upserts, "mode: upsert", "mode: upsert\n    version_by: rev", 1))
	s.deliver("shop1.csv", "id,day,status,rev\nA,2024-01-05,shipped,10\nB,2024-01-05,placed,2\n")
	s.night()
	s.deliver("shop2.csv", "id,day,status,rev\nA,2024-01-05,paid,9\nB,2024-01-05,paid,3\nB,2024-01-05,cancelled,\n")
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | shipped\nB | paid")
	expect(t, s.ledger(), `
		delivery  | input | read | taken | emitted | staged | superseded
		shop2.csv | sale  | 3    | 3     | 3       | 1      | 2`)
}

func TestVersionsMayBeTimesOrExpressions(t *testing.T) {
	for by, versions := range map[string][2]string{
		"rev":                                {"2024-01-09 10:00:00", "2024-01-10 09:00:00"},
		"try_strptime(rev, '%d.%m.%Y')":      {"09.02.2024", "01.10.2024"},
		`try_cast(rev as bigint)`:            {"9", "10"},
		`"rev"`:                              {"9.5", "10.25"},
		"try_cast(rev as timestamptz)::text": {"2024-01-09 10:00:00+00", "2024-01-09 10:00:00.5+00"},
	} {
		s := aShop(t, strings.Replace(upserts, "mode: upsert", "mode: upsert\n    version_by: "+by, 1))
		s.deliver("shop1.csv", "id,day,status,rev\nA,2024-01-05,shipped,"+versions[1]+"\n")
		s.night()
		s.deliver("shop2.csv", "id,day,status,rev\nA,2024-01-05,paid,"+versions[0]+"\n")
		s.night()
		expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | shipped")
	}
}

func TestAChangedMappingReadsAgain(t *testing.T) {
	s := aShop(t, upserts)
	s.deliver("shop1.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,returned\n")
	s.night()
	s.deliver("shop2.csv", "id,day,status\nA,2024-01-05,paid\n")
	s.night()
	s.lose("shop2.csv")
	s.describe(strings.Replace(upserts, "document_id: id,", "document_id: id, channel: \"'web'\",", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\nshop1.csv | remapped\nshop2.csv | gone")
	// A's later row is no longer there to be read again, and still counts; B is
	// read as it was received: its return is of that day.
	expect(t, s.live("sale", "document_id, status, channel, returned_on"), `
		document_id | status   | channel | returned_on
		A           | paid     |         |
		B           | returned | web     | 2024-06-30`)
	s.night()
	expect(t, s.discovered(), "delivery | state\nshop1.csv | unchanged")
}

func TestAFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", till("A", 1))
	s.night()
	s.deliver("till.csv", till("A", 1, 2))
	c := s.last.Config
	found, err := Discover(s.ctx, c, Look{Manifest: s.committed, Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	s.deliver("till.csv", till("A", 1, 2, 3))
	n := &Night{DB: s.db, Lake: s.lake, Config: c, Catalog: s.catalog, Manifest: s.committed.Next("again"), ReceivedAt: s.clock}
	if err := Extract(s.ctx, n, found); err == nil || !strings.Contains(err.Error(), "while it was read") {
		t.Fatalf("%v", err)
	}
}

func TestARowThatWasADuplicateCountsOnceItsRivalIsGone(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till-1.csv", till("A", 1, 2))
	s.deliver("till-2.csv", till("A", 7)+"B,1,2024-01-05,8\n")
	s.night()
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 1\nA | 2 | 2\nB | 1 | 8")

	s.deliver("till-1.csv", till("C", 3))
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill-1.csv | changed\ntill-2.csv | remapped")
	expect(t, s.live("sale_line", amounts), "document_id | line_no | amount\nA | 1 | 7\nB | 1 | 8\nC | 1 | 3")
	expect(t, s.rejects("delivery, line, rule"), "delivery | line | rule")
}
