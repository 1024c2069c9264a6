package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// value reads a node into a value of any kind that the types use. A section
// left empty is as if it were not there.
func (r *reader) value(node ast.Node, into reflect.Value, f field, path string) {
	_, isNull := node.(*ast.NullNode)
	if empty := isNull || node == nil; empty && slices.Contains([]reflect.Kind{reflect.Struct, reflect.Map, reflect.Slice}, into.Kind()) {
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		if into.Elem().Kind() == reflect.Struct {
			setDefaults(into.Elem())
		}
		r.value(node, into.Elem(), f, path)
	case reflect.Struct:
		r.object(node, into, path)
	case reflect.Map:
		r.words(node, into, f, path)
	case reflect.Slice:
		if tagged(element(into.Type()), "key") != nil {
			r.ordered(node, into, path)
		} else {
			r.list(node, into, f, path)
		}
	case reflect.Interface:
		if !isNull {
			if text, ok := r.scalar(node, "is one value", path); ok {
				into.Set(reflect.ValueOf(text))
			}
		}
	default:
		r.single(node, into, f, path)
	}
}

// element is the struct or value that a slice holds, pointers seen through.
func element(t reflect.Type) reflect.Type {
	if t = t.Elem(); t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return reflect.TypeFor[struct{}]()
	}
	return t
}

// ordered reads a mapping into a slice of structs that carry their own key.
func (r *reader) ordered(node ast.Node, into reflect.Value, path string) {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		r.wrong(path, "is a mapping of names to what they mean", node)
		return
	}
	t := element(into.Type())
	short, hasShort := shortOf(t)
	for _, e := range r.entries(mapping) {
		here := join(path, e.key)
		r.places[here] = place{line: e.line}
		item := reflect.New(t).Elem()
		setDefaults(item)
		item.FieldByIndex(tagged(t, "key")).SetString(e.key)
		if line := tagged(t, "line"); line != nil {
			item.FieldByIndex(line).SetInt(int64(e.line))
		}
		if _, isMapping := e.value.(ast.MapNode); hasShort && !isMapping {
			r.value(e.value, item.FieldByIndex(short.index), short, here)
		} else {
			r.object(e.value, item, here)
		}
		if into.Type().Elem().Kind() == reflect.Pointer {
			item = item.Addr()
		}
		into.Set(reflect.Append(into, item))
	}
}

// words reads a mapping into a Go map.
func (r *reader) words(node ast.Node, into reflect.Value, f field, path string) {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		r.wrong(path, "is a mapping", node)
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range r.entries(mapping) {
		here := join(path, e.key)
		r.places[here] = place{line: e.line}
		item := reflect.New(into.Type().Elem()).Elem()
		r.value(e.value, item, f, here)
		into.SetMapIndex(reflect.ValueOf(e.key), item)
	}
}

// list reads a sequence; one text alone is a list of one.
func (r *reader) list(node ast.Node, into reflect.Value, f field, path string) {
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	nodes := []ast.Node{node}
	sequence, isList := node.(ast.ArrayNode)
	switch {
	case isList:
		nodes = nil
		for at := sequence.ArrayRange(); at.Next(); {
			nodes = append(nodes, r.resolve(at.Value()))
		}
	case into.Type().Elem().Kind() != reflect.String:
		r.wrong(path, "is a list", node)
		return
	}
	for i, node := range nodes {
		here := path
		if isList {
			here = item(path, i)
			r.places[here] = place{line: node.GetToken().Position.Line}
		}
		value := reflect.New(into.Type().Elem()).Elem()
		r.value(node, value, f, here)
		into.Set(reflect.Append(into, value))
	}
}

var kinds = map[reflect.Kind]string{
	reflect.String: "is a text", reflect.Bool: "is true or false",
	reflect.Int: "is a whole number", reflect.Int64: "is a whole number", reflect.Float64: "is a number",
}

// single reads one scalar and checks its bounds.
func (r *reader) single(node ast.Node, into reflect.Value, f field, path string) {
	is := kinds[into.Kind()]
	if _, isNull := node.(*ast.NullNode); isNull && slices.Contains(f.oneOf, "null") {
		into.SetString("null")
		return
	}
	text, ok := r.scalar(node, is, path)
	if !ok {
		return
	}
	_, quoted := node.(*ast.StringNode)
	if quoted && into.Kind() != reflect.String && r.places[path].raw == "" || !setText(into, text) {
		if raw := r.places[path].raw; raw != "" {
			r.at(path, "%s, not what %s holds", is, raw)
			return
		}
		r.wrong(path, is, node)
		return
	}
	r.bounds(into, text, f, path)
}

func (r *reader) bounds(v reflect.Value, text string, f field, path string) {
	if len(f.oneOf) > 0 && !slices.Contains(f.oneOf, text) {
		hint := ""
		switch {
		case len(f.oneOf) == 1 && f.preset == "":
			hint = ", or leave the line out"
		case len(text) > 1:
			hint = r.near(path, text, f.oneOf)
		}
		r.at(path, "is %s: use %s%s", r.quote(path, text), either(f.oneOf), hint)
		return
	}
	if f.min == nil && f.max == nil {
		return
	}
	n := 0.0
	if v.CanInt() {
		n = float64(v.Int())
	} else {
		n = v.Float()
	}
	switch {
	case f.min != nil && f.max != nil && (n < *f.min || n > *f.max):
		r.at(path, "is %s: it lies between %g and %g", plain(r, path, text), *f.min, *f.max)
	case f.min != nil && n < *f.min:
		r.at(path, "is %s: it is at least %g", plain(r, path, text), *f.min)
	}
}

func plain(r *reader, path, text string) string {
	if raw := r.places[path].raw; raw != "" {
		return raw
	}
	return text
}

// either writes alternatives as prose: "a, b or c".
func either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// scalar is the text of a scalar node, variables filled in.
func (r *reader) scalar(node ast.Node, is, path string) (string, bool) {
	text := ""
	switch n := node.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	case nil, *ast.NullNode:
		r.at(path, "has no value: give one, or leave the line out")
		return "", false
	default:
		r.wrong(path, is, node)
		return "", false
	}
	return r.interpolate(text, path)
}

var variable = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}|\$\{`)

// interpolate fills in ${NAME} and ${NAME:-default} (which stands in for one
// unset or empty); $$ is a dollar sign.
func (r *reader) interpolate(text, path string) (string, bool) {
	ok := true
	filled := variable.ReplaceAllStringFunc(text, func(match string) string {
		parts := variable.FindStringSubmatch(match)
		if match == "$$" {
			return "$"
		}
		here := r.places[path]
		here.raw = text
		r.places[path] = here
		value, isSet := r.env(parts[1])
		preset, hasPreset := strings.CutPrefix(parts[2], ":-")
		switch {
		case parts[1] == "":
			r.at(path, "has a `${` that names no variable: write ${NAME} or ${NAME:-default}, and $$ for a dollar sign")
			ok = false
		case hasPreset && value == "":
			return preset
		case !isSet:
			r.at(path, "needs the environment variable %s, which is not set: set it, or write ${%s:-default}", parts[1], parts[1])
			ok = false
		}
		return value
	})
	return filled, ok
}
