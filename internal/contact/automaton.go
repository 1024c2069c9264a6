package contact

import (
	"fmt"
	"regexp/syntax"
	"slices"
)

// An automaton says whether a whole text of digits matches a pattern, in one
// step a digit: package regexp needs a microsecond or more for patterns of a
// hundred alternatives.
type automaton struct {
	// next is the state after a digit. State 0 is where nothing matches any
	// more, state 1 the beginning.
	next    [][10]int32
	accepts []bool
}

// match says whether the text is one of the pattern's; what is no digit matches nothing.
func (a *automaton) match(text string) bool {
	state := int32(1)
	for i := range len(text) {
		digit := text[i] - '0'
		if digit > 9 {
			return false
		}
		state = a.next[state][digit]
	}
	return a.accepts[state]
}

// begins says whether the text begins with one of the pattern's, of a digit or more.
func (a *automaton) begins(text string) bool { return !a.beginsAlone(text, 0) }

// beginsAlone says whether no beginning of the text is one of the pattern's
// but, perhaps, the one of that length.
func (a *automaton) beginsAlone(text string, length int) bool {
	state := int32(1)
	for i := range len(text) {
		digit := text[i] - '0'
		if state == 0 || digit > 9 {
			return true
		}
		state = a.next[state][digit]
		if a.accepts[state] && i+1 != length {
			return false
		}
	}
	return true
}

// newAutomaton builds the automaton by the subset construction: each of its
// states is a set of places in the compiled pattern. Anchors are left out: a
// prefix that may come only before certain numbers may come before all.
func newAutomaton(pattern string) *automaton {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err) // the patterns lie in the binary
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		panic(err)
	}
	a := &automaton{}
	states := map[string]int32{}
	sets := [][]uint32{nil, reached(program, uint32(program.Start))}
	for i, set := range sets {
		states[fmt.Sprint(set)] = int32(i)
	}
	for i := 0; i < len(sets); i++ {
		next := [10]int32{}
		for digit := range next {
			set := step(program, sets[i], rune('0'+digit))
			name := fmt.Sprint(set)
			if _, known := states[name]; !known {
				states[name] = int32(len(sets))
				sets = append(sets, set)
			}
			next[digit] = states[name]
		}
		a.next = append(a.next, next)
		a.accepts = append(a.accepts, slices.ContainsFunc(sets[i], func(at uint32) bool { return program.Inst[at].Op == syntax.InstMatch }))
	}
	return a
}

// step is where the digit leads to from any of the places.
func step(program *syntax.Prog, places []uint32, digit rune) []uint32 {
	var next []uint32
	for _, at := range places {
		if inst := &program.Inst[at]; inst.Op != syntax.InstMatch && inst.MatchRune(digit) {
			next = append(next, reached(program, inst.Out)...)
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}

// reached are the places, in order, that wait for a character or end the
// pattern, and that the one at leads to without any.
func reached(program *syntax.Prog, at uint32) []uint32 {
	var found []uint32
	seen := map[uint32]bool{}
	var follow func(uint32)
	follow = func(at uint32) {
		if seen[at] {
			return
		}
		seen[at] = true
		switch inst := &program.Inst[at]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			follow(inst.Out)
			follow(inst.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			follow(inst.Out)
		case syntax.InstFail:
		default:
			found = append(found, at)
		}
	}
	follow(at)
	slices.Sort(found)
	return found
}
