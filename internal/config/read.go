package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"nightjar/models"
)

// A reader turns YAML nodes into the types of this package as their tags say.
// It goes on after a problem, so that one look shows them all.
type reader struct {
	env      func(string) (string, bool)
	problems []*Problem
	// places tells where each value stands, by path ("sources.till.mode").
	places  map[string]place
	anchors map[string]ast.Node
	// wrongly are the paths whose values could not be read: the checks that
	// follow say no more about them.
	wrongly  map[string]bool
	checking bool
}

// A place is where a value stands. Raw is the value as written where it names
// a variable: what variables hold may be secret and is never shown.
type place struct {
	line int
	raw  string
}

func newReader(env func(string) (string, bool)) *reader {
	return &reader{env: env, places: map[string]place{}, anchors: map[string]ast.Node{}, wrongly: map[string]bool{}}
}

// document reads the whole file; false means that it is no YAML or no mapping,
// so that there is nothing to check.
func (r *reader) document(text []byte, c *Config) bool {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		r.syntax(err, text)
		return false
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		r.report(1, "the file is empty: `nightjar init` writes one to begin with")
		return false
	}
	if len(file.Docs) > 1 {
		r.report(1, "the file holds several documents: keep the one before `---`")
		return false
	}
	root := file.Docs[0].Body
	ast.Walk(r, root)
	setDefaults(reflect.ValueOf(c).Elem())
	r.places[""] = place{line: 1}
	r.object(root, reflect.ValueOf(c).Elem(), "")
	_, isMapping := r.resolve(root).(ast.MapNode)
	return isMapping
}

// Visit collects the anchors.
func (r *reader) Visit(node ast.Node) ast.Visitor {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		r.anchors[anchor.Name.GetToken().Value] = anchor.Value
	}
	return r
}

// syntax reports what is no YAML, and the likeliest reason where a variable
// stands on the line.
func (r *reader) syntax(err error, text []byte) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		line, hint := located.GetToken().Position.Line, ""
		if lines := strings.Split(string(text), "\n"); line <= len(lines) && strings.Contains(lines[line-1], "${") {
			hint = " (within { } or [ ], a text that holds ${…} stands in quotes)"
		}
		r.report(line, "%s%s", located.GetMessage(), hint)
		return
	}
	r.report(1, "%s", yaml.FormatError(err, false, false))
}

func (r *reader) report(line int, format string, arguments ...any) {
	r.problems = append(r.problems, &Problem{Line: line, Message: fmt.Sprintf(format, arguments...)})
}

// at reports a problem of the value at path, which begins the message.
func (r *reader) at(path, format string, arguments ...any) {
	if r.checking && r.wrongly[path] {
		return
	}
	r.wrongly[path] = !r.checking
	r.report(r.places[path].line, "%s "+format, append([]any{path}, arguments...)...)
}

// quote shows a value, or the variable that it came from.
func (r *reader) quote(path, value string) string {
	if raw := r.places[path].raw; raw != "" {
		return raw
	}
	return fmt.Sprintf("%q", value)
}

// near proposes the candidate that was probably meant, in brackets.
func (r *reader) near(path, value string, candidates []string) string {
	if best := models.Nearest(value, candidates); best != "" && r.places[path].raw == "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// resolve sees through anchors, aliases and tags.
func (r *reader) resolve(node ast.Node) ast.Node {
	for range 10 {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			anchored, ok := r.anchors[n.Value.GetToken().Value]
			if !ok {
				return n
			}
			node = anchored
		case *ast.TagNode:
			node = n.Value
		default:
			return node
		}
	}
	return nil
}

// An entry is one key and value of a mapping.
type entry struct {
	key   string
	line  int
	value ast.Node
}

// entries lists a mapping in order, merge keys (<<) filled in after its own.
func (r *reader) entries(mapping ast.MapNode) []entry {
	var own, merged []entry
	for at := mapping.MapRange(); at.Next(); {
		token := at.Key().GetToken()
		if at.Key().IsMergeKey() {
			if base, ok := r.resolve(at.Value()).(ast.MapNode); ok && base != mapping {
				merged = append(merged, r.entries(base)...)
			}
			continue
		}
		own = append(own, entry{key: token.Value, line: token.Position.Line, value: r.resolve(at.Value())})
	}
	for _, e := range merged {
		if !slices.ContainsFunc(own, func(o entry) bool { return o.key == e.key }) {
			own = append(own, e)
		}
	}
	return own
}

// object reads a mapping into a struct.
func (r *reader) object(node ast.Node, into reflect.Value, path string) {
	mapping, ok := r.resolve(node).(ast.MapNode)
	if !ok {
		r.wrong(path, "is a mapping of keys to values", node)
		return
	}
	fields := fieldsOf(into.Type())
	given := map[string]bool{}
	for _, e := range r.entries(mapping) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == e.key })
		if i < 0 {
			r.unknownKey(e, path, fields)
			continue
		}
		here := join(path, e.key)
		r.places[here] = place{line: e.line}
		given[e.key] = !isEmpty(e.value)
		if fields[i].required && !given[e.key] {
			continue // missing, and said below
		}
		r.value(e.value, into.FieldByIndex(fields[i].index), fields[i], here)
	}
	for _, f := range fields {
		if f.required && !given[f.key] {
			r.missing(path, f)
		}
	}
}

// isEmpty says whether a node holds nothing, not even an empty text.
func isEmpty(node ast.Node) bool {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return true
	case *ast.MappingNode:
		return len(n.Values) == 0
	case *ast.SequenceNode:
		return len(n.Values) == 0
	}
	return false
}

// missing reports a required key, at its line where it is there but empty.
func (r *reader) missing(path string, f field) {
	here := join(path, f.key)
	r.wrongly[here] = true
	at, given := r.places[here]
	if !given {
		at = r.places[path]
	}
	if path == "" {
		path = "the file"
	}
	what, _, _ := strings.Cut(f.doc, ". ")
	r.report(at.line, "%s has no %s: %s", path, f.key, strings.TrimSuffix(what, "."))
}

func (r *reader) unknownKey(e entry, path string, fields []field) {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	where := ""
	if path != "" {
		where = " in " + path
	}
	hint := r.near("", e.key, keys)
	if hint == "" {
		hint = ": the keys here are " + strings.Join(keys, ", ")
	}
	r.report(e.line, "unknown key %q%s%s", e.key, where, hint)
}

// wrong reports a value of the wrong kind.
func (r *reader) wrong(path, is string, node ast.Node) {
	if path == "" {
		r.report(1, "the file %s, not %s", is, describe(node))
		return
	}
	r.at(path, "%s, not %s", is, describe(node))
}

// describe names a node without showing more of it than a person needs.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case ast.MapNode:
		return "a mapping"
	case ast.ArrayNode:
		return "a list"
	case *ast.StringNode:
		return fmt.Sprintf("the text %q", n.Value)
	case *ast.LiteralNode:
		return "a text"
	case *ast.AliasNode:
		return "an alias of nothing: quote what begins with *"
	default:
		return node.GetToken().Value
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// item is the path of the item at index i of a list; people count from 1.
func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i+1) }
