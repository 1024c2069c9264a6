package extract

import (
	"fmt"
	"strings"
	"time"

	"nightjar/internal/duck"
)

// A check is one rule of the contract over one column: SQL over the settled
// values that is true where a row breaks it.
type check struct {
	rule, column, breaks, action string
}

func (c *compiled) allChecks() []check {
	var checks []check
	add := func(column compiledColumn, rule, breaks string) {
		checks = append(checks, check{rule: rule, column: column.Name, breaks: breaks, action: c.mapping.On(rule, column.Name)})
	}
	for _, column := range c.columns {
		e, mapped := c.mapping.Columns.Column(column.Name)
		value := duck.Name(column.Name)
		if mapped && !column.typed && column.Type != "string" && column.value != c.sureCast(column) {
			add(column, badRule(string(column.Type)), fmt.Sprintf("%s is not null and %s is null", rawName(column.Name), duck.Name("v_"+column.Name)))
		}
		if mapped && column.Type == "timestamptz" && !strings.Contains(formatOf(c.source, e, column.Type), "%z") {
			c.hourChecks(column, add)
		}
		if mapped && column.StatusMap {
			add(column, "unknown_status", fmt.Sprintf("%s is not null and (%s) is null", duck.Name("v_"+column.Name), c.translated(duck.Name("v_"+column.Name))))
		}
		if mapped && len(column.Accepted) > 0 && !column.StatusMap {
			add(column, "not_accepted", fmt.Sprintf("%s not in (%s)", value, quoteAll(column.Accepted)))
		}
		if mapped && column.NotAfterReceipt {
			add(column, "future", c.future(column))
		}
		if column.Required {
			add(column, "required", value+" is null")
		}
	}
	return checks
}

func badRule(t string) string {
	switch t {
	case "date", "timestamptz":
		return "bad_date"
	case "boolean":
		return "bad_boolean"
	default:
		return "bad_number"
	}
}

func (c *compiled) future(column compiledColumn) string {
	if column.Type == "timestamptz" {
		return fmt.Sprintf("%s > timestamptz %s", duck.Name(column.Name), duck.Text(c.night.ReceivedAt.UTC().Format("2006-01-02 15:04:05.999999+00")))
	}
	return fmt.Sprintf("%s > date %s", duck.Name(column.Name), duck.Text(c.delivery.receivedOn.Format(time.DateOnly)))
}

// hourChecks find stamps in hours that the zone skips or has twice. Zones
// without clock changes need none.
func (c *compiled) hourChecks(column compiledColumn, add func(compiledColumn, string, string)) {
	if !changesClocks(c.source.TimeZone) {
		return
	}
	zone := duck.Text(c.source.TimeZone)
	instant := duck.Name("v_" + column.Name)
	local := rawName(column.Name)
	if !column.typed {
		local = fmt.Sprintf("try_strptime(%s, %s)", local, duck.Text(column.format))
	}
	add(column, "nonexistent_hour", fmt.Sprintf("timezone(%s, %s) <> %s", zone, instant, local))
	add(column, "ambiguous_hour", fmt.Sprintf("(timezone(%[1]s, %[2]s + interval 1 hour) = %[3]s or timezone(%[1]s, %[2]s - interval 1 hour) = %[3]s)", zone, instant, local))
}

// changesClocks says whether a zone has had more than one offset since 1992.
func changesClocks(zone string) bool {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return true
	}
	_, first := time.Date(1992, 1, 1, 0, 0, 0, 0, location).Zone()
	for day := time.Date(1992, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2038; day = day.AddDate(0, 0, 14) {
		if _, offset := day.In(location).Zone(); offset != first {
			return true
		}
	}
	return false
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = duck.Text(word)
	}
	return strings.Join(quoted, ", ")
}

// rejecting is the condition under which a row may not pass, "" when no check
// rejects.
func (c *compiled) rejecting() string {
	var conditions []string
	for _, check := range c.checks {
		if check.action == "reject" || check.action == "fail" {
			conditions = append(conditions, "("+check.breaks+")")
		}
	}
	return strings.Join(conditions, " or ")
}

// lenient says whether some check lets its row pass but must be counted.
func (c *compiled) lenient() bool {
	for _, check := range c.checks {
		if check.action == "null" || check.action == "warn" {
			return true
		}
	}
	return false
}

// final is a column's value as staged: emptied where a broken rule says so.
// A value that could not be made is null already.
func (c *compiled) final(column compiledColumn) string {
	value := duck.Name(column.Name)
	for _, check := range c.checks {
		if check.column == column.Name && check.action == "null" && (check.rule == "future" || check.rule == "not_accepted" || check.rule == "nonexistent_hour" || check.rule == "ambiguous_hour") {
			value = fmt.Sprintf("case when %s then null else %s end", check.breaks, value)
		}
	}
	return value
}
