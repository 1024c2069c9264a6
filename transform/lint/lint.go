// Package lint keeps the SQL of facts to the portable subset, which means the
// same on every engine (docs/architecture.md). It reads words, not meaning:
// what it lets pass, the engine still checks against the header.
package lint

import (
	"cmp"
	"fmt"
	"slices"

	"nightjar/models"
)

// A Problem is something in a model's file that other engines read otherwise.
type Problem struct {
	Path          string
	Line          int
	Rule, Message string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", p.Path, p.Line, p.Message, p.Rule)
}

// Check returns what in the model's SQL is not portable, in order of lines.
// Comments, texts and the names of columns do not count.
func Check(m *models.Model) []Problem {
	c := checker{path: m.Path, tokens: tokens(m.SQL, m.Line)}
	c.check()
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return c.problems
}

type checker struct {
	path     string
	tokens   []token
	inCall   bool // the tokens are an argument of a template function
	problems []Problem
}

func (c *checker) check() {
	for i, t := range c.tokens {
		switch t.kind {
		case word:
			c.checkWord(i)
		case symbol:
			c.checkSymbol(i)
		case text:
			c.checkText(t)
		case quoted:
			c.add(t, "quoted", "%s is a text to other engines: name columns so that they need no quotes", t.text)
		case action:
			c.checkCall(t)
		}
	}
}

func (c *checker) add(t token, rule, message string, arguments ...any) {
	c.problems = append(c.problems, Problem{c.path, t.line, rule, fmt.Sprintf(message, arguments...)})
}

// at is the token at a place, and an empty one beyond the ends.
func (c *checker) at(i int) token {
	if i < 0 || i >= len(c.tokens) {
		return token{}
	}
	return c.tokens[i]
}

func (c *checker) checkWord(i int) {
	t, next := c.tokens[i], c.at(i+1)
	if c.at(i - 1).is(".") {
		return // a column
	}
	if r, refused := functions[t.text]; refused && next.is("(") && !c.at(i-1).is("as") {
		c.add(t, r.rule, "%s differs between engines: use %s", t.text, r.instead)
	}
	if r, refused := keywords[t.text]; refused && !c.at(i-1).is("as") {
		c.add(t, r.rule, "%s differs between engines: use %s", t.text, r.instead)
	}
	switch {
	case t.is("order") && next.is("by"):
		c.checkOrder(i + 2)
	case t.is("over"):
		c.checkWindow(i)
	case t.is("cast") && next.is("("):
		c.checkCast(i + 1)
	case t.is("round", "trunc") && next.is("("):
		c.checkRound(i)
	case t.is("at") && next.is("time"):
		c.add(t, "date function", "at time zone differs between engines: use {{ local_date }} or {{ local_hour }}")
	case t.is("by") && next.is("name") && c.at(i-1).is("union", "all"):
		c.add(t, "by name", "by name is DuckDB's alone: list the columns")
	case t.is("distinct") && next.is("on"):
		c.add(t, "distinct on", "distinct on is DuckDB's alone: use row_number with qualify")
	case t.is("timestamp", "timestamptz", "time") && next.kind == text:
		c.add(t, "type", "%s literals differ in their zone: use a column, or {{ parse_timestamp }}", t.text)
	}
}

func (c *checker) checkSymbol(i int) {
	switch t := c.tokens[i]; {
	case t.is("/"):
		c.add(t, "division", "/ gives a double or a decimal, and ÷ 0 differs: use {{ ratio }} or {{ int_div }}")
	case t.is("//"):
		c.add(t, "division", "// is DuckDB's alone: use {{ int_div }}")
	case t.is("^", "**"):
		c.add(t, "operator", "%s is a power or an exclusive or: use pow", t.text)
	case t.is("~", "~~", "->"):
		c.add(t, "operator", "%s is DuckDB's alone", t.text)
	case t.is("[", "{"):
		c.add(t, "lists", "lists and structs differ between engines: use rows")
	case t.is("::"):
		c.checkType(c.at(i+1), c.at(i-1))
	case t.is("*") && c.at(i-1).is("select", ",", ".", "distinct"):
		c.add(t, "select *", "list the columns: a new one in the source must not change the fact")
	}
}

func (c *checker) checkText(t token) {
	if !c.inCall && slices.Contains([]byte(t.text), '\\') {
		c.add(t, "backslash", "a backslash in a text is an escape to other engines")
	}
}

// checkCall checks the SQL texts that a template function is given.
func (c *checker) checkCall(t token) {
	function, arguments := call(t)
	if slices.Contains([]string{"ref", "input", "var"}, function) {
		return
	}
	for i, argument := range arguments {
		inner := checker{path: c.path, tokens: tokens(argument, t.line), inCall: true}
		inner.check()
		if function == "string_agg_ordered" && i == 1 {
			inner.checkOrder(0)
		}
		c.problems = append(c.problems, inner.problems...)
	}
}
