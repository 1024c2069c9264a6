package poslog

import "nightjar/extract/xmltoken"

// binding is what a prefix stands for within an element.
type binding struct {
	prefix string
	space  string // where a transaction has not begun
	own    bool   // it is the namespace of the transaction
	depth  int    // of the element that says so
}

// spaces says which elements belong to the POSLog itself, and which to the
// extensions of a vendor: those in the namespace of the Transaction do, whatever
// its prefix and version.
type spaces struct {
	bindings []binding
	own      string // namespace of the transaction
	prefix   string // its prefix
	inside   bool   // a transaction
	plain    bool   // elements without prefix belong to the POSLog
	interned map[string]string
}

// internLimit is how many prefixes and namespaces are kept, so that files that make
// up new ones take no memory.
const internLimit = 1000

// enter takes up what the element whose start tag x is at says of namespaces.
func (s *spaces) enter(x *xmltoken.Reader) {
	changed := false
	for _, a := range x.Attrs() {
		prefix := a.Name
		switch {
		case string(a.Prefix) == "xmlns":
		case len(a.Prefix) == 0 && string(a.Name) == "xmlns":
			prefix = nil
		default:
			continue
		}
		b := binding{prefix: s.intern(prefix), depth: x.Depth()}
		if s.inside {
			b.own = string(a.Value) == s.own
		} else {
			b.space = s.intern(a.Value)
		}
		s.bindings, changed = append(s.bindings, b), true
	}
	if changed && s.inside {
		s.plain = s.belongs(nil)
	}
}

// leave forgets what was said in elements deeper than so many.
func (s *spaces) leave(depth int) {
	n := len(s.bindings)
	for n > 0 && s.bindings[n-1].depth > depth {
		n--
	}
	if n < len(s.bindings) {
		s.bindings = s.bindings[:n]
		if s.inside {
			s.plain = s.belongs(nil)
		}
	}
}

// begin begins a transaction, whose start tag x is at and entered.
func (s *spaces) begin(x *xmltoken.Reader) {
	s.prefix, s.own = s.intern(x.Prefix()), ""
	for _, b := range s.bindings {
		if b.prefix == s.prefix {
			s.own = b.space
		}
	}
	for i := range s.bindings {
		s.bindings[i].own = s.bindings[i].space == s.own
	}
	s.inside = true
	s.plain = s.belongs(nil)
}

// isOwn says whether an element with a prefix belongs to the POSLog.
func (s *spaces) isOwn(prefix []byte) bool {
	if len(prefix) == 0 {
		return s.plain
	}
	return s.belongs(prefix)
}

func (s *spaces) belongs(prefix []byte) bool {
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if b := &s.bindings[i]; b.prefix == string(prefix) {
			return b.own
		}
	}
	if len(prefix) == 0 {
		return s.own == ""
	}
	return string(prefix) == s.prefix
}

func (s *spaces) intern(text []byte) string {
	if known, ok := s.interned[string(text)]; ok {
		return known
	}
	if s.interned == nil || len(s.interned) == internLimit {
		s.interned = map[string]string{}
	}
	known := string(text)
	s.interned[known] = known
	return known
}
