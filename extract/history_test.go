package extract

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A parcel is one version of a file, and the night in which it arrives.
type parcel struct {
	name, text string
	night      int
}

// A history is a project and everything that is ever delivered to it.
type history struct {
	project string
	// earlier is how the project reads its sources until the last night.
	earlier string
	parcels []parcel
	nights  int
}

var (
	documents = rapid.SampledFrom([]string{"A", "B", "C", "D"})
	days      = rapid.SampledFrom([]string{"2024-01-05", "2024-01-31", "2024-02-01", "2024-03-09"})
	maybeDays = rapid.SampledFrom([]string{"", "", "2024-01-20", "2024-04-01", "never"})
	people    = rapid.SampledFrom([]string{"", "C1", "C2"})
	words     = rapid.SampledFrom([]string{"placed", "paid", "returned", "what?"})
	cardNames = rapid.SampledFrom([]string{"R1", "R2", "R3"})
)

// drawHistory makes heads by upsert, snapshot, or by upsert with versions (in
// any order), and lines, payments, cards and answers that follow them, in any
// order; files that grow; and a mapping that changes.
func drawHistory(t *rapid.T) *history {
	h := &history{nights: rapid.IntRange(1, 4).Draw(t, "nights")}
	mode := rapid.SampledFrom([]string{"upsert", "snapshot", "version"}).Draw(t, "mode")
	lead := "mode: " + mode
	if mode == "version" {
		lead = "mode: upsert\n    version_by: rev"
	}
	h.project = strings.Replace(orders, "mode: upsert", lead, 1)
	h.project = strings.Replace(h.project, "customer_id: customer", "customer_id: customer, status: status", 1)
	h.project = "rejects: {max_share: 1}\nguards: {deleted: 1}\n" + h.project
	if rapid.Bool().Draw(t, "twins") {
		h.project = strings.Replace(h.project, "files: [lines*.csv]", "files: [lines*.csv]\n    key: none", 1)
	}
	h.earlier = h.project
	if rapid.Bool().Draw(t, "remapped") {
		h.earlier = strings.NewReplacer("customer_id: customer", "customer_id: upper(store)", "gross_amount: amount", `gross_amount: "1"`).Replace(h.project)
	}
	h.heads(t, mode)
	serial := 0
	h.followers(t, "lines", "id,line,amount", func() string {
		serial++
		return fmt.Sprintf("%s,%d,%s", documents.Draw(t, "id"), serial, rapid.SampledFrom([]string{"1", "2.50", "bad"}).Draw(t, "amount"))
	})
	h.followers(t, "payments", "id,n,day,amount", func() string {
		serial++
		return fmt.Sprintf("%s,%d,%s,1", documents.Draw(t, "id"), serial, maybeDays.Draw(t, "day"))
	})
	cards := map[string]bool{}
	h.followers(t, "cards", "card,id,day", func() string {
		card := cardNames.Draw(t, "card")
		if cards[card] {
			return ""
		}
		cards[card] = true
		return fmt.Sprintf("%s,%s,%s", card, documents.Draw(t, "id"), maybeDays.Draw(t, "day"))
	})
	answered := map[string]bool{}
	h.followers(t, "answers", "card,day,score", func() string {
		card := cardNames.Draw(t, "card")
		if answered[card] {
			return ""
		}
		answered[card] = true
		return fmt.Sprintf("%s,%s,1", card, maybeDays.Draw(t, "day"))
	})
	return h
}

// heads arrive in their order, but for those that carry a version.
func (h *history) heads(t *rapid.T, mode string) {
	revision := rapid.Permutation([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}).Draw(t, "revisions")
	night := 0
	for i := range rapid.IntRange(0, 4).Draw(t, "heads") {
		text := "id,day,customer,store,status,rev\n"
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			text += fmt.Sprintf("%s,%s,%s,%s,%s,%d\n", documents.Draw(t, "id"), days.Draw(t, "day"), people.Draw(t, "customer"), rapid.SampledFrom([]string{"", "s1"}).Draw(t, "store"), words.Draw(t, "status"), revision[0])
			revision = append(revision[1:], revision[0]+12)
		}
		if mode == "version" {
			h.grow(t, fmt.Sprintf("heads%d.csv", i), text)
			continue
		}
		night = rapid.IntRange(night, h.nights-1).Draw(t, "night")
		h.parcels = append(h.parcels, parcel{fmt.Sprintf("heads%d.csv", i), text, night})
	}
}

func (h *history) followers(t *rapid.T, name, header string, row func() string) {
	for i := range rapid.IntRange(0, 3).Draw(t, name) {
		text := header + "\n"
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			if line := row(); line != "" {
				text += line + "\n"
			}
		}
		h.grow(t, fmt.Sprintf("%s%d.csv", name, i), text)
	}
}

// grow delivers a file whole, or first a part of it.
func (h *history) grow(t *rapid.T, name, text string) {
	night := rapid.IntRange(0, h.nights-1).Draw(t, "night")
	h.parcels = append(h.parcels, parcel{name, text, night})
	if night > 0 && rapid.Bool().Draw(t, "grows") {
		lines := strings.SplitAfter(text, "\n")
		part := strings.Join(lines[:rapid.IntRange(1, len(lines)-1).Draw(t, "part")], "")
		h.parcels = append(h.parcels, parcel{name, part, rapid.IntRange(0, night-1).Draw(t, "first")})
	}
}

// rows shows all that a shop knows in the end, but where it came from.
func (h *history) rows(s *shop) string {
	shown := ""
	for _, input := range []struct{ name, columns string }{
		{"sale", "document_id, business_date, customer_id, store_id, status, returned_on, month"},
		{"sale_line", "document_id, line_no, gross_amount, month"},
		{"payment", "document_id, sequence, paid_on, payment_amount, owner_customer_id, month"},
		{"survey_response", "response_id, document_id, handed_on, owner_customer_id, owner_store_id, month"},
		{"survey_answer", "response_id, answered_on, owner_customer_id, owner_store_id, owner_document_id, month"},
	} {
		shown += input.name + "\n" + s.live(input.name, input.columns) + "waiting\n" + s.pending(input.name, input.columns)
	}
	return shown
}

func (h *history) allAtOnce(t *rapid.T, dir string) string {
	s := shopIn(t, dir, h.project)
	last := slices.Clone(h.parcels)
	slices.SortStableFunc(last, func(a, b parcel) int { return a.night - b.night })
	for _, p := range last {
		s.deliver(p.name, p.text)
	}
	s.night()
	return h.rows(s)
}

func (h *history) nightByNight(t *rapid.T, dir string) string {
	s := shopIn(t, dir, h.earlier)
	begun := s.clock
	for night := range h.nights {
		for _, p := range h.parcels {
			if p.night == night {
				s.deliver(p.name, p.text)
			}
		}
		if night == h.nights-1 {
			s.describe(h.project)
		}
		s.clock = begun
		s.night()
		s.clock = begun
		s.night() // nothing is new
		for _, f := range s.found {
			if f.State != Unchanged {
				t.Fatalf("%s is %s when nothing is new: %s", f.Delivery.Name, f.State, f.Reason)
			}
		}
	}
	return h.rows(s)
}

// Promise 3: any history, split into nights in any order that its modes allow,
// gives the rows that it gives at once.
func TestNightByNightEqualsAllAtOnce(t *testing.T) {
	before := filesAMonth
	filesAMonth = 2
	defer func() { filesAMonth = before }()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		dir, err := os.MkdirTemp("", "history")
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer os.RemoveAll(dir)
		once, nightly := h.allAtOnce(t, dir+"/once"), h.nightByNight(t, dir+"/nightly")
		if once != nightly {
			for _, p := range h.parcels {
				t.Logf("night %d: %s\n%s", p.night, p.name, p.text)
			}
			t.Fatalf("at once\n%s\nnight by night\n%s", once, nightly)
		}
	})
}
