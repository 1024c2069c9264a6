package extract

import (
	"fmt"
	"strings"
	"testing"
)

const snapshots = `
sources:
  shop:
    system: web
    files: [shop*.csv]
    mode: snapshot
    maps:
      sale:
        columns: {document_id: id, business_date: day, status: status}
`

func TestASnapshotDeletesWhatItLacks(t *testing.T) {
	s := aShop(t, snapshots)
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,placed\nC,2024-02-05,placed\n")
	s.night()
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,paid\nC,2024-02-05,placed\nD,2024-02-05,placed\n")
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | paid\nC | placed\nD | placed")
	s.deliver("shop.csv", "id,day,status\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id")
}

func TestASnapshotThatLeavesOutTooMuchBlocks(t *testing.T) {
	s := aShop(t, snapshots)
	text := "id,day,status\n"
	for i := range 50 {
		text += fmt.Sprintf("A%d,2024-01-05,placed\n", i)
	}
	s.deliver("shop.csv", text)
	s.night()
	s.deliver("shop.csv", "id,day,status\n")
	s.fails("source shop", "leaves out 50 of 50 rows", "guards.deleted (20 %)", "nightjar run --accept shop.deleted --reason")
	s.accepted = map[string]string{"till.deleted": "another source"}
	s.fails("source shop")
	s.accepted = map[string]string{"shop.deleted": "it closed"}
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id")
	s.accepted = nil
	s.deliver("shop.csv", text)
	s.night()
	s.deliver("shop.csv", "id,day,status\n")
	s.fails("source shop")
	s.describe("guards: {deleted: 1}\n" + snapshots)
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id")
}

// A row that the contract refuses is in the snapshot all the same.
func TestARejectedRowOfASnapshotIsNotMissing(t *testing.T) {
	s := aShop(t, snapshots)
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,placed\n")
	s.night()
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,lost?\n")
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | placed")
	expect(t, s.rejects("rule, raw"), `rule | raw
		unknown_status | A,2024-01-05,lost?`)
}

func TestASnapshotThatCannotBeReadWhollyProvesNoAbsence(t *testing.T) {
	s := aShop(t, snapshots)
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,placed\n")
	s.night()
	s.deliver("shop.csv", "id,day,status\nA,2024-01-05,paid\nB,2024-01\n")
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | paid\nB | placed")
}

func TestSnapshotsReadTogetherGiveWhatTheyGiveOneByOne(t *testing.T) {
	days := []string{"A,2024-01-05,placed\nB,2024-01-05,placed\n", "A,2024-01-05,paid\n", "B,2024-01-05,shipped\nC,2024-01-05,placed\n"}
	for _, together := range []bool{false, true} {
		s := aShop(t, snapshots)
		for i, rows := range days {
			s.deliver(fmt.Sprintf("shop%d.csv", i), "id,day,status\n"+rows)
			if !together {
				s.night()
			}
		}
		if together {
			s.night()
			expect(t, s.ledger(), `
				delivery  | input | read | taken | emitted | staged | superseded
				shop0.csv | sale  | 2    | 2     | 2       | 0      | 2
				shop1.csv | sale  | 1    | 1     | 1       | 0      | 1
				shop2.csv | sale  | 2    | 2     | 2       | 2      | 0`)
		}
		expect(t, s.live("sale", "document_id, status"), "document_id | status\nB | shipped\nC | placed")
	}
}

// A full dump every night has only what changed built again.
func TestARowThatSaysNothingNewLeavesTheLiveSetAsItIs(t *testing.T) {
	for _, mode := range []string{"snapshot", "upsert"} {
		s := aShop(t, strings.Replace(snapshots, "snapshot", mode, 1)+strings.TrimPrefix(`
  lines:
    system: web
    files: [lines.csv]
    maps:
      sale_line:
        columns: {document_id: id, line_no: line, quantity: "1", gross_amount: amount}
`, "\n"))
		s.deliver("lines.csv", "id,line,amount\nA,1,1\nC,1,1\n")
		s.deliver("shop1.csv", "id,day,status\nA,2024-01-05,placed\nB,2024-01-05,placed\nC,2024-02-05,placed\n")
		s.night()
		before := s.committed.Inputs
		s.deliver("shop2.csv", "id,day,status\nC,2024-02-05,paid\nA,2024-01-05,placed\nB,2024-01-05,placed\n")
		s.night()
		expect(t, s.live("sale", "document_id, status, delivery_id"), `
			document_id | status | delivery_id
			A           | placed | 1
			B           | placed | 1
			C           | paid   | 3`)
		expect(t, s.ledger(), `
			delivery  | input | read | taken | emitted | staged | superseded
			shop2.csv | sale  | 3    | 3     | 3       | 1      | 2`)
		for _, input := range []string{"sale", "sale_line"} {
			if now := s.set(input).Months["2024-01-01"]; now[0].Path != before[input].Months["2024-01-01"][0].Path {
				t.Fatalf("%s of January was written anew: %+v", input, now)
			}
		}
	}
}

// The day on which a return was first heard of stays, however often it is told.
func TestADateThatTheDeliveryGaveDoesNotCreep(t *testing.T) {
	s := aShop(t, snapshots)
	for _, more := range []string{"", "B,2024-01-05,placed\n", "C,2024-01-05,returned\n"} {
		s.deliver("shop.csv", "id,day,status\nA,2024-01-05,returned\n"+more)
		s.night()
	}
	expect(t, s.live("sale", "document_id, returned_on"), "document_id | returned_on\nA | 2024-06-30\nC | 2024-07-02")
}

// The source says again what it said the day before yesterday.
func TestASnapshotMayEqualAnOlderOne(t *testing.T) {
	s := aShop(t, snapshots)
	for i, rows := range []string{"A,2024-01-05,placed\n", "A,2024-01-05,placed\nB,2024-01-05,placed\n", "A,2024-01-05,placed\n"} {
		s.deliver(fmt.Sprintf("shop%d.csv", i), "id,day,status\n"+rows)
		s.night()
	}
	expect(t, s.live("sale", "document_id"), "document_id\nA")
}

func TestAnOldSnapshotReadAgainDoesNotBringBackWhatWasDeleted(t *testing.T) {
	s := aShop(t, snapshots)
	for i, rows := range []string{"A,2024-01-05,placed\nB,2024-01-05,placed\n", "B,2024-01-05,paid\nC,2024-01-05,placed\n"} {
		s.deliver(fmt.Sprintf("shop%d.csv", i), "id,day,status\n"+rows)
		s.night()
	}
	s.lose("shop1.csv")
	s.describe(strings.Replace(snapshots, "document_id: id,", "document_id: id, channel: \"'web'\",", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\nshop0.csv | remapped\nshop1.csv | gone")
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nB | paid\nC | placed")
}
