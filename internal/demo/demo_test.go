package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/internal/config"
)

func TestSameOptionsGiveTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	write := func(threads int) map[string][32]byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		_, dir := generate(t, small)
		nextDay(t, small, dir, 1)
		return fingerprints(t, dir)
	}
	one, four := write(1), write(4)
	if !maps.Equal(one, four) {
		t.Error("one thread and four wrote different bytes")
	}
	if len(one) < 6*60 {
		t.Errorf("only %d files", len(one))
	}
}

func TestADayNeedsNoHistory(t *testing.T) {
	_, dir := generate(t, small)
	nextDay(t, small, dir, 1)
	nextDay(t, small, dir, 2)
	alone := t.TempDir()
	nextDay(t, small, alone, 2)
	inSequence := fingerprints(t, dir)
	for path, sum := range fingerprints(t, alone) {
		if inSequence[path] != sum {
			t.Errorf("%s differs when the days before were not written", path)
		}
	}
}

func TestAnotherSeedIsAnotherCompany(t *testing.T) {
	other := small
	other.Seed++
	_, a := generate(t, small)
	_, b := generate(t, other)
	path := filepath.Join("data", "till", "till_2023-05.csv")
	if fingerprints(t, a)[path] == fingerprints(t, b)[path] {
		t.Error("two seeds gave the same month")
	}
}

func TestEachRuleIsBrokenSomewhere(t *testing.T) {
	truth, _ := generate(t, small)
	for _, rule := range config.Rules {
		if truth.Planted[rule.Name] == 0 {
			t.Errorf("no row breaks %s", rule.Name)
		}
	}
	for name := range truth.Planted {
		if !slices.ContainsFunc(config.Rules, func(r config.Rule) bool { return r.Name == name }) {
			t.Errorf("%s is planted, and is no rule", name)
		}
	}
	if truth.Customers.Twins == 0 || truth.Customers.PhoneLinks == 0 {
		t.Errorf("no customers to find by phone: %+v", truth.Customers)
	}
}

func TestCleanPlantsNothing(t *testing.T) {
	clean := small
	clean.Clean = true
	truth, dir := generate(t, clean)
	day := nextDay(t, clean, dir, 1)
	if len(truth.Planted)+len(day.Planted) > 0 {
		t.Errorf("planted %v and %v", truth.Planted, day.Planted)
	}
	if c := truth.Customers; c.Twins+c.PhoneLinks > 0 || c.People != c.PeopleByAll {
		t.Errorf("customers to find by phone: %+v", c)
	}
	if found := read(t, dir, "till/*.csv", "shop/[lops]*_*.csv", "survey/*.csv", "service/*.csv", "service/*.gz", "erp/orders*.csv", "plan/*.xlsx").broken; len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestLinesAreAboutAsManyAsAsked(t *testing.T) {
	truth, _ := generate(t, small)
	lines := truth.Till.Lines + truth.Shop.Lines
	if lines < 19_000 || lines > 21_000 {
		t.Errorf("%d lines instead of 20,000", lines)
	}
	if share := float64(truth.Till.Lines) / float64(lines); share < 0.77 || share > 0.83 {
		t.Errorf("the tills have a share of %.2f instead of 0.80", share)
	}
}

func TestHistoryMayEndWithinAMonth(t *testing.T) {
	o := Options{Lines: 500, Customers: 10, Years: 1, Stores: 1, End: time.Date(2024, 2, 29, 18, 0, 0, 0, time.UTC)}
	truth, dir := generate(t, o)
	if truth.From != "2023-03-01" || truth.To != "2024-02-29" {
		t.Errorf("history from %s to %s", truth.From, truth.To)
	}
	if day := nextDay(t, o, dir, 1); day.From != "2024-03-01" {
		t.Errorf("the next day is %s", day.From)
	}
}

func TestWhatCannotBeGeneratedIsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"no folder":       {},
		"negative lines":  {Dir: t.TempDir(), Lines: -1},
		"few customers":   {Dir: t.TempDir(), Customers: 3},
		"too many stores": {Dir: t.TempDir(), Stores: 100},
	} {
		if _, err := Generate(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NextDay(t.Context(), Options{Dir: t.TempDir()}, 0); err == nil {
		t.Error("day 0: no error")
	}
}

func TestStoppingLeavesNoPartOfAFile(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	dir := t.TempDir()
	_, err := Generate(ctx, Options{Dir: dir, Lines: 5_000_000})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the error is %v", err)
	}
	for path := range fingerprints(t, dir) {
		if strings.HasSuffix(path, ".part") || strings.Contains(path, "truth") {
			t.Errorf("%s was left", path)
		}
	}
}

func fingerprints(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		sums[name] = sha256.Sum256(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestAFileThatWasCutOffComesAgainWhole(t *testing.T) {
	o := small
	o.Lines = 200_000
	_, dir := generate(t, o)
	cut := nextDay(t, o, dir, 7)
	before := readFile(t, dir+"/data/till/till_2026-01-07.csv")
	next := nextDay(t, o, dir, 8)
	after := readFile(t, dir+"/data/till/till_2026-01-07.csv")
	own := readFile(t, dir+"/data/till/till_2026-01-08.csv")
	if missing := len(after) - len(before); missing < 1 || int64(len(before)) != cut.Till.Lines || next.Till.Lines < int64(len(own)-20+missing) {
		t.Errorf("%d rows came, then %d; the truths tell of %d, then %d with %d of the day itself", len(before), len(after), cut.Till.Lines, next.Till.Lines, len(own))
	}
	whole := map[string]bool{}
	for _, r := range after {
		whole[r["ticket_no"]+r["line_no"]] = true
	}
	for _, r := range before {
		if !whole[r["ticket_no"]+r["line_no"]] {
			t.Errorf("the whole file lacks %v", r)
		}
	}
}

// A card comes when it is handed out, and again in the file of the day on which it is
// answered, if that is a later one: no answer is lost.
func TestACardAnsweredLaterComesAgain(t *testing.T) {
	o := small
	o.Lines = 200_000
	dir := t.TempDir()
	answered, again := map[string]string{}, 0
	for n := 1; n <= longestCard+3; n++ {
		day := nextDay(t, o, dir, n).From
		for _, r := range read(t, dir, "survey/cards_"+day+".csv").good {
			if r["handed_on"] != day {
				again++
				if !strings.HasPrefix(r["answered_at"], day) || answered[r["card_no"]] != "" {
					t.Fatalf("the file of %s has %v", day, r)
				}
			}
			answered[r["card_no"]] = r["answered_at"]
		}
	}
	if again < 3 {
		t.Errorf("only %d cards came again", again)
	}
	o.Dir = dir
	w, err := newWorld(o, longestCard+3)
	if err != nil {
		t.Fatal(err)
	}
	for on := w.to + 1; on <= w.to+3; on++ {
		for c := range w.cards(on) {
			want := ""
			if c.answered != 0 {
				want = c.answered.day().String() + " " + string(appendClock(nil, c.answered))
			}
			number := fmt.Sprintf("Q%s-%04d", compact(on), c.count)
			if got, came := answered[number]; !came || got != want {
				t.Errorf("card %s was answered %q, not %q", number, got, want)
			}
		}
	}
}
