package extract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
)

// zoned makes an instant of a stamp that is in the source's zone. Where the clocks
// did not change in the months that the stamps were seen to lie in, a subtraction
// does, at a third of the cost.
func (c *compiled) zoned(stamp string, column compiledColumn) string {
	switch seconds, steady := c.offset(column); {
	case column.Type != "timestamptz":
		return stamp
	case c.source.TimeZone == "UTC":
		return stamp + "::timestamptz"
	case steady:
		return fmt.Sprintf("make_timestamptz(epoch_us(%s) - %d000000)", stamp, seconds)
	}
	return fmt.Sprintf("timezone(%s, %s)", duck.Text(c.source.TimeZone), stamp)
}

// offset is by how many seconds the zone was ahead of UTC in all the time that a
// column's stamps were seen to lie in, if it was so throughout.
func (c *compiled) offset(column compiledColumn) (seconds int, steady bool) {
	zone, first, _, seen := c.seenIn(column)
	if changes, _ := c.clockChanges(column); changes || !seen || first.Year() < 1970 {
		return 0, false
	}
	_, seconds = first.In(zone).Zone()
	return seconds, true
}

// local is the stamp of an instant's column by the clock on the wall, in the
// source's zone; "" where the source gives a zone with it.
func (c *compiled) local(column compiledColumn) string {
	raw := rawName(column.Name)
	switch {
	case column.typed:
		return raw
	case column.kind == "DATE" || column.kind == "TIMESTAMP" || strings.HasPrefix(column.kind, "TIMESTAMP_"):
		return raw + "::timestamp"
	case carriesZone(column.kind) || carriesZone(column.format):
		return ""
	default:
		return parsed(column)
	}
}

// carriesZone looks at DuckDB's name of a type, or at a format.
func carriesZone(kindOrFormat string) bool {
	return strings.HasSuffix(kindOrFormat, "TIME ZONE") || strings.Contains(kindOrFormat, "%z") || strings.Contains(kindOrFormat, "%Z")
}

// parsed reads text by the column's format; null where it does not fit.
func parsed(column compiledColumn) string {
	return fmt.Sprintf("try_strptime(%s::varchar, %s)", rawName(column.Name), duck.Text(column.format))
}

func (c *compiled) safeDate(column compiledColumn) string {
	date := parsed(column) + "::date"
	switch {
	case column.kind == "DATE" || strings.HasPrefix(column.kind, "TIMESTAMP") && !carriesZone(column.kind):
		date = rawName(column.Name) + "::date"
	case carriesZone(column.kind):
		date = fmt.Sprintf("timezone(%s, %s)::date", duck.Text(c.source.TimeZone), rawName(column.Name))
	case carriesZone(column.format):
		date = fmt.Sprintf("timezone(%s, %s::timestamptz)::date", duck.Text(c.source.TimeZone), parsed(column))
	}
	return sound(column, date)
}

func (c *compiled) safeInstant(column compiledColumn) string {
	if local := c.local(column); local != "" {
		return c.zoned(sound(column, local), column)
	}
	if carriesZone(column.kind) {
		return sound(column, rawName(column.Name))
	}
	return sound(column, parsed(column)+"::timestamptz")
}

// sound is a date or instant where it is of the years 1900 to 2199, and nobody would
// doubt how DuckDB reads the text that it is made of. A word such as epoch is the first
// day of 1900 to it.
func sound(column compiledColumn, value string) string {
	conditions := []string{fmt.Sprintf("year(%s) between 1900 and 2199", value)}
	if column.kind != "DATE" && !strings.HasPrefix(column.kind, "TIMESTAMP") {
		text := rawName(column.Name) + "::varchar"
		conditions = append(conditions, fmt.Sprintf("(%s <> '1900-01-01' or regexp_matches(%s, '[0-9]'))", value, text))
		if form := inForm(text, column.format); form != "" {
			conditions = append(conditions, form)
		}
	}
	return "case when " + strings.Join(conditions, " and ") + " then " + value + " end"
}

// cut is the business date of an instant that is mapped: the date in its zone,
// less the hours at which the day starts; "" without such an instant.
func (c *compiled) cut(instant string) string {
	i := slices.IndexFunc(c.columns, func(k compiledColumn) bool { return k.Name == instant })
	if i < 0 || !c.columns[i].mapped {
		return ""
	}
	local := c.local(c.columns[i])
	if local == "" {
		local = fmt.Sprintf("timezone(%s, %s)", duck.Text(c.source.TimeZone), valueName(instant))
	}
	if start := c.night.Config.DayStartsAt; start != "00:00" && start != "" {
		local = fmt.Sprintf("(%s - interval '%s hours %s minutes')", local, start[:2], start[3:])
	}
	return fmt.Sprintf("case when %s is not null then %s::date end", valueName(instant), local)
}

// hourChecks find stamps in hours that the zone skips or has twice. Where the
// clocks did not change in the months that the stamps were seen to lie in,
// there is nothing to find. Of an hour that comes twice DuckDB takes the second;
// the first is then the shift before.
func (c *compiled) hourChecks(column compiledColumn) []check {
	local := c.local(column)
	if local == "" {
		return nil
	}
	changes, back := c.clockChanges(column)
	if !changes {
		return nil
	}
	zone, instant := duck.Text(c.source.TimeZone), valueName(column.Name)
	checks := []check{c.check(column, "nonexistent_hour", fmt.Sprintf("timezone(%s, %s) <> %s", zone, instant, local), "the clock of the time zone skips this hour")}
	var twice []string
	for _, seconds := range back {
		twice = append(twice, fmt.Sprintf("timezone(%s, %s - interval %d second) = %s", zone, instant, seconds, local))
	}
	if len(twice) > 0 {
		checks = append(checks, c.check(column, "ambiguous_hour", strings.Join(twice, " or "), "the clock of the time zone has this hour twice; the second is taken"))
	}
	return checks
}

// clockChanges says whether the clocks change in the time that a column's
// stamps may lie in, and by how many seconds they go back.
func (c *compiled) clockChanges(column compiledColumn) (changes bool, back []int) {
	zone, first, last, _ := c.seenIn(column)
	switch {
	case zone == nil:
		return true, []int{3600}
	case first.IsZero():
		return false, nil
	}
	return shifts(zone, first.AddDate(0, 0, -2), last.AddDate(0, 1, 2))
}

// seenIn is the source's zone, nil where it is none that Go knows, and the first and
// last month of a column's stamps: those that were seen, zero without any stamp, or
// all that may be.
func (c *compiled) seenIn(column compiledColumn) (zone *time.Location, first, last time.Time, seen bool) {
	zone, err := time.LoadLocation(c.source.TimeZone)
	if err != nil {
		return nil, first, last, false
	}
	first, last = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 12, 1, 0, 0, 0, 0, time.UTC)
	if name, isBare := bareColumn(c.expr(column.Name).SQL, c.reading.columnNames()); isBare && column.sure {
		facts := c.reading.facts(name)
		return zone, facts.FirstMonth, facts.LastMonth, !facts.FirstMonth.IsZero()
	}
	return zone, first, last, false
}

// shifts says whether the zone's offset changes within the days, and by how many
// seconds it goes back, each once.
func shifts(zone *time.Location, first, last time.Time) (changes bool, back []int) {
	_, before := first.In(zone).Zone()
	for day := first; day.Before(last); day = day.AddDate(0, 0, 1) {
		_, offset := day.In(zone).Zone()
		changes = changes || offset != before
		if offset < before && !slices.Contains(back, before-offset) {
			back = append(back, before-offset)
		}
		before = offset
	}
	return changes, back
}
