package pipeline

import (
	"context"
	"errors"
	"testing"

	"nightjar/models"

	"github.com/google/go-cmp/cmp"
)

// waitingFor says when so many wait.
func waitingFor(w *workers, count int) {
	for {
		w.mu.Lock()
		waiting := len(w.waiting)
		w.mu.Unlock()
		if waiting == count {
			return
		}
	}
}

func TestTheHighestRankIsServedFirstAndEqualsAsTheyCame(t *testing.T) {
	w := newWorkers(1)
	if err := w.enter(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	served := make(chan string)
	for i, who := range []struct {
		name string
		rank int
	}{{"fact", 1}, {"mart", 0}, {"step", 2}, {"another fact", 1}} {
		go func() {
			if err := w.enter(t.Context(), who.rank); err != nil {
				t.Error(err)
			}
			served <- who.name
		}()
		waitingFor(w, i+1)
	}
	var order []string
	for range 4 {
		w.leave()
		order = append(order, <-served)
	}
	if difference := cmp.Diff([]string{"step", "fact", "another fact", "mart"}, order); difference != "" {
		t.Errorf("served (-want +got):\n%s", difference)
	}
}

func TestWhoNoLongerWaitsTakesNoPlace(t *testing.T) {
	w := newWorkers(1)
	if err := w.enter(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- w.enter(ctx, 1) }()
	waitingFor(w, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatalf("left with %v", err)
	}
	w.leave()
	if err := w.enter(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

func TestModelsOfLongerWaysComeFirst(t *testing.T) {
	order := []*models.Model{
		{Name: "fact", SQL: "1"},
		{Name: "step", SQL: "12", Refs: []string{"fact"}},
		{Name: "cut", SQL: "1", Refs: []string{"step"}},
		{Name: "mart", SQL: "1234", Refs: []string{"fact"}},
		{Name: "history", SQL: "123", Refs: []string{"step", "cut"}},
	}
	want := map[string]int{"fact": 7, "step": 6, "cut": 4, "mart": 4, "history": 3}
	if difference := cmp.Diff(want, ranks(order)); difference != "" {
		t.Errorf("ranks (-want +got):\n%s", difference)
	}
}
