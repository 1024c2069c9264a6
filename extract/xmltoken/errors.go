package xmltoken

import "fmt"

// SyntaxError says where a file stops being XML that can be read.
type SyntaxError struct {
	Name string // of the file
	Line int64  // from 1
	What string // what is wrong; quotes nothing from the file
	Do   string // what to do next
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("reading %s: line %d: %s: %s", e.Name, e.Line, e.What, e.Do)
}

// askAgain is what to do with a file that no XML writer made.
const askAgain = "the file is damaged or no XML: ask the sender for it again"

// fail is the error of the token at r.start; it stays the Reader's.
func (r *Reader) fail(what, do string) error {
	r.err = &SyntaxError{Name: r.name, Line: r.Line(), What: what, Do: do}
	return r.err
}

func (r *Reader) bad(what string) error { return r.fail(what, askAgain) }

// cutOff is the error of a file that ends too soon.
func (r *Reader) cutOff() error {
	r.start = r.pos
	return r.fail("the file ends before its last element does",
		"it is cut off: ask the sender for it again")
}
