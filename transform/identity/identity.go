// Package identity decides which customer keys are one customer.
package identity

import (
	"cmp"
	"slices"
)

// A Link says that two customer keys are, or are not, one customer.
type Link struct {
	KeyA, KeyB string
	// Rule that found the link, such as phone.
	Rule string
	// Same is false for a pair that is declared not the same.
	Same bool
}

// A Row is one key that some link joined to another.
type Row struct {
	CustomerKey string
	// CustomerID is the smallest key of all that are this customer.
	CustomerID string
	// Rule of the link that first joined the key to another.
	Rule string
}

// Fit joins keys in the order of the links. A link that would bring a pair
// declared not the same under one customer, directly or through others, is
// left out, wherever among the links the declaration stands. Rows are in the
// order of their keys; a key that nothing joined has none.
func Fit(links []Link) []Row {
	f := newForest(links)
	for _, link := range links {
		if link.Same {
			f.join(f.number[link.KeyA], f.number[link.KeyB], link.Rule)
		}
	}
	return f.rows()
}

// forest holds the components as trees of key numbers (union-find).
type forest struct {
	number map[string]int32
	keys   []string
	parent []int32
	size   []int32
	// least is the number of the smallest key of a root's component.
	least []int32
	// apart holds, by root, keys that must never join its component.
	apart map[int32][]int32
	rule  []string
}

func newForest(links []Link) *forest {
	f := &forest{number: map[string]int32{}, apart: map[int32][]int32{}}
	for _, link := range links {
		a, b := f.plant(link.KeyA), f.plant(link.KeyB)
		if !link.Same && a != b {
			f.apart[a] = append(f.apart[a], b)
			f.apart[b] = append(f.apart[b], a)
		}
	}
	f.rule = make([]string, len(f.keys))
	return f
}

func (f *forest) plant(key string) int32 {
	if n, known := f.number[key]; known {
		return n
	}
	n := int32(len(f.keys))
	f.number[key] = n
	f.keys, f.parent = append(f.keys, key), append(f.parent, n)
	f.size, f.least = append(f.size, 1), append(f.least, n)
	return n
}

func (f *forest) root(n int32) int32 {
	for f.parent[n] != n {
		f.parent[n] = f.parent[f.parent[n]]
		n = f.parent[n]
	}
	return n
}

// join makes the components of a and b one, unless a declaration forbids it.
func (f *forest) join(a, b int32, rule string) {
	if a == b {
		return
	}
	large, small := f.root(a), f.root(b)
	if large != small {
		if f.forbidden(large, small) {
			return
		}
		if f.size[large] < f.size[small] {
			large, small = small, large
		}
		f.merge(large, small)
	}
	for _, n := range []int32{a, b} {
		if f.rule[n] == "" {
			f.rule[n] = rule
		}
	}
}

// forbidden says whether a key that one component must stay apart from is in
// the other. Declarations are kept on both sides, so the shorter list tells.
func (f *forest) forbidden(a, b int32) bool {
	if len(f.apart[a]) > len(f.apart[b]) {
		a, b = b, a
	}
	return slices.ContainsFunc(f.apart[a], func(n int32) bool { return f.root(n) == b })
}

func (f *forest) merge(large, small int32) {
	f.parent[small] = large
	f.size[large] += f.size[small]
	if f.keys[f.least[small]] < f.keys[f.least[large]] {
		f.least[large] = f.least[small]
	}
	// The longer list takes in the shorter: the lists are a bag, whoever owns them.
	keep, move := f.apart[large], f.apart[small]
	if len(keep) < len(move) {
		keep, move = move, keep
	}
	delete(f.apart, small)
	if len(keep)+len(move) > 0 {
		f.apart[large] = append(keep, move...)
	}
}

func (f *forest) rows() []Row {
	var rows []Row
	for n, key := range f.keys {
		if f.rule[n] != "" {
			rows = append(rows, Row{key, f.keys[f.least[f.root(int32(n))]], f.rule[n]})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.CustomerKey, b.CustomerKey) })
	return rows
}
