package pipeline

import (
	"context"
	"slices"
	"sync"

	"nightjar/models"
)

// workers is a number of places at work. Who waits for one is served by rank, the highest
// first, and of equals the one who came first.
type workers struct {
	mu      sync.Mutex
	free    int
	waiting []*waiter
}

type waiter struct {
	rank  int
	ready chan struct{}
}

func newWorkers(places int) *workers { return &workers{free: places} }

// enter waits for a place, which leave gives back. It returns the context's error when that
// ends first; then no place is taken.
func (w *workers) enter(ctx context.Context, rank int) error {
	me := &waiter{rank: rank, ready: make(chan struct{})}
	w.mu.Lock()
	after, _ := slices.BinarySearchFunc(w.waiting, rank, func(other *waiter, rank int) int {
		if other.rank >= rank {
			return -1
		}
		return 1
	})
	w.waiting = slices.Insert(w.waiting, after, me)
	w.serve()
	w.mu.Unlock()
	select {
	case <-me.ready:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.waiting, me); i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	} else {
		w.free++ // it was served meanwhile
		w.serve()
	}
	return ctx.Err()
}

func (w *workers) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.free++
	w.serve()
}

// serve gives the free places to those who wait. The caller holds mu.
func (w *workers) serve() {
	for w.free > 0 && len(w.waiting) > 0 {
		close(w.waiting[0].ready)
		w.waiting = w.waiting[1:]
		w.free--
	}
}

// ranks are how much there is to do, one after the other, from each of an ordered list of
// models to one to which none refers, on the longest way. Those of the longest ways begin
// first, so that no long one is left to a single worker at the end. What a model takes is
// not known on a first night: the length of its SQL stands for it.
func ranks(order []*models.Model) map[string]int {
	ranks := map[string]int{}
	for _, m := range slices.Backward(order) {
		ranks[m.Name] += len(m.SQL)
		for _, ref := range m.Refs {
			ranks[ref] = max(ranks[ref], ranks[m.Name])
		}
	}
	return ranks
}
