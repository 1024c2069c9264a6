package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Schema returns the JSON schema (draft 2020-12) of nightjar.yaml, by which
// editors complete and check it. It knows the form, not the catalog: what it
// accepts Load may still refuse.
func Schema() []byte {
	s := schema{definitions: map[string]any{}}
	root := s.object(reflect.TypeFor[Config]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "nightjar.yaml"
	root["$defs"] = s.definitions
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		panic(err) // maps, lists and texts alone
	}
	return text.Bytes()
}

// schema collects the definitions that the root refers to, by Go type.
type schema struct{ definitions map[string]any }

// aVariable stands for any value: it is filled in from the environment.
var aVariable = map[string]any{"type": "string", "pattern": `\$\{`}

func (s schema) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range fieldsOf(t) {
		property := s.value(f.typ, f)
		property["description"] = f.doc
		if f.preset != "" {
			property["default"] = presetOf(f)
		}
		properties[f.key] = property
		if f.required {
			required = append(required, f.key)
		}
	}
	object := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

// refer defines a struct once and refers to it.
func (s schema) refer(t reflect.Type) map[string]any {
	name := strings.ToLower(t.Name())
	if _, defined := s.definitions[name]; !defined {
		s.definitions[name] = true // against endless recursion
		definition := s.object(t)
		if short, ok := shortOf(t); ok {
			plain := s.value(short.typ, short)
			plain["description"] = short.doc
			definition = map[string]any{"anyOf": []any{plain, definition}}
		}
		s.definitions[name] = definition
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (s schema) value(t reflect.Type, f field) map[string]any {
	switch t.Kind() {
	case reflect.Struct:
		return orEmpty(s.refer(t))
	case reflect.Pointer:
		return s.value(t.Elem(), f)
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.value(t.Elem(), f)}
	case reflect.Slice:
		return s.slice(t, f)
	case reflect.Interface:
		return map[string]any{"type": []string{"string", "number", "boolean", "null"}}
	default:
		return scalarSchema(t, f)
	}
}

func (s schema) slice(t reflect.Type, f field) map[string]any {
	if e := element(t); tagged(e, "key") != nil {
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.refer(e)}
	}
	items := s.value(t.Elem(), f)
	if t.Elem().Kind() != reflect.String {
		return map[string]any{"type": []string{"array", "null"}, "items": items}
	}
	return map[string]any{"anyOf": []any{items, map[string]any{"type": "array", "items": items}}}
}

func orEmpty(schema map[string]any) map[string]any {
	return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
}

func scalarSchema(t reflect.Type, f field) map[string]any {
	switch {
	case len(f.oneOf) > 0:
		words := []any{}
		for _, word := range f.oneOf {
			words = append(words, word)
		}
		if slices.Contains(f.oneOf, "null") {
			words = append(words, nil)
		}
		return map[string]any{"anyOf": []any{map[string]any{"enum": words}, aVariable}}
	case t.Kind() == reflect.String:
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	}
	number := map[string]any{"type": map[reflect.Kind]string{
		reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer", reflect.Float64: "number",
	}[t.Kind()]}
	if f.min != nil {
		number["minimum"] = *f.min
	}
	if f.max != nil {
		number["maximum"] = *f.max
	}
	return map[string]any{"anyOf": []any{number, aVariable}}
}

// presetOf is the default as JSON writes it.
func presetOf(f field) any {
	t := f.typ
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	v := reflect.New(t).Elem()
	if !setText(v, f.preset) {
		panic(fmt.Sprintf("default %s of %s is no %s", strconv.Quote(f.preset), f.name, t))
	}
	return v.Interface()
}
