package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lineSource reads sale lines of one file, or of several, in a mode.
func lineSource(mode string) string {
	return "guards: {deleted: 1}\n" + source(strings.ReplaceAll(mode, "; ", "\n"), `columns: {document_id: id, line_no: line, business_date: day, gross_amount: amount, quantity: "1"}`)
}

// What facts must say after each thing that may happen to a delivery, mode by mode.
func TestEveryModeWithEverythingThatMayHappen(t *testing.T) {
	const (
		first     = "A,1,2024-01-05,10 A,2,2024-01-05,20 B,1,2024-02-03,5"
		grown     = first + " C,1,2024-02-04,7"
		shrunk    = "A,1,2024-01-05,10 B,1,2024-02-03,5"
		corrected = "A,1,2024-01-05,11 A,2,2024-01-05,20 B,1,2024-02-03,5"
		moved     = "A,1,2024-03-01,10 A,2,2024-03-01,20 B,1,2024-02-03,5"
		other     = "A,1,2024-01-05,99 C,1,2024-02-04,7"
	)
	modes := []string{"mode: append", "mode: upsert", "mode: snapshot", "mode: replace; scope: [document_id]", "mode: replace; scope: [business_date]", "mode: replace; window: {by: business_date}"}
	for _, c := range []struct {
		what string
		// nights lists what arrives, file=rows, | between files.
		nights []string
		// want is what is live then, by mode, in the order of modes.
		want [6]string
	}{
		{"the same again", []string{"a=" + first, "a=" + first}, [6]string{first, first, first, first, first, first}},
		{"it grew", []string{"a=" + first, "a=" + grown}, [6]string{grown, grown, grown, grown, grown, grown}},
		{"it shrank", []string{"a=" + first, "a=" + shrunk}, [6]string{shrunk, first, shrunk, shrunk, shrunk, shrunk}},
		{"it was corrected", []string{"a=" + first, "a=" + corrected}, [6]string{corrected, corrected, corrected, corrected, corrected, corrected}},
		{"rows moved to another month", []string{"a=" + first, "a=" + moved}, [6]string{moved, moved, moved, moved, moved, moved}},
		{"it came under two names", []string{"a=" + first, "b=" + first}, [6]string{first, first, first, first, first, first}},
		{"it came under two names in one night", []string{"a=" + first + "|b=" + first}, [6]string{first, first, first, first, first, first}},
		{
			"an older state came last",
			[]string{"b=" + other, "a=" + first},
			[6]string{
				"A,1,2024-01-05,99 A,2,2024-01-05,20 B,1,2024-02-03,5 C,1,2024-02-04,7", first + " C,1,2024-02-04,7", first,
				first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7",
			},
		},
		{
			"both in one night count in the order of their names",
			[]string{"b=" + other + "|a=" + first},
			[6]string{
				first + " C,1,2024-02-04,7", "A,1,2024-01-05,99 A,2,2024-01-05,20 B,1,2024-02-03,5 C,1,2024-02-04,7", other,
				"A,1,2024-01-05,99 B,1,2024-02-03,5 C,1,2024-02-04,7", "A,1,2024-01-05,99 B,1,2024-02-03,5 C,1,2024-02-04,7", other,
			},
		},
		{"A, then B, then A", []string{"a=" + first, "a=" + other, "a=" + first}, [6]string{
			first, first + " C,1,2024-02-04,7", first, first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7",
		}},
		{"A, then B, then A under three names", []string{"a=" + first, "b=" + other, "c=" + first}, [6]string{
			first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7", first, first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7", first + " C,1,2024-02-04,7",
		}},
		{"it came empty", []string{"a=" + first, "a="}, [6]string{"", first, "", first, first, first}},
	} {
		for i, mode := range modes {
			s := aShop(t, strings.Replace(lineSource(mode), "[till.*]", `["till*.csv"]`, 1))
			for _, night := range c.nights {
				for file := range strings.SplitSeq(night, "|") {
					name, rows, _ := strings.Cut(file, "=")
					s.deliver("till-"+name+".csv", "id,line,day,amount\n"+strings.ReplaceAll(rows, " ", "\n")+"\n")
				}
				s.night()
			}
			got := s.live("sale_line", "document_id, line_no, business_date, gross_amount::int as amount")
			want := "\n" + strings.NewReplacer(" ", "\n", ",", "|").Replace(c.want[i])
			if rowsIn(got) != rowsIn(want) {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", c.what, mode, got, want)
			}
		}
	}
}

func TestAPartThatIsMissingDeletesNothing(t *testing.T) {
	s := aShop(t, "guards: {deleted: 1}\n"+strings.Replace(snapshots, "mode: snapshot", "mode: snapshot\n    parts: (?P<set>\\d{8})-(?P<part>\\d)of(?P<of>\\d)", 1))
	head := "id,day,status\n"
	s.deliver("shop20240101-1of2.csv", head+"A,2024-01-05,placed\nB,2024-01-05,placed\n")
	s.night()
	expect(t, s.discovered(), "delivery | state\nshop20240101-1of2.csv | waiting")
	s.deliver("shop20240101-2of2.csv", head+"C,2024-01-05,placed\n")
	s.night()
	all := "document_id\nA\nB\nC"
	expect(t, s.live("sale", "document_id"), all)
	s.deliver("shop20240102-2of2.csv", head+"C,2024-01-05,placed\n")
	s.night()
	expect(t, s.live("sale", "document_id"), all)
	s.deliver("shop20240102-1of2.csv", head+"A,2024-01-05,placed\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nA\nC")
	// a corrected part has the others read again with it
	s.deliver("shop20240102-1of2.csv", head+"A,2024-01-05,placed\nD,2024-01-05,placed\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nA\nC\nD")
}

func TestASnapshotDeletesOnlyWithinItsScope(t *testing.T) {
	s := aShop(t, "guards: {deleted: 1}\n"+strings.Replace(strings.Replace(snapshots, "mode: snapshot", "mode: snapshot\n    scope: [store_id]", 1), "status: status", "store_id: store", 1))
	head := "id,day,store\n"
	s.deliver("shop1.csv", head+"A,2024-01-05,s1\nB,2024-01-05,s1\nC,2024-01-05,s2\n")
	s.night()
	s.deliver("shop2.csv", head+"A,2024-01-05,s1\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nA\nC")
}

func TestAWindowReplacesItsDaysAlsoThoseWithoutRows(t *testing.T) {
	s := aShop(t, strings.Replace(lineSource("mode: replace; window: {by: business_date, days: 3}; date_from_name: (\\d{8})"), "[till.*]", `["till*.csv"]`, 1))
	head := "id,line,day,amount\n"
	s.deliver("till20240105.csv", head+"A,1,2024-01-03,1\nB,1,2024-01-04,1\nC,1,2024-01-05,1\n")
	s.night()
	s.deliver("till20240106.csv", head+"C,1,2024-01-05,2\nD,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, gross_amount"), `
		document_id | gross_amount
		A           | 1.0000
		C           | 2.0000
		D           | 1.0000`)
}

func TestAReplacingFileThatIsCutOffBlocks(t *testing.T) {
	s := aShop(t, strings.Replace(lineSource("mode: replace; scope: [business_date]"), "deleted: 1", "deleted: 0.2", 1))
	head := "id,line,day,amount\n"
	s.deliver("till.csv", head+numbered(40, "A%d,1,2024-01-05,1\n"))
	s.night()
	s.deliver("till.csv", head+numbered(20, "A%d,1,2024-01-05,1\n"))
	s.fails("source till", "guards.deleted")
}

func TestRowsMarkedAsDeletedGo(t *testing.T) {
	s := aShop(t, "guards: {deleted: 1}\n"+strings.Replace(snapshots, "mode: snapshot", "mode: upsert\n    version_by: rev\n    deleted_when: gone = 'x'", 1))
	head := "id,day,status,rev,gone\n"
	s.deliver("shop1.csv", head+"A,2024-01-05,placed,1,\nB,2024-01-05,placed,1,\nC,2024-01-05,placed,1,x\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nA\nB")
	// a deletion needs the key alone
	s.deliver("shop2.csv", head+"A,,,3,x\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nB")
	expect(t, s.ledger(), `
		delivery  | input | read | taken | emitted | staged
		shop2.csv | sale  | 1    | 1     | 1       | 1`)
	// an older version that comes late does not bring it back, a newer one does
	s.deliver("shop3.csv", head+"A,2024-01-05,paid,2,\n")
	s.night()
	expect(t, s.live("sale", "document_id"), "document_id\nB")
	s.deliver("shop4.csv", head+"A,2024-01-05,paid,4,\n")
	s.night()
	expect(t, s.live("sale", "document_id, status"), "document_id | status\nA | paid\nB | placed")
}

func TestADeletionTakesEveryVersionBeforeIt(t *testing.T) {
	s := aShop(t, "guards: {deleted: 1}\n"+strings.Replace(customers, "mode: snapshot", "mode: upsert\n    deleted_when: city = 'gone'", 1))
	s.deliver("crm2024-01-01.csv", "id,city,shoe\nC1,Bonn,40\nC2,Bonn,40\n")
	s.night()
	s.deliver("crm2024-01-02.csv", "id,city,shoe\nC1,Ulm,40\n")
	s.night()
	s.deliver("crm2024-01-03.csv", "id,city,shoe\nC1,gone,\n")
	s.night()
	expect(t, s.live("customer", "customer_id, city"), "customer_id | city\nC2 | Bonn")
	s.deliver("crm2024-01-04.csv", "id,city,shoe\nC1,Jena,40\n")
	s.night()
	expect(t, s.live("customer", "customer_id, city"), "customer_id | city\nC1 | Jena\nC2 | Bonn")
}

func TestAFileThatIsNotWholeYetWaits(t *testing.T) {
	s := aShop(t, source("done: \"{name}.done\"", plainColumns))
	text := "receipt,line,day,article,amount\nA,1,2024-01-05,苹果,1.5\nA,2,2024-01-05,梨,1000\n"
	s.deliver("till.csv", text)
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill.csv | waiting")
	s.deliver("till.csv.done", "")
	s.expectSaleLines("with its marker")

	s = aShop(t, source("settle: 24h", plainColumns))
	s.deliver("till.csv", text)
	if err := os.Chtimes(filepath.Join(s.dir, "till.csv"), s.clock, s.clock.Add(-23*time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.night()
	if s.found[0].State != Waiting {
		t.Fatal(s.discovered())
	}
	s.expectSaleLines("a day later")
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// rowsIn are a table's rows, without its heads.
func rowsIn(table string) string {
	_, rows, _ := strings.Cut(table, "\n")
	return cells(rows)
}
