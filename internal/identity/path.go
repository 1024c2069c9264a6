package identity

import "slices"

// spanning are the links that join keys not yet joined, of links in the order
// in which they were added.
func spanning(links []Link) []Link {
	parent := map[string]string{}
	root := func(key string) string {
		for parent[key] != "" {
			key = parent[key]
		}
		return key
	}
	var joined []Link
	for _, l := range links {
		a, b := root(l.A.Key), root(l.B.Key)
		if a == b {
			continue
		}
		parent[a] = b
		l.Place = len(joined) + 1
		joined = append(joined, l)
	}
	return joined
}

// path are the links of a tree that lead from one key to another.
func path(tree []Link, from, to string) []Link {
	return way(tree, from, to, func(l Link) (string, string) { return l.A.Key, l.B.Key })
}

// between are the refused links on the shortest way from one component to another.
func between(all []refusal, from, to string) []refusal {
	return way(all, from, to, func(r refusal) (string, string) { return r.rootA, r.rootB })
}

// way is the shortest one over the edges, the first found of several; nil when
// there is none. Ends names what an edge connects.
func way[E any](edges []E, from, to string, ends func(E) (a, b string)) []E {
	at := map[string][]int{}
	for i, edge := range edges {
		a, b := ends(edge)
		at[a], at[b] = append(at[a], i), append(at[b], i)
	}
	// came is the edge over which a place was reached first.
	came := map[string]int{from: -1}
	far := func(i int, near string) string {
		a, b := ends(edges[i])
		if a == near {
			return b
		}
		return a
	}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, i := range at[queue[0]] {
			next := far(i, queue[0])
			if _, seen := came[next]; !seen {
				came[next] = i
				queue = append(queue, next)
			}
		}
	}
	if _, reached := came[to]; !reached {
		return nil
	}
	var found []E
	for here := to; came[here] >= 0; here = far(came[here], here) {
		found = append(found, edges[came[here]])
	}
	slices.Reverse(found)
	return found
}
