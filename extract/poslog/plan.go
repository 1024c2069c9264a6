package poslog

import (
	"slices"
	"strings"
)

// scope is whose column a column is.
type scope uint8

const (
	ofHead scope = iota // the transaction's
	ofItem              // the LineItem's
	ofRow               // the row's own
	scopes
)

// target is the column that a value goes to.
type target struct {
	scope  scope
	column int
	how    how
	rank   uint8 // of several places, the least wins
}

// role is what an element is besides holding values.
type role uint8

const (
	plain     role = iota
	head           // the transaction itself
	body           // RetailTransaction and the like
	item           // a LineItem
	row            // an element that makes a row
	total          // a Total of the transaction
	hierarchy      // a MerchandiseHierarchy
	points         // Points of a LoyaltyProgram
)

// node is what is known of an element in one place.
type node struct {
	role     role
	children map[string]*node
	attrs    []attrTarget
	text     []target
}

type attrTarget struct {
	name string
	to   target
}

func (n *node) child(name string) *node {
	next := n.children[name]
	if next == nil {
		if n.children == nil {
			n.children = map[string]*node{}
		}
		next = &node{}
		n.children[name] = next
	}
	return next
}

// plan is how a table is read: what to look for where, and from which scope each
// column comes.
type plan struct {
	*table
	name    string
	head    *node // Transaction
	body    *node // RetailTransaction and the like
	row     *node // the elements that the table owns
	goods   *node // in Discount, the elements that hold RetailPriceModifiers
	columns [scopes][]string
	output  []target
	special map[string]int // places of the columns that Totals and Points go to
}

func newPlan(name string) (*plan, error) {
	t, err := tableOf(name)
	if err != nil {
		return nil, err
	}
	p := &plan{table: t, name: name, head: &node{role: head}, body: &node{role: body}, row: &node{role: row}, special: map[string]int{}}
	p.body.child("LineItem").role = item
	p.addHead(slices.Concat(headRules, t.head))
	p.add(p.body.child("LineItem"), ofItem, t.item)
	p.add(p.row, ofRow, t.row)
	switch name {
	case Transaction:
		p.body.child("Total").role = total
		p.addSpecial(ofHead, totalColumns)
	case Line:
		p.row.child("MerchandiseHierarchy").role = hierarchy
	case Discount:
		p.goods = &node{children: map[string]*node{"RetailPriceModifier": p.row}}
	case Loyalty:
		program := p.body.child("LoyaltyAccount").child("LoyaltyProgram")
		program.role = row
		p.add(program, ofRow, t.row)
		program.child("Points").role = points
		p.addSpecial(ofRow, pointColumns)
	}
	if name == Loyalty || name == Other { // the LoyaltyMembership is a row of them
		p.addRule(p.row, ofHead, rule{"loyalty_account", first, "LoyaltyID"}, uint8(len(headRules)))
	}
	for _, column := range Columns(name) {
		p.output = append(p.output, p.find(column))
	}
	// A transaction of the first versions is its own body (xsi:type says its kind).
	for child, n := range p.body.children {
		if p.head.children[child] == nil {
			p.head.children[child] = n
		}
	}
	return p, nil
}

// addHead adds the rules of the transaction; those of its body to that.
func (p *plan) addHead(rules []rule) {
	for i, r := range rules {
		from := p.head
		if rest, found := strings.CutPrefix(r.place, "~"); found {
			from, r.place = p.body, strings.TrimPrefix(rest, "/")
		}
		p.addRule(from, ofHead, r, rank(rules[:i], r.column))
	}
}

func (p *plan) add(from *node, of scope, rules []rule) {
	for i, r := range rules {
		p.addRule(from, of, r, rank(rules[:i], r.column))
	}
}

func (p *plan) addSpecial(of scope, columns map[string]string) {
	for _, column := range columns {
		p.special[column] = p.place(of, column)
	}
}

// rank counts the rules of a column that came before.
func rank(before []rule, column string) (n uint8) {
	for _, r := range before {
		if r.column == column {
			n++
		}
	}
	return n
}

func (p *plan) addRule(from *node, of scope, r rule, rank uint8) {
	to := target{scope: of, column: p.place(of, r.column), how: r.how, rank: rank}
	path, attribute, isAttribute := strings.Cut(r.place, "@")
	n := from
	if path != "" {
		for name := range strings.SplitSeq(path, "/") {
			n = n.child(name)
		}
	}
	if isAttribute {
		n.attrs = append(n.attrs, attrTarget{attribute, to})
	} else {
		n.text = append(n.text, to)
	}
}

// place is where a column stands in its scope.
func (p *plan) place(of scope, column string) int {
	if i := slices.Index(p.columns[of], column); i >= 0 {
		return i
	}
	p.columns[of] = append(p.columns[of], column)
	return len(p.columns[of]) - 1
}

// find says where the value of an output column is found. What no rule fills is
// worked out by the reader, for the row or, if the table has none, the head.
func (p *plan) find(column string) target {
	worked := ofRow
	if p.owns == nil || slices.Contains(headColumns, column) {
		worked = ofHead
	}
	for _, of := range []scope{worked, ofItem} {
		if i := slices.Index(p.columns[of], column); i >= 0 {
			return target{scope: of, column: i}
		}
	}
	return target{scope: worked, column: p.place(worked, column)}
}
