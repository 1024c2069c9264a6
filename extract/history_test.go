package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/internal/lake"

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
	mode := rapid.SampledFrom([]string{"upsert", "snapshot", "version", "replace", "deletions"}).Draw(t, "mode")
	lead := map[string]string{
		"version":   "mode: upsert\n    version_by: rev\n    deleted_when: rev::int % 7 = 0",
		"replace":   "mode: replace\n    scope: [store_id]",
		"deletions": "mode: upsert\n    deleted_when: rev::int % 3 = 0",
	}[mode]
	if lead == "" {
		lead = "mode: " + mode
	}
	h.project = strings.Replace(orders, "mode: upsert", lead, 1)
	h.project = strings.Replace(h.project, "customer_id: customer", "customer_id: customer, status: status", 1)
	h.project = "rejects: {max_share: 1}\nguards: {deleted: 1}\n" + h.project + strings.TrimPrefix(strings.Replace(customers, "mode:", "optional: true\n    mode:", 1), "\nsources:\n")
	dated := rapid.Bool().Draw(t, "dated lines")
	if dated {
		h.project = strings.Replace(h.project, "gross_amount: amount", "gross_amount: amount, business_date: day", 1)
	}
	if rapid.Bool().Draw(t, "twins") {
		h.project = strings.Replace(h.project, "files: [lines*.csv]", "files: [lines*.csv]\n    key: none", 1)
	}
	h.earlier = h.project
	if rapid.Bool().Draw(t, "remapped") {
		h.earlier = strings.NewReplacer("customer_id: customer", "customer_id: upper(store)", "gross_amount: amount", `gross_amount: "1"`).Replace(h.project)
	}
	h.heads(t, mode)
	h.customers(t)
	serial := 0
	h.followers(t, "lines", "id,line,day,amount", func() string {
		serial++
		return fmt.Sprintf("%s,%d,%s,%s", documents.Draw(t, "id"), serial, maybeDays.Draw(t, "day"), rapid.SampledFrom([]string{"1", "2.50", "bad"}).Draw(t, "amount"))
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

// customers are delivered whole each day, in the order of the days; two
// records may be refused, or unreadable.
func (h *history) customers(t *rapid.T) {
	night := 0
	for day := range rapid.IntRange(0, 4).Draw(t, "customers") {
		text := "id,city,shoe\n"
		for _, id := range []string{"C1", "C2", "C3"} {
			switch kind := rapid.SampledFrom([]string{"same", "same", "new", "gone", "refused", "ragged"}).Draw(t, "kind"); kind {
			case "same":
				text += id + ",Bonn,40\n"
			case "new":
				text += fmt.Sprintf("%s,%s,4%d\n", id, rapid.SampledFrom([]string{"Bonn", "Ulm"}).Draw(t, "city"), rapid.IntRange(0, 1).Draw(t, "shoe"))
			case "refused":
				text += id + ",Bonn,wide\n"
			case "ragged":
				text += id + "\n"
			}
		}
		night = rapid.IntRange(night, h.nights-1).Draw(t, "night")
		h.parcels = append(h.parcels, parcel{fmt.Sprintf("crm2024-01-%02d.csv", day+1), text, night})
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
		{"customer", "customer_id, valid_from, city, x_shoe_size"},
		{"sale_line", "document_id, line_no, business_date, gross_amount, month"},
		{"payment", "document_id, sequence, paid_on, payment_amount, owner_customer_id, month"},
		{"survey_response", "response_id, document_id, handed_on, owner_customer_id, owner_store_id, month"},
		{"survey_answer", "response_id, answered_on, owner_customer_id, owner_store_id, owner_document_id, month"},
	} {
		shown += input.name + "\n" + s.live(input.name, input.columns) + "waiting\n" + s.pending(input.name, input.columns)
	}
	return shown
}

// checkFiles holds what the manifest says of each live file to its rows.
func (s *shop) checkFiles() {
	s.t.Helper()
	for name, set := range s.committed.Inputs {
		for month, files := range set.Months {
			for _, f := range files {
				s.checkFile(name, month, f)
			}
		}
		for _, f := range set.Pending {
			s.checkFile(name, unplaced, f)
		}
	}
}

func (s *shop) checkFile(input, month string, f lake.File) {
	s.t.Helper()
	in := s.catalog.Inputs[input]
	query := "select count(*) as rows, list_sort(list(distinct delivery_id))::varchar as deliveries"
	want := []string{fmt.Sprint(f.Rows), strings.ReplaceAll(fmt.Sprint(f.Deliveries), " ", ", ")}
	if in.Dated() {
		query += ", min(month)::varchar || ' ' || max(month)::varchar as month"
		want = append(want, month+" "+month)
	}
	if f.Placed {
		query += ", count(*) filter (owner_month is null) as orphans"
		want = append(want, fmt.Sprint(f.Orphans))
	}
	for _, name := range in.Reaches {
		column := duck.Name(name)
		query += ", coalesce(list_sort(list(distinct strftime(" + column + ", '%Y-%m-01')) filter (date_trunc('month', " + column + ") <> month)), [])::varchar as reaches"
		want = append(want, strings.ReplaceAll(fmt.Sprint(f.Reaches[name]), " ", ", "))
	}
	got := strings.Split(strings.TrimSpace(s.ask(query+" from "+s.relation(input, []lake.File{f}))), "\n")
	if line := cells(got[len(got)-1]); line != strings.Join(want, "|") {
		s.t.Fatalf("%s: the manifest says %v, the rows say %s", f.Path, want, line)
	}
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
		s.checkFiles()
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
func TestNightByNightEqualsAllAtOnce(test *testing.T) {
	before := filesAMonth
	filesAMonth = 2
	defer func() { filesAMonth = before }()
	rapid.Check(test, func(t *rapid.T) {
		h := drawHistory(t)
		dir := test.TempDir()
		once, nightly := h.allAtOnce(t, dir+"/once"), h.nightByNight(t, dir+"/nightly")
		if once != nightly {
			for _, p := range h.parcels {
				t.Logf("night %d: %s\n%s", p.night, p.name, p.text)
			}
			t.Fatalf("at once\n%s\nnight by night\n%s", once, nightly)
		}
	})
}
