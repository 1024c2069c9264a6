package config

import (
	"reflect"
	"strconv"
	"strings"
)

// A field is what the tags of a struct's field say.
type field struct {
	name     string // in Go
	key      string // in YAML
	doc      string
	preset   string // the default, as written in the tag
	oneOf    []string
	min, max *float64
	required bool
	short    bool // a struct may be written as this field alone
	typ      reflect.Type
	index    []int
}

// fieldsOf lists the fields of a struct that the file can give, in order.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		key := f.Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		fields = append(fields, field{
			name: f.Name, key: key, doc: f.Tag.Get("doc"), preset: f.Tag.Get("default"),
			oneOf: alternatives(f.Tag.Get("oneof")), min: bound(f.Tag.Get("min")), max: bound(f.Tag.Get("max")),
			required: f.Tag.Get("required") == "true", short: f.Tag.Get("short") == "true",
			typ: f.Type, index: f.Index,
		})
	}
	return fields
}

func alternatives(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, "|")
}

func bound(tag string) *float64 {
	n, err := strconv.ParseFloat(tag, 64)
	if err != nil {
		return nil
	}
	return &n
}

// shortOf returns the field that a struct may be written as, if it has one.
func shortOf(t reflect.Type) (field, bool) {
	for _, f := range fieldsOf(t) {
		if f.short {
			return f, true
		}
	}
	return field{}, false
}

// tagged returns the index of the field that carries the tag, or nil.
func tagged(t reflect.Type, tag string) []int {
	for _, f := range reflect.VisibleFields(t) {
		if f.Tag.Get(tag) != "" {
			return f.Index
		}
	}
	return nil
}

// setDefaults fills in the defaults of a struct and of the structs within it.
func setDefaults(v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(f.index)
		if value.Kind() == reflect.Struct {
			setDefaults(value)
			continue
		}
		if f.preset != "" {
			setText(value, f.preset)
		}
	}
}

// setText sets a value from its text; false means that the text does not fit.
func setText(v reflect.Value, text string) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(text == "true")
		return text == "true" || text == "false"
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
		v.SetInt(n)
		return err == nil
	case reflect.Float64:
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
		v.SetFloat(n)
		return err == nil
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return setText(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.ValueOf(strings.Split(text, ",")))
	default:
		panic("a default for " + v.Type().String())
	}
	return true
}
