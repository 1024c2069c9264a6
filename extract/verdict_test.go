package extract

import (
	"strings"
	"testing"
)

func TestAHeldDeliveryGoesAndWhatItOverruledCountsAgain(t *testing.T) {
	for _, mode := range []string{"mode: upsert", "mode: replace; scope: [document_id]"} {
		s := aShop(t, strings.Replace(lineSource(mode), "[till.*]", `["till*.csv"]`, 1))
		head := "id,line,day,amount\n"
		s.deliver("till1.csv", head+"A,1,2024-01-05,1\nB,1,2024-01-05,1\n")
		s.deliver("till2.csv", head+"A,1,2024-01-05,2\nC,1,2024-01-05,2\n")
		s.deliver("till3.csv", head+"B,1,2024-01-05,3\n")
		s.night()
		all := "document_id | amount\nA | 2\nB | 3\nC | 2"
		expect(t, s.live("sale_line", "document_id, gross_amount::int as amount"), all)
		s.verdicts = map[string]Verdict{"till/till2.csv": {Held: true, Reason: "test data", Run: "a"}}
		s.night()
		expect(t, s.live("sale_line", "document_id, gross_amount::int as amount"), "document_id | amount\nA | 1\nB | 3")
		s.night()
		for _, f := range s.found {
			if f.State != Unchanged {
				t.Errorf("%s: %s is %s (%s) when nothing is new", mode, f.Delivery.Name, f.State, f.Reason)
			}
		}
		// it comes back in its place: what came after it still overrules it
		s.verdicts = map[string]Verdict{"till/till2.csv": {Run: "z"}}
		s.night()
		expect(t, s.live("sale_line", "document_id, gross_amount::int as amount"), all)
	}
}

func TestAHeldDeliveryOfAppendedRows(t *testing.T) {
	s := aShop(t, strings.Replace(lineSource("mode: append"), "[till.*]", `["till*.csv"]`, 1))
	head := "id,line,day,amount\n"
	s.deliver("till1.csv", head+"A,1,2024-01-05,1\n")
	s.deliver("till2.csv", head+"A,1,2024-01-05,2\nC,1,2024-01-05,2\n")
	s.verdicts = map[string]Verdict{"till/till1.csv": {Held: true, Run: "a"}}
	s.night()
	expect(t, s.live("sale_line", "document_id, gross_amount::int as amount"), "document_id | amount\nA | 2\nC | 2")
	s.verdicts = nil
	s.night()
	// the key that came first counts, and till1 kept its place
	if live := s.live("sale_line", "document_id, gross_amount::int as amount"); cells(live) != cells("document_id | amount\nA | 2\nC | 2") {
		t.Log(live)
	}
	s.lose("till2.csv")
	s.verdicts = map[string]Verdict{"till/till2.csv": {Held: true, Run: "b"}}
	s.night()
	if got := s.live("sale_line", "document_id"); strings.Contains(got, "C") {
		t.Errorf("a delivery that is held, and not there any more, counts: %s", got)
	}
}

func TestATwinThatIsReleasedCounts(t *testing.T) {
	s := aShop(t, strings.Replace(lineSource("key: none"), "[till.*]", `["till*.csv"]`, 1))
	text := "id,line,day,amount\nA,1,2024-01-05,1\n"
	s.deliver("till1.csv", text)
	s.deliver("till2.csv", text)
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA")
	s.verdicts = map[string]Verdict{"till/till2.csv": {Run: "z"}}
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nA\nA")
	s.night()
	expect(t, s.discovered(), "delivery | state\ntill1.csv | unchanged\ntill2.csv | unchanged")
}

func TestAChangedMappingReadsFromTheLandingWhatIsNoLongerThere(t *testing.T) {
	for _, keep := range []string{"0", "30"} {
		project := "landing: {keep_days: " + keep + "}\n" + strings.Replace(source("encoding: gb18030", plainColumns), "[till.*]", `["till*.csv"]`, 1)
		s := aShop(t, project)
		s.deliver("till1.csv", "receipt,line,day,article,amount\nA,1,2024-01-05,\xc6\xbb\xb9\xfb,1.5\n")
		s.night()
		s.lose("till1.csv")
		s.deliver("till2.csv", "receipt,line,day,article,amount\nB,1,2024-01-05,x,2\n")
		s.describe(strings.Replace(project, "gross_amount: amount", `gross_amount: "amount::decimal(18,4) * 2"`, 1))
		s.night()
		want := "document_id | sku | amount\nA | 苹果 | 1.5000\nB | x | 4.0000"
		if keep == "30" {
			want = strings.Replace(want, "1.5", "3.0", 1)
		}
		expect(t, s.live("sale_line", "document_id, sku, gross_amount as amount"), want)
		if err := ExpireLanding(s.lake, 0, s.clock); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReplayedDeliveryKeepsItsPlace(t *testing.T) {
	for _, mode := range []string{"mode: upsert", "mode: replace; scope: [document_id]"} {
		s := aShop(t, strings.Replace(lineSource(mode), "[till.*]", `["till*.csv"]`, 1))
		head := "id,line,day,amount\n"
		s.deliver("till0.csv", head+"B,1,2024-01-05,7\n")
		s.deliver("till1.csv", head+"A,1,2024-01-05,1\nB,1,2024-01-05,1\nC,1,2024-01-05,bad\n")
		s.deliver("till2.csv", head+"A,1,2024-01-05,2\n")
		s.night()
		s.deliver("till1.csv", head+"A,1,2024-01-05,9\nC,1,2024-01-05,3\n")
		s.verdicts = map[string]Verdict{"till/till1.csv": {Replay: true, Run: "z"}}
		s.night()
		expect(t, s.live("sale_line", "document_id, gross_amount::int as amount"), "document_id | amount\nA | 2\nB | 7\nC | 3")
		s.verdicts = map[string]Verdict{"till/till1.csv": {Replay: true, Run: "a"}}
		s.night()
		for _, f := range s.found {
			if f.State != Unchanged {
				t.Errorf("%s: %s is %s (%s) when nothing is new", mode, f.Delivery.Name, f.State, f.Reason)
			}
		}
	}
}
