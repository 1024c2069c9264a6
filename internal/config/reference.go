package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference returns docs/config.md: the example, then every key of every
// section, what it means and what it is by default.
func Reference(example string) string {
	var page strings.Builder
	page.WriteString(`<!-- Generated from internal/config: change the tags there, then go test ./internal/config -update -->
# nightjar.yaml

One file describes a project. Nightjar refuses it unless every line is understood, and says
for each that is not its line and what was probably meant. Editors complete and check it with
[nightjar.schema.json](nightjar.schema.json).

` + "```yaml\n" + strings.TrimSpace(example) + "\n```" + `

**Variables.** In any value, ` + "`${NAME}`" + ` stands for an environment variable, and
` + "`${NAME:-default}`" + ` for the default where it is unset or empty. ` + "`$$`" + ` is a dollar sign. Keys and
comments are left alone, and no message shows what a variable held.

**Expressions** are DuckDB SQL over the source's columns, which are text: what a contract calls
a number or a date is read from that text in the source's formats, and a text that does not fit
breaks a rule (below), never a guess.

**Rows given in place** (` + "`rows:`" + `) are read as they are written: dates as yyyy-mm-dd, decimals with
a point. A row may name its ` + "`system`" + `; where all sources have one system, that is the default.
`)
	sections(&page, reflect.TypeFor[Config](), "")
	page.WriteString("\n## Rules\n\nWhat a row can break, and what a mapping may ask for then. Without a word,\nthe first.\n\n| rule | broken when | action |\n|---|---|---|\n")
	for _, rule := range Rules {
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", rule.Name, rule.Doc, strings.Join(rule.Actions, ", "))
	}
	return page.String()
}

// cell escapes what Markdown would not show as it is written in a table.
var cell = strings.NewReplacer("|", `\|`, "<", `\<`)

// sections writes the table of a struct, then those of the structs within it.
func sections(page *strings.Builder, t reflect.Type, path string) {
	title := "The project"
	if path != "" {
		title = "`" + path + "`"
	}
	fmt.Fprintf(page, "\n## %s\n\n", title)
	if short, ok := shortOf(t); ok {
		fmt.Fprintf(page, "Written as a mapping, or as its `%s` alone.\n\n", short.key)
	}
	page.WriteString("| key | type | default | meaning |\n|---|---|---|---|\n")
	for _, f := range fieldsOf(t) {
		fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", f.key, kindOf(f), defaultOf(f), cell.Replace(f.doc))
	}
	for _, f := range fieldsOf(t) {
		if inner, below := section(f, path); inner != nil {
			sections(page, inner, below)
		}
	}
}

// section returns the struct that a field holds and the path of its keys.
func section(f field, path string) (reflect.Type, string) {
	t, below := f.typ, join(path, f.key)
	if t.Kind() == reflect.Slice {
		t = element(t)
		if key, ok := keyField(t); ok {
			below = join(below, "<"+key+">")
		}
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return nil, ""
	}
	return t, below
}

func keyField(t reflect.Type) (string, bool) {
	index := tagged(t, "key")
	if index == nil {
		return "", false
	}
	return t.FieldByIndex(index).Tag.Get("key"), true
}

func kindOf(f field) string {
	words := make([]string, len(f.oneOf))
	for i, word := range f.oneOf {
		words[i] = "`" + word + "`"
	}
	t := f.typ
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return "section"
	case reflect.Map:
		if len(words) > 0 {
			return "mapping to " + either(words)
		}
		return "mapping"
	case reflect.Slice:
		if _, ordered := keyField(element(t)); ordered {
			return "sections by name"
		}
		return "list of texts, or one"
	case reflect.String:
		if len(words) > 0 {
			return either(words)
		}
	}
	return strings.TrimPrefix(strings.TrimPrefix(kinds[t.Kind()], "is a "), "is ")
}

func defaultOf(f field) string {
	switch {
	case f.required:
		return "required"
	case f.preset == "":
		return ""
	case f.typ.Kind() == reflect.Slice:
		return "`[" + strings.ReplaceAll(f.preset, ",", ", ") + "]`"
	default:
		return "`" + f.preset + "`"
	}
}
