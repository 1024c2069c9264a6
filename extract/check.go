package extract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
)

// A check is one rule of the contract over one column: SQL that is true where a
// row breaks it. Checks of the row look at the values as they will be staged;
// the others come before, over what the source gave.
type check struct {
	rule, column, breaks, action, reason string
	ofRow                                bool
}

// check is one, with the action that mapping or contract say.
func (c *compiled) check(column compiledColumn, rule, breaks, reason string) check {
	return check{rule: rule, column: column.Name, breaks: breaks, action: c.mapping.On(rule, column.Name), reason: reason}
}

func (c *compiled) allChecks() []check {
	var checks []check
	for _, column := range c.columns {
		if column.mapped {
			checks = append(checks, c.valueChecks(column)...)
		}
	}
	return append(checks, c.rowChecks()...)
}

// valueChecks are those of one value that the source gave.
func (c *compiled) valueChecks(column compiledColumn) []check {
	var checks []check
	name, value := duck.Name(column.Name), valueName(column.Name)
	if !column.sure && column.Type != "string" {
		rule, reason := badRule(column)
		checks = append(checks, c.check(column, rule, fmt.Sprintf("%s is not null and %s is null", rawName(column.Name), value), reason))
	}
	if column.Type == "string" && c.source.Format == "excel" {
		checks = append(checks, c.check(column, "error_cell", holdsError(column), "the cell holds an error in place of a value"))
	}
	if column.Type == "timestamptz" {
		checks = append(checks, c.hourChecks(column)...)
	}
	if column.StatusMap {
		checks = append(checks, c.check(column, "unknown_status", fmt.Sprintf("%s is not null and (%s) is null", value, c.translated(value)), "the status is not in the source's `status` map"))
	}
	if len(column.Accepted) > 0 && !column.StatusMap {
		checks = append(checks, c.check(column, "not_accepted", fmt.Sprintf("%s not in (%s)", name, quoteAll(column.Accepted)), "the value is not one of "+strings.Join(column.Accepted, ", ")))
	}
	if column.Min != "" || column.Max != "" {
		checks = append(checks, c.check(column, "out_of_range", beyond(column), "the value is not "+rangeOf(column)))
	}
	if column.Pattern != "" {
		checks = append(checks, c.check(column, "bad_pattern", fmt.Sprintf("%s is not null and not regexp_full_match(%[1]s, %s)", name, duck.Text(column.Pattern)), "the text is not of the form "+column.Pattern))
	}
	if column.NotAfterReceipt {
		checks = append(checks, c.check(column, "future", c.future(column), "the date lies after the day on which the delivery was received"))
	}
	return checks
}

// errorCell matches what Excel shows for a formula that has no value.
const errorCell = `#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA)`

// holdsError is when a text is an error of a workbook or, made by an expression,
// has one in it.
func holdsError(column compiledColumn) string {
	matches := "regexp_matches"
	if column.bare {
		matches = "regexp_full_match"
	}
	return fmt.Sprintf("%s(%s, %s)", matches, valueName(column.Name), duck.Text(errorCell))
}

// beyond is when a value lies outside the contract's bounds.
func beyond(column compiledColumn) string {
	kind := "decimal(38, 10)"
	if column.Type == "date" {
		kind = "date"
	}
	var conditions []string
	for operator, bound := range map[string]string{"<": column.Min, ">": column.Max} {
		if bound != "" {
			conditions = append(conditions, fmt.Sprintf("%s %s %s::%s", duck.Name(column.Name), operator, duck.Text(bound), kind))
		}
	}
	slices.Sort(conditions)
	return strings.Join(conditions, " or ")
}

func rangeOf(column compiledColumn) string {
	switch {
	case column.Min == "":
		return "at most " + column.Max
	case column.Max == "":
		return "at least " + column.Min
	}
	return "between " + column.Min + " and " + column.Max
}

func badRule(column compiledColumn) (rule, reason string) {
	switch column.Type {
	case "date", "timestamptz":
		return "bad_date", fmt.Sprintf("the value is no date or time in the format %s of the years 1900 to 2199", column.format)
	case "boolean":
		return "bad_boolean", "the value is neither yes nor no"
	default:
		return "bad_number", fmt.Sprintf("the value is no %s as configured", column.Type)
	}
}

func (c *compiled) future(column compiledColumn) string {
	if column.Type == "timestamptz" {
		return fmt.Sprintf("%s > timestamptz %s", duck.Name(column.Name), duck.Text(c.delivery.receivedAt.UTC().Format("2006-01-02 15:04:05.999999+00")))
	}
	return fmt.Sprintf("%s > date %s", duck.Name(column.Name), duck.Text(c.delivery.receivedOn.Format(time.DateOnly)))
}

// rowChecks are those without which no row can be told apart or placed: what
// the contract requires, the key, and a date or an owner to live with.
func (c *compiled) rowChecks() []check {
	var checks []check
	kept := map[string]bool{}
	for _, column := range c.columns {
		if !column.Required {
			continue
		}
		k := c.check(column, "required", duck.Name(column.Name)+" is null", "there is no value, and the contract requires one")
		kept[column.Name] = k.action != "warn"
		k.ofRow = true
		checks = append(checks, k)
	}
	refuse := func(column, breaks, reason string) {
		checks = append(checks, check{rule: "required", column: column, breaks: breaks, action: "reject", reason: reason, ofRow: true})
	}
	for _, key := range c.mapping.Contract.Key {
		if c.source.HasKey() && !kept[key] {
			refuse(key, duck.Name(key)+" is null", "there is no value, and rows are told apart by it; say `key: none` if they have no key")
		}
	}
	dates, owner := c.mapping.Contract.DatedBy, c.mapping.Contract.Owner
	switch {
	case len(dates) == 0 && owner == nil || len(dates) > 0 && kept[dates[0]]:
	case owner == nil:
		refuse(dates[0], c.monthOf()+" is null", "there is no date, and rows live by month")
	case slices.ContainsFunc(owner.On, func(name string) bool { return !kept[name] }):
		refuse(slices.Concat(dates, owner.On)[0], c.monthOf()+" is null and ("+duck.Names(owner.On[:1])+" is null"+moreNulls(owner.On[1:])+")",
			"there is neither a date nor a "+owner.Input+" to live with")
	}
	return checks
}

func moreNulls(names []string) string {
	more := ""
	for _, name := range names {
		more += " or " + duck.Name(name) + " is null"
	}
	return more
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = duck.Text(word)
	}
	return strings.Join(quoted, ", ")
}

// breaks is the column that says whether a row breaks the i-th check.
func breaks(i int) string { return duck.Name(fmt.Sprintf("breaks %d", i)) }

// rejecting is the condition under which a row may not pass, "false" when no
// check rejects.
func (c *compiled) rejecting() string {
	conditions := []string{"false"}
	for i, check := range c.checks {
		if check.rejects() {
			conditions = append(conditions, breaks(i))
		}
	}
	return strings.Join(conditions, " or ")
}

func (k check) rejects() bool { return k.action == "reject" || k.action == "fail" }

// lenient says whether some check lets its row pass but must be counted.
func (c *compiled) lenient() bool {
	return slices.ContainsFunc(c.checks, func(k check) bool { return !k.rejects() })
}

// emptied is the condition under which a column's value must go, "" for never:
// a rule says so, or the instant that the date is cut from lies in the future.
func (c *compiled) emptied(column compiledColumn) string {
	var conditions []string
	for i, check := range c.checks {
		own := check.column == column.Name
		cut := check.column == column.CutFrom && check.rule == "future" && !column.mapped
		if check.action == "null" && (own || cut) {
			conditions = append(conditions, breaks(i))
		}
	}
	return strings.Join(conditions, " or ")
}
