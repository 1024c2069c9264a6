package models

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"
)

// ParseInput reads a contract. Errors name path and line.
func ParseInput(name string, text []byte) (*Input, error) {
	in := &Input{Text: string(text)}
	if err := decode(name, 0, text, in); err != nil {
		return nil, err
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); in.Name != want {
		return nil, fmt.Errorf("%s: the contract calls itself %q: name it %q, like its file", name, in.Name, want)
	}
	for _, c := range in.Columns {
		if !c.Type.Valid() {
			return nil, fmt.Errorf("%s: column %s has type %q: use boolean, int, bigint, decimal(p,s) with p ≤ 18, double, date, timestamptz or string", name, c.Name, c.Type)
		}
		if err := c.bounded(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, key := range slices.Concat(in.Key, in.DatedBy, in.Reaches) {
		if _, ok := in.Column(key); !ok {
			return nil, fmt.Errorf("%s: %q is named as a key or date but is no column", name, key)
		}
	}
	return in, nil
}

// ParseModel reads a model file: a header comment `/* model … */`, then the
// SQL template. Errors name path and line.
func ParseModel(name string, text []byte) (*Model, error) {
	header, body, found := bytes.Cut(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("*/"))
	header, isModel := bytes.CutPrefix(bytes.TrimLeft(header, " \t\r\n"), []byte("/* model"))
	if !found || !isModel {
		return nil, fmt.Errorf("%s:1: a model begins with its header, a comment `/* model … */`", name)
	}
	m := &Model{Path: name, Partition: "none", File: "warehouse"}
	if err := decode(name, 0, header, m); err != nil {
		return nil, err
	}
	m.SQL = strings.TrimSpace(string(body))
	m.Line = 1 + bytes.Count(text[:len(text)-len(bytes.TrimLeftFunc(body, unicode.IsSpace))], []byte("\n"))
	m.Fingerprint = hashed(text)
	m.Inputs = named(m.SQL, "input")
	m.Refs = named(m.SQL, "ref")
	m.Vars = named(m.SQL, "var")
	m.Previous = named(m.SQL, "previous")
	m.Changed = named(m.SQL, "changed")
	if m.Upkeep != nil && !slices.Contains(m.Refs, m.Upkeep.Touched) {
		m.Refs = append(m.Refs, m.Upkeep.Touched)
		m.Optional = append(m.Optional, m.Upkeep.Touched)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func (m *Model) check() error {
	want := strings.TrimSuffix(path.Base(m.Path), ".sql")
	switch {
	case m.Name != want:
		return fmt.Errorf("the model calls itself %q: name it %q, like its file", m.Name, want)
	case m.Partition != "month" && m.Partition != "none":
		return fmt.Errorf("partition is %q: use month or none", m.Partition)
	case m.File != "warehouse" && m.File != "person":
		return fmt.Errorf("file is %q: use warehouse or person", m.File)
	case m.Monthly() && m.Remembers():
		return errors.New("a model that looks at the previous night has no partition: leave out `partition: month`")
	case len(m.Grain) == 0:
		return errors.New("the header names no grain")
	}
	for _, column := range m.Columns {
		if !column.Type.Valid() {
			return fmt.Errorf("column %s has type %q, which is not portable", column.Name, column.Type)
		}
		if column.Personal && !m.Person() {
			return fmt.Errorf("column %s is personal: only models with `file: person` may have it", column.Name)
		}
	}
	for _, name := range m.Grain {
		if !m.has(name) {
			return fmt.Errorf("grain column %s is not among the columns", name)
		}
	}
	switch {
	case m.Monthly() && !m.has("month"):
		return errors.New("a model partitioned by month needs a column month")
	case m.ManyMonths() && !m.Monthly():
		return errors.New("the SQL asks for months: say `partition: month` in the header")
	case m.ManyMonths() && m.speaks("month", "next_month"):
		return errors.New("the SQL speaks of {{ month }} and of {{ months }}: one is built by itself, the others together; use either")
	}
	if err := m.checkNeedsOneOf(); err != nil {
		return err
	}
	if err := m.checkTests(); err != nil {
		return err
	}
	if err := m.checkUpkeep(); err != nil {
		return err
	}
	if err := m.checkView(); err != nil {
		return err
	}
	return m.checkTrace()
}

// checkNeedsOneOf demands references that the SQL makes, of which it is not said twice
// how much they are needed.
func (m *Model) checkNeedsOneOf() error {
	if len(m.NeedsOneOf) == 1 {
		return fmt.Errorf("needs_one_of names %s alone: a reference that is neither there nor under optional is needed anyway", m.NeedsOneOf[0])
	}
	for i, name := range m.NeedsOneOf {
		switch {
		case !slices.Contains(m.Refs, name) && !slices.Contains(m.Inputs, name):
			return fmt.Errorf("needs_one_of names %q, which the SQL does not refer to: use names in {{ ref \"…\" }} and {{ input \"…\" }}", name)
		case slices.Contains(m.NeedsOneOf[:i], name):
			return fmt.Errorf("needs_one_of names %s twice", name)
		case slices.Contains(m.Optional, name):
			return fmt.Errorf("%s is under optional and under needs_one_of: leave it out of one of them", name)
		}
	}
	return nil
}

var plainNumber = regexp.MustCompile(`^[+-]?\d{1,20}(\.\d{1,10})?$`)

// bounded checks what a contract's column says of its values.
func (c Column) bounded() error {
	_, _, isDecimal := c.Type.Decimal()
	number := isDecimal || slices.Contains([]Type{"int", "bigint", "double"}, c.Type)
	for _, bound := range []string{c.Min, c.Max} {
		isNumber := plainNumber.MatchString(bound)
		_, notDate := time.Parse(time.DateOnly, bound)
		switch {
		case bound == "":
		case number && !isNumber:
			return fmt.Errorf("column %s: %q bounds its numbers, and is none", c.Name, bound)
		case c.Type == "date" && notDate != nil:
			return fmt.Errorf("column %s: %q bounds its dates: write one like 2024-01-31", c.Name, bound)
		case !number && c.Type != "date":
			return fmt.Errorf("column %s: min and max bound numbers and dates, and it is of type %s", c.Name, c.Type)
		}
	}
	if c.Pattern == "" {
		return nil
	}
	if c.Type != "string" {
		return fmt.Errorf("column %s: a pattern is for text, and it is of type %s", c.Name, c.Type)
	}
	if _, err := regexp.Compile(c.Pattern); err != nil {
		return fmt.Errorf("column %s: its pattern is no regular expression (RE2): %w", c.Name, err)
	}
	return nil
}

// named lists the arguments of {{ function "argument" }} in order, once each.
func named(sql, function string) []string {
	pattern := regexp.MustCompile(`\b` + function + `\s+"([^"]+)"`)
	var names []string
	for _, action := range actions.FindAllString(sql, -1) {
		for _, match := range pattern.FindAllStringSubmatch(action, -1) {
			if !slices.Contains(names, match[1]) {
				names = append(names, match[1])
			}
		}
	}
	return names
}

var actions = regexp.MustCompile(`\{\{[^}]*\}\}`)

// decode reads strict YAML; an error shows path and line.
func decode(name string, offset int, text []byte, into any) error {
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into)
	if err == nil {
		return nil
	}
	if located, ok := errors.AsType[yaml.Error](err); ok {
		line := offset
		if token := located.GetToken(); token != nil {
			line += token.Position.Line
		}
		return fmt.Errorf("%s:%d: %s", name, line, located.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}
