package poslog

import (
	"bytes"
	"errors"
	"strings"

	"nightjar/extract/record"
	"nightjar/extract/xmltoken"
)

// errTooLong ends a transaction that is too long to be held.
var errTooLong = errors.New("too long")

// Bounds of one transaction, besides record.Max bytes of XML.
const (
	maxRows   = 1 << 16        // of a table
	maxValues = 2 * record.Max // bytes of all its values
)

// walk reads the element whose start tag was the last token, up to its end tag, and
// sets what the node says of it. foreign says that it is a vendor's own.
func (r *Reader) walk(n *node, foreign bool) error {
	if err := r.begin(n, foreign); err != nil {
		return err
	}
	action := r.action(n)
	from := len(r.scratch)
	for {
		kind, err := r.x.Next()
		switch {
		case err != nil:
			return err
		case kind == xmltoken.Start:
			err = r.enter(n)
		case kind == xmltoken.Text && (len(n.text) > 0 || n.role >= total):
			r.scratch = append(r.scratch, r.x.Text()...)
		case kind == xmltoken.End:
			text := bytes.Trim(r.scratch[from:], blanks)
			r.end(n, text, action, foreign)
			r.scratch = r.scratch[:from]
			return nil
		}
		if err != nil {
			return err
		}
		if r.x.Offset()-r.from > record.Max || len(r.scratch) > record.Max || len(r.all) > maxValues {
			return errTooLong
		}
	}
}

// action is the attribute that says what a text counts for.
func (r *Reader) action(n *node) string {
	name := ""
	switch {
	case n.role == total:
		name = "TotalType"
	case n.role == points:
		name = "Type"
	case len(n.text) > 0 && n.text[0].how == takeOff:
		name = "Action"
	default:
		return ""
	}
	value, _ := r.x.Attr(name)
	return r.intern(value)
}

// enter reads the child whose start tag was the last token, or passes it.
func (r *Reader) enter(parent *node) error {
	depth := r.x.Depth()
	r.spaces.enter(r.x)
	foreign := !r.isOwn(r.x.Prefix())
	child := r.childOf(parent, foreign)
	var err error
	if child == nil {
		err = r.x.Skip()
	} else {
		err = r.walk(child, foreign)
	}
	r.leave(depth - 1)
	return err
}

// childOf is the node of the element whose start tag was the last token, nil if
// nothing of it is wanted.
func (r *Reader) childOf(parent *node, foreign bool) *node {
	name := r.x.Name()
	switch parent.role {
	case head:
		if bytes.HasSuffix(name, []byte("Transaction")) && string(name) != "OriginalTransaction" { // which names another one
			r.setKind(name, foreign)
			return r.plan.body
		}
	case body:
		if r.at.detail >= 0 && parent.children[string(name)] == nil {
			r.setDetail(name)
		}
	case item:
		return r.itemChild(parent, r.intern(name))
	}
	return parent.children[string(name)]
}

// itemChild is the node of a child of a LineItem.
func (r *Reader) itemChild(parent *node, name string) *node {
	switch {
	case r.plan.goods != nil && isGoods(name):
		r.itemType = name
		return r.plan.goods
	case r.plan.owns == nil:
	case r.plan.name == Other:
		return r.otherChild(parent, name)
	case r.plan.owns(name):
		r.itemType = name
		return r.plan.row
	}
	return parent.children[name]
}

// otherChild is the node of a child of a LineItem that the table other may own.
func (r *Reader) otherChild(parent *node, name string) *node {
	switch {
	case !isOther(name):
		r.taken = true
		return nil
	case parent.children[name] != nil && name != "LoyaltyMembership":
		return parent.children[name]
	case isAside(name):
		if r.itemType == "" {
			r.aside = name
		}
		return nil
	case r.itemType != "":
		return nil
	}
	r.itemType = name
	return r.plan.row
}

// begin does what an element's start tag calls for.
func (r *Reader) begin(n *node, foreign bool) error {
	switch n.role {
	case item:
		if err := r.beginItem(); err != nil {
			return err
		}
	case row:
		if err := r.beginRow(); err != nil {
			return err
		}
	case hierarchy:
		r.joinHierarchy()
	}
	for _, a := range n.attrs {
		if text, given := r.attr(a.name); given {
			r.set(a.to, text, foreign)
		}
	}
	return nil
}

// attr is the value of an attribute; a name that begins with a colon is a vendor's,
// under any prefix.
func (r *Reader) attr(name string) ([]byte, bool) {
	own, vendors := strings.CutPrefix(name, ":")
	if !vendors {
		return r.x.Attr(name)
	}
	for _, a := range r.x.Attrs() {
		if len(a.Prefix) > 0 && string(a.Name) == own {
			return a.Value, true
		}
	}
	return nil, false
}

// end does what an element's end calls for.
func (r *Reader) end(n *node, text []byte, action string, foreign bool) {
	switch n.role {
	case item:
		r.endItem()
	case total:
		r.setTotal(text, action, foreign)
	case hierarchy:
		r.join(r.at.hierarchy, text)
	case points:
		if column, known := r.plan.special[pointColumns[action]]; known {
			r.set(target{scope: ofRow, column: column}, text, foreign)
		}
	}
	for _, to := range n.text {
		if to.how == takeOff && action == "Add" {
			text = negate(text)
		}
		r.set(to, text, foreign)
	}
}

// setKind takes the kind of a transaction from the element of that kind.
func (r *Reader) setKind(name []byte, foreign bool) {
	known := uint8(0)
	switch string(name) {
	case "RetailTransaction", "ControlTransaction", "TenderControlTransaction", "InventoryControlTransaction", "CustomerOrderTransaction":
	default:
		known = 1
	}
	r.set(target{scope: ofHead, column: r.at.kind, rank: known}, kindOf(name), foreign)
}

// kindOf writes RetailTransaction as retail, TenderControlTransaction as
// tender_control.
func kindOf(name []byte) []byte {
	stem, _, _ := strings.Cut(string(name), "Transaction")
	var kind []byte
	for i := range len(stem) {
		c := stem[i]
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				kind = append(kind, '_')
			}
			c += 'a' - 'A'
		}
		kind = append(kind, c)
	}
	return kind
}

// setDetail takes what a transaction of another kind than retail does: the first
// element in it that is not one of those that all kinds have.
func (r *Reader) setDetail(name []byte) {
	if r.text(r.values[ofHead][r.at.kind]) == "retail" || bytes.HasSuffix(name, []byte("Approval")) || string(name) == "TransactionCount" {
		return
	}
	r.set(target{scope: ofHead, column: r.at.detail}, name, false)
}
