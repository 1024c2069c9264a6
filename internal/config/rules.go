package config

import (
	"slices"
	"strings"

	"nightjar/models"
)

// A Rule is one thing that a source row can break.
type Rule struct {
	Name string
	Doc  string
	// Actions are what may happen to a row that breaks it, by default the first.
	// A value that cannot be understood, for example, cannot be taken with a
	// warning. Rules about the whole row leave no choice.
	Actions []string
	// Of says whether a column of a contract is subject to the rule; nil when
	// the rule is about the whole row.
	Of func(models.Column) bool
}

// Rules are all rules, in the order in which docs/config.md lists them.
var Rules = []Rule{
	{"ragged", "The row has more or fewer fields than the header.", always, nil},
	{"bad_quote", "Text follows a closing quote.", always, nil},
	{"bad_encoding", "The row is not UTF-8.", always, nil},
	{"nul_byte", "The row holds a zero byte.", always, nil},
	{"too_long", "The row is longer than any row can be.", always, nil},
	{"bad_record", "What stands there is no record of the format: no JSON object, a line of fixed width that is too short.", always, nil},
	{"duplicate_key", "A delivery of another name already gave the key, in append mode.", always, nil},
	{"required", "A required column is empty.", []string{"reject", "warn", "fail"}, func(c models.Column) bool { return c.Required }},
	{"bad_number", "The text is no number of the column's type: letters, or more digits than it holds.", orEmptied, isNumber},
	{"bad_date", "The text is no date or point in time in the format given.", orEmptied, isTime},
	{"bad_boolean", "The text is neither true nor false.", orEmptied, isType("boolean")},
	{"error_cell", "The cell of a workbook holds an error, such as #N/A, in place of a text.", orTaken, isType("string")},
	{"unknown_status", "The status word is not in the source's status map.", orEmptied, func(c models.Column) bool { return c.StatusMap }},
	{"not_accepted", "The value is not among those that the contract accepts.", orTaken, func(c models.Column) bool { return len(c.Accepted) > 0 && !c.StatusMap }},
	{"out_of_range", "The number or date lies beyond the contract's min or max.", orTaken, func(c models.Column) bool { return c.Min != "" || c.Max != "" }},
	{"bad_pattern", "The text is not of the form that the contract gives.", orTaken, func(c models.Column) bool { return c.Pattern != "" }},
	{"future", "The date lies after the delivery was received.", orTaken, func(c models.Column) bool { return c.NotAfterReceipt }},
	{"nonexistent_hour", "The hour does not exist in the time zone: clocks went forward.", orTaken, isType("timestamptz")},
	{"ambiguous_hour", "The hour exists twice in the time zone: clocks went back.", []string{"warn", "reject", "null", "fail"}, isType("timestamptz")},
}

var (
	always    = []string{"reject"}
	orEmptied = []string{"reject", "null", "fail"}
	orTaken   = []string{"reject", "null", "warn", "fail"}
)

func isType(types ...models.Type) func(models.Column) bool {
	return func(c models.Column) bool { return slices.Contains(types, c.Type) }
}

func isTime(c models.Column) bool { return isType("date", "timestamptz")(c) }

func isNumber(c models.Column) bool {
	_, _, isDecimal := c.Type.Decimal()
	return isDecimal || isType("int", "bigint", "double")(c)
}

// On returns the action for a row of the mapping that breaks a rule: what the
// mapping says of the column's rule, else of the rule, else what the contract
// says, else the rule's default. Rules about the whole row have column "".
func (m *Mapping) On(rule, column string) string {
	for _, name := range []string{column + "." + rule, rule} {
		if action, ok := m.Rules[name]; ok {
			return action
		}
	}
	if m.Contract != nil {
		if c, ok := m.Contract.Column(column); ok && c.Rules[rule] != "" {
			return c.Rules[rule]
		}
	}
	i := slices.IndexFunc(Rules, func(r Rule) bool { return r.Name == rule })
	if i < 0 {
		return "reject"
	}
	return Rules[i].Actions[0]
}

// rules checks that every override is of a rule that the input has, by an
// action that it allows.
func (c *checker) rules(m *Mapping, path string) {
	for _, name := range sorted(m.Rules) {
		here, action := join(path, name), m.Rules[name]
		column, word, ofColumn := strings.Cut(name, ".")
		if !ofColumn {
			column, word = "", name
		}
		i := slices.IndexFunc(Rules, func(r Rule) bool { return r.Name == word })
		if i < 0 {
			c.at(here, "is no rule%s: the rules are %s", c.near(here, word, ruleNames()), strings.Join(ruleNames(), ", "))
			continue
		}
		rule := Rules[i]
		switch {
		case rule.Of == nil:
			c.at(here, "leaves no choice: no row can be taken that breaks %s", word)
		case ofColumn && !c.columnOfRule(m, rule, column, here):
		case !ofColumn && !slices.ContainsFunc(m.contractColumns(), rule.Of):
			c.at(here, "never applies: no column of %s has the rule %s", m.Input, word)
		case !slices.Contains(rule.Actions, action) && slices.Contains(orTaken, action):
			c.at(here, "cannot be %s: use %s", action, either(rule.Actions))
		}
	}
}

func (c *checker) columnOfRule(m *Mapping, rule Rule, name, here string) bool {
	columns := m.contractColumns()
	i := slices.IndexFunc(columns, func(c models.Column) bool { return c.Name == name })
	switch {
	case i < 0:
		c.at(here, "names no column of %s%s", m.Input, c.near(here, name, models.Names(columns)))
	case !rule.Of(columns[i]):
		c.at(here, "never applies: %s of %s does not have the rule %s", name, m.Input, rule.Name)
	default:
		return true
	}
	return false
}

// contractColumns are the columns of the contract and the mapping's own.
func (m *Mapping) contractColumns() []models.Column {
	return slices.Concat(m.Contract.Columns, m.Own())
}

// Own are the mapping's own columns, named x_….
func (m *Mapping) Own() []models.Column {
	var columns []models.Column
	for _, e := range m.Columns {
		if strings.HasPrefix(e.Column, "x_") {
			columns = append(columns, models.Column{Name: e.Column, Type: e.Type, Personal: e.Personal})
		}
	}
	return columns
}

func ruleNames() []string {
	names := make([]string, len(Rules))
	for i, rule := range Rules {
		names[i] = rule.Name
	}
	return names
}
