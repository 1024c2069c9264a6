package identity

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func link(a, b, rule string) Link { return Link{Rule: rule, A: End{Key: a}, B: End{Key: b}} }

func written(links []Link) string {
	text := ""
	for _, l := range links {
		text += fmt.Sprintf("%d %s-%s %s; ", l.Place, l.A.Key, l.B.Key, l.Rule)
	}
	return text
}

func TestOnlyLinksThatJoinedAreShown(t *testing.T) {
	links := []Link{link("b", "c", "manual"), link("a", "b", "phone"), link("a", "c", "phone"), link("c", "d", "email")}
	tree := spanning(links)
	if got := written(tree); got != "1 b-c manual; 2 a-b phone; 3 c-d email; " {
		t.Error(got)
	}
	if got := written(path(tree, "a", "d")); got != "2 a-b phone; 1 b-c manual; 3 c-d email; " {
		t.Errorf("from a to d: %s", got)
	}
	if got := path(tree, "a", "a"); len(got) != 0 {
		t.Errorf("from a to a: %v", got)
	}
	if got := path(tree, "a", "x"); got != nil {
		t.Errorf("from a to nowhere: %v", got)
	}
}

func TestAWayLeadsFromOneToTheOtherAndIsShortest(t *testing.T) {
	keys := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
	rapid.Check(t, func(t *rapid.T) {
		var links []Link
		for range rapid.IntRange(0, 9).Draw(t, "links") {
			if l := link(keys.Draw(t, "a"), keys.Draw(t, "b"), "x"); l.A != l.B {
				links = append(links, l)
			}
		}
		// How far each key is, step by step.
		far := map[string]int{"a": 0}
		for range links {
			for _, l := range links {
				for _, side := range [][2]string{{l.A.Key, l.B.Key}, {l.B.Key, l.A.Key}} {
					here, reached := far[side[0]]
					if old, known := far[side[1]]; reached && (!known || here+1 < old) {
						far[side[1]] = here + 1
					}
				}
			}
		}
		to := keys.Draw(t, "to")
		found := path(links, "a", to)
		if steps, reachable := far[to]; len(found) != steps || reachable != (found != nil || to == "a") {
			t.Fatalf("%v: %d steps to %s, not %d", links, len(found), to, steps)
		}
		here := "a"
		for _, l := range found {
			switch here {
			case l.A.Key:
				here = l.B.Key
			case l.B.Key:
				here = l.A.Key
			default:
				t.Fatalf("%v does not go on from %s", found, here)
			}
		}
		if found != nil && here != to {
			t.Fatalf("%v ends at %s", found, here)
		}
		if tree := spanning(links); len(path(tree, "a", to)) == 0 && len(found) > 0 {
			t.Fatalf("%v joins less than %v", tree, links)
		}
	})
}
