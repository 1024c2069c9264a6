package extract

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

const oneLine = "receipt,line,day,amount\nA,1,2024-01-05,1\n"

func TestAFileIsReadWhateverItsWrapping(t *testing.T) {
	for name, text := range map[string]string{
		"till.csv":         oneLine,
		"till-bom.csv":     "\ufeff" + oneLine,
		"till-crlf.csv":    strings.ReplaceAll(oneLine, "\n", "\r\n"),
		"till-mac.csv":     strings.ReplaceAll(oneLine, "\n", "\r"),
		"till-noend.csv":   strings.TrimSpace(oneLine),
		"till-quoted.csv":  `"receipt","line","day","amount"` + "\n" + `"A","1","2024-01-05","1"`,
		"till-blank.csv":   "\n\n" + oneLine + "\n\n",
		"till.csv.gz":      gzipped(t, oneLine),
		"till.csv.zst":     zstandard(t, oneLine),
		"till-unnamed.csv": gzipped(t, oneLine),
		"till [1]*?.csv":   oneLine,
	} {
		s := aShop(t, strings.Replace(tills, "till*.csv", "till*", 1))
		s.deliver(name, text)
		s.night()
		expect(t, s.live("sale_line", "document_id, line_no, gross_amount, source_row"), `
			document_id | line_no | gross_amount | source_row
			A           | 1       | 1.0000       | 1`)
	}
}

// A name that is a pattern to DuckDB is still that one file.
func TestAFileNameWithBracketsIsNotTakenForAPattern(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till [1].csv", oneLine)
	s.deliver("till 1.csv", "receipt,line,day,amount\nB,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA\nB")
}

// A folder like month=2024-01 is part of the name, and no column.
func TestAFolderNameIsNoColumn(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "till*.csv", "day=*/receipt=*.csv", 1))
	s.deliver("day=2024-01-01/receipt=X.csv", oneLine)
	s.night()
	expect(t, s.live("sale_line", "document_id, business_date"), "document_id | business_date\nA | 2024-01-05")
}

func TestFilesCountInNaturalOrderOfTheirNames(t *testing.T) {
	names := []string{"b/2.csv", "a10.csv", "a9.csv", "a09.csv", "a.csv", "b/10.csv", "订单2.csv", "a9b.csv", "a9-1.csv", "a09-2.csv"}
	slices.SortFunc(names, naturally)
	want := "a.csv a9-1.csv a09-2.csv a09.csv a9.csv a9b.csv a10.csv b/2.csv b/10.csv 订单2.csv"
	if got := strings.Join(names, " "); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestAGlobFindsFilesInFolders(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "[till*.csv]", `["in/*/till*.csv", "[ab].csv"]`, 1))
	s.deliver("in/10/till.csv", oneLine)
	s.deliver("in/9/till.csv", strings.Replace(oneLine, "A", "B", 1))
	s.deliver("b.csv", strings.Replace(oneLine, "A", "C", 1))
	s.deliver("c.csv", strings.Replace(oneLine, "A", "D", 1))
	s.night()
	expect(t, s.discovered(), "delivery | state\n9/till.csv | new\n10/till.csv | new\nb.csv | new")
}

func TestAFolderOfAnyNameCanHoldTheProject(t *testing.T) {
	dir := filepath.Join(t.TempDir(), `sh[o]p *?' 1`)
	s := shopIn(t, dir, tills)
	s.deliver("till.csv", oneLine)
	s.night()
	s.deliver("till2.csv", strings.Replace(oneLine, "A", "B", 1))
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA\nB")
}

func TestASourceWithoutAFileIsAnErrorUnlessItIsOptional(t *testing.T) {
	s := aShop(t, tills)
	s.fails("source till: no file matches till*.csv", "optional: true")
	s.describe(strings.Replace(tills, "system: pos", "system: pos\n    optional: true", 1))
	s.night()
}

func TestAHeaderAloneIsADeliveryWithoutRows(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "receipt,line,day,amount\n")
	s.night()
	expect(t, s.ledger(), "delivery | input\ntill.csv | sale_line")
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill.csv | unchanged")
}

func TestAnEmptyFileIsAnErrorWhereAHeaderIsPromised(t *testing.T) {
	s := aShop(t, tills)
	s.deliver("till.csv", "")
	s.fails("till.csv", "it is empty")
	s.describe(strings.Replace(tills, "system: pos", "system: pos\n    csv: {header: false, columns: [receipt, line, day, amount]}", 1))
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id")
	s.deliver("till.csv", "A,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, source_row"), "document_id | source_row\nA | 1")
}

func TestAnUnclosedQuoteInOneOfTwentyFilesStagesNothing(t *testing.T) {
	s := aShop(t, tills)
	for i := range 20 {
		text := "receipt,line,day,amount\n" + strings.Repeat("x", i+1) + ",1,2024-01-05,1\nB" + strings.Repeat("x", i+1) + ",1,2024-01-05,1\n"
		if i == 13 {
			text = strings.Replace(text, "\nB", "\n\"B", 1)
		}
		s.deliver("till"+strings.Repeat("i", i)+".csv", text)
	}
	s.fails("source till", "tilliiiiiiiiiiiii.csv", "the quote that opens on line 3 is never closed")
	if len(s.last.Manifest.Inputs) != 0 || s.committed != nil {
		t.Fatal("something was staged")
	}
}

func TestABadDeliveryOfAnOptionalSourceIsHeld(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "system: pos", "system: pos\n    optional: true", 1))
	s.deliver("till1.csv", oneLine)
	s.deliver("till2.csv", "receipt,line,day,amount\nB,1,2024-01-05,1\n\"C")
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA")
	held, _ := s.committed.Delivery("till", "till2.csv")
	if held.State != "held" || !strings.Contains(held.Reason, "never closed") {
		t.Fatalf("%+v", held)
	}
	s.night() // it stays held, and is no news
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | unchanged")

	s.deliver("till1.csv", "receipt,line,day,amount\n\"C") // what it gave before stays
	s.deliver("till2.csv", "receipt,line,day,amount\nB,1,2024-01-05,1\nC,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA\nB\nC")
	s.deliver("till1.csv", "receipt,line,day,amount\nD,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nB\nC\nD")
}
