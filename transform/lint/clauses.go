package lint

import "strings"

// ends are the words that end the list of an `order by`.
var ends = words(`rows range groups limit offset qualify window union intersect except fetch exclude separator`)

// checkOrder checks the items of an `order by` that begin at start: each says
// where its nulls go.
func (c *checker) checkOrder(start int) {
	depth, item := 0, start
	for i := start; ; i++ {
		t := c.at(i)
		atEnd := i >= len(c.tokens) || depth == 0 && (t.is(")", ";") || t.kind == word && ends[t.text])
		if atEnd || depth == 0 && t.is(",") {
			if i > item && !(c.at(i-2).is("nulls") && c.at(i-1).is("first", "last")) {
				c.add(c.at(item), "nulls", "`order by %s` does not say where nulls go: add nulls first or nulls last", c.written(item, i))
			}
			item = i + 1
		}
		if atEnd {
			return
		}
		if t.is("(", "[") {
			depth++
		}
		if t.is(")", "]") {
			depth--
		}
	}
}

// checkWindow checks that a ranking window has an order. The function stands
// before `over`, perhaps behind `filter (…)` or `ignore nulls`.
func (c *checker) checkWindow(over int) {
	function := c.functionBefore(over)
	if !ordered[function.text] {
		return
	}
	open := over + 1
	if name := c.at(open); name.kind == word {
		open = c.windowNamed(name.text)
	}
	if open < 0 || !c.at(open).is("(") {
		return
	}
	for i := open; i < closing(c.tokens, open); i++ {
		if c.tokens[i].is("order") {
			return
		}
	}
	c.add(function, "window order", "%s without order by numbers rows as they come: order by a full key", function.text)
}

// functionBefore is the name of the call that ends before the place.
func (c *checker) functionBefore(end int) token {
	i := end - 1
	for c.at(i).is("nulls", "ignore", "respect") {
		i--
	}
	for depth := 0; i >= 0; i-- {
		switch {
		case c.at(i).is(")"):
			depth++
		case c.at(i).is("("):
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if name := c.at(i - 1); !name.is("filter") {
		return name
	}
	return c.functionBefore(i - 1)
}

// windowNamed is the place of the bracket of `window name as (`, or -1.
func (c *checker) windowNamed(name string) int {
	for i := range c.tokens {
		if c.tokens[i].is(name) && c.at(i+1).is("as") && c.at(i+2).is("(") && i > 0 && c.at(i-1).is("window", ",") {
			return i + 2
		}
	}
	return -1
}

// checkCast checks `cast ( … as type )`, whose bracket is at open.
func (c *checker) checkCast(open int) {
	end, as := closing(c.tokens, open), -1
	for i, depth := open, 0; i < end; i++ {
		switch t := c.tokens[i]; {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is("as") && depth == 1:
			as = i
		}
	}
	if as < 0 {
		return
	}
	c.checkType(c.at(as+1), c.at(open-1))
	if c.at(as+1).is("int", "bigint") {
		c.checkWhole(open+1, as)
	}
}

func (c *checker) checkType(name, where token) {
	if name.kind == word && !types[name.text] {
		where.line = max(where.line, name.line)
		c.add(where, "type", "%s is no portable type: use boolean, int, bigint, decimal(p,s), double, date, timestamptz or string", name.text)
	}
}

// checkWhole refuses the cast of what is plainly a fraction to a whole number:
// one engine rounds it, the other cuts it off.
func (c *checker) checkWhole(start, end int) {
	if c.at(start).is("floor", "ceil", "ceiling", "round", "pow", "power") {
		return
	}
	for i := start; i < end; i++ {
		t := c.tokens[i]
		function := ""
		if t.kind == action {
			function, _ = call(t)
		}
		if function == "ratio" || function == "quantile" || t.kind == number && strings.Contains(t.text, ".") {
			c.add(t, "fraction", "a fraction cast to a whole number is rounded or cut off: use floor, or round a decimal")
			return
		}
	}
}

// checkRound refuses round of anything but an explicit decimal: doubles round
// differently.
func (c *checker) checkRound(i int) {
	if c.at(i + 2).is("cast") {
		end := closing(c.tokens, i+3)
		for at := i + 3; at < end; at++ {
			if c.at(at).is("as") && c.at(at+1).is("decimal") {
				return
			}
		}
	}
	c.add(c.tokens[i], "round", "%s of a double differs between engines: write %s(cast(… as decimal(p,s)), n)", c.tokens[i].text, c.tokens[i].text)
}

// written is how tokens read.
func (c *checker) written(start, end int) string {
	var texts []string
	for _, t := range c.tokens[start:min(end, len(c.tokens))] {
		texts = append(texts, t.text)
	}
	return strings.Join(texts, " ")
}
