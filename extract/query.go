package extract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/models"
)

// The SQL of a compiled mapping is a chain of steps, each over the one before:
// source (as read), shaped (unpivoted), filtered, raw (the mapping's
// expressions), valued (cast), given (translated, cut), judged (which rules the
// values break), emptied (less the values that must go), clocked (which defaults
// are the delivery's date), defaulted, settled (which rules the row breaks). Steps
// with nothing to do are left out: planning one takes a millisecond.

// chain is the common table expressions up to and with settled.
func (c *compiled) chain() string {
	var steps []string
	last := ""
	step := func(name, sql string) {
		steps, last = append(steps, name+" as ("+sql+")"), name
	}
	step("source", c.sourced(c.typedColumns()))
	if c.mapping.Unpivot != nil {
		step("shaped", c.shaped())
	}
	if c.mapping.Unpivot != nil || c.mapping.Filter != "" {
		step("filtered", "from "+last+" where "+c.filter())
	}
	step("raw", "select "+duck.Name(c.reading.rowNumber())+" as source_row"+c.version()+c.deletion()+c.each(func(k compiledColumn) string { return k.raw + " as " + rawName(k.Name) })+" from "+last)
	step("valued", "select *"+c.each(func(k compiledColumn) string { return k.value + " as " + valueName(k.Name) })+" from "+last)
	step("given", fmt.Sprintf("select *, date %s as delivery_on, date %s as received_on%s from %s",
		duck.Text(c.delivery.deliveredOn.Format(time.DateOnly)), duck.Text(c.delivery.receivedOn.Format(time.DateOnly)),
		c.each(func(k compiledColumn) string { return c.settled(k) + " as " + duck.Name(k.Name) }), last))
	if verdicts := c.verdicts(false); verdicts != "" {
		step("judged", "select *"+verdicts+" from "+last)
	}
	if columns := c.replaced(func(k compiledColumn) string {
		if condition := c.emptied(k); condition != "" {
			return "case when not (" + condition + ") then " + duck.Name(k.Name) + " end"
		}
		return ""
	}); columns != "" {
		step("emptied", "select "+columns+" from "+last)
	}
	if clock := c.byClock(); clock != "" {
		step("clocked", "select *"+clock+" from "+last)
	}
	if columns := c.replaced(func(k compiledColumn) string {
		if instead := c.defaultOf(k.Column); instead != "" {
			return "coalesce(" + duck.Name(k.Name) + ", " + instead + ")"
		}
		return ""
	}); columns != "" {
		step("defaulted", "select "+columns+" from "+last)
	}
	step("settled", "select *"+c.verdicts(true)+" from "+last)
	return "with " + strings.Join(steps, ",\n")
}

func (c *compiled) each(write func(compiledColumn) string) string {
	var parts strings.Builder
	for _, column := range c.columns {
		parts.WriteString(", " + write(column))
	}
	return parts.String()
}

func (c *compiled) shaped() string {
	u := c.mapping.Unpivot
	return fmt.Sprintf("from source unpivot include nulls (%s for %s in (%s))", duck.Name(u.Value), duck.Name(u.Name), duck.Names(u.Columns))
}

func (c *compiled) filter() string {
	if c.mapping.Filter == "" {
		return "true"
	}
	return expressionOver(c.mapping.Filter, c.visible)
}

// sourced is the delivery as a relation, with the extras.
func (c *compiled) sourced(typed map[string]models.Type) string {
	columns := "*"
	for _, e := range c.reading.extras() {
		columns += ", " + e.sql + " as " + e.name
	}
	return "select " + columns + " from (" + c.reading.relation(typed, c.readerFormats()) + ")"
}

func (c *compiled) version() string {
	if c.source.VersionBy == "" {
		return ""
	}
	return ", " + expressionOver(c.source.VersionBy, c.visible) + "::varchar as row_version"
}

// deletedMark is the column that says that a row stands for a deletion.
const deletedMark = `"nightjar deleted"`

// deletion marks the rows that say that their key is deleted.
func (c *compiled) deletion() string {
	if c.source.DeletedWhen == "" {
		return ""
	}
	return ", coalesce(" + expressionOver(c.source.DeletedWhen, c.visible) + ", false) as " + deletedMark
}

// verdicts are, for each check of the row or of the values, whether it is broken.
func (c *compiled) verdicts(ofRow bool) string {
	var parts strings.Builder
	for i, check := range c.checks {
		if check.ofRow == ofRow {
			fmt.Fprintf(&parts, ", coalesce(%s, false) as %s", c.demanded(check), breaks(i))
		}
	}
	return parts.String()
}

// demanded is when a row breaks a check: one that stands for a deletion needs its
// key alone.
func (c *compiled) demanded(k check) string {
	if c.source.DeletedWhen == "" || slices.Contains(c.mapping.Contract.Key, k.column) {
		return k.breaks
	}
	return "not " + deletedMark + " and (" + k.breaks + ")"
}

// replaced is all columns, with those replaced for which write gives SQL; "" where
// there are none.
func (c *compiled) replaced(write func(compiledColumn) string) string {
	var columns []string
	for _, column := range c.columns {
		if sql := write(column); sql != "" {
			columns = append(columns, sql+" as "+duck.Name(column.Name))
		}
	}
	if len(columns) == 0 {
		return ""
	}
	return "* replace (" + strings.Join(columns, ", ") + ")"
}

// byClock says, by bits, which columns will have a date of the delivery.
func (c *compiled) byClock() string {
	var bits []string
	for i, column := range clocked(c.mapping.Contract) {
		if c.defaultOf(column) == "" {
			continue
		}
		bits = append(bits, fmt.Sprintf("case when %s is null and (%s) is not null then %d else 0 end", duck.Name(column.Name), column.Default, 1<<i))
	}
	if len(bits) == 0 {
		return ""
	}
	return ", " + strings.Join(bits, " + ") + " as " + byClock
}

// rows is the query of the rows that pass, as they are staged, less those that
// stand for a deletion.
func (c *compiled) rows(month string) string {
	if c.source.DeletedWhen == "" {
		return c.staged(month, "")
	}
	return c.staged(month, "") + " and not " + deletedMark
}

// deletions is the query of the rows that stand for a deletion.
func (c *compiled) deletions() string {
	month := ""
	if c.mapping.Contract.Dated() {
		month = "null::date"
	}
	return c.staged(month, ", true as _deleted") + " and " + deletedMark
}

func (c *compiled) staged(month, more string) string {
	query := c.chain() + "\nselect " + duck.Text(c.source.System) + " as system"
	for _, column := range c.columns {
		query += fmt.Sprintf(", cast(%[1]s as %[2]s) as %[1]s", duck.Name(column.Name), duck.SQLType(column.Type))
	}
	query += fmt.Sprintf(", %d::bigint as delivery_id, source_row::bigint as source_row", c.delivery.id)
	if c.source.VersionBy != "" {
		query += ", row_version"
	}
	if c.byClock() != "" {
		query += ", " + byClock
	}
	if month != "" {
		query += ", " + month + " as month"
	}
	return query + more + " from settled where not (" + c.rejecting() + ")"
}

// monthOf is the month of a row by its own dates, null where it has none.
func (c *compiled) monthOf() string { return monthBy(c.mapping.Contract.DatedBy) }

func monthBy(dates []string) string {
	if len(dates) == 0 {
		return "null::date"
	}
	return "date_trunc('month', coalesce(" + duck.Names(dates) + "))::date"
}

// account counts the source's rows, those that pass the filter, and of how many
// rows of the source they come.
func (c *compiled) account() string {
	if c.mapping.Unpivot == nil {
		passing := "count(*) filter (where " + c.filter() + ")"
		return "select count(*), " + passing + ", " + passing + " from (" + c.sourced(nil) + ")"
	}
	return c.chain() + "\nselect (select count(*) from source), count(*), count(distinct " + duck.Name(c.reading.rowNumber()) + ") from filtered"
}

// broken lists what broke a rule, by source_row: the number of the check, and the
// value that the source gave. A row
// that may not pass is listed once, under the first check that it breaks; the
// others only where lenient asks for them.
func (c *compiled) broken(lenient bool) string {
	verdict, passing := "case", []string{}
	for i, check := range c.checks {
		switch {
		case check.rejects():
			verdict += fmt.Sprintf(" when %s then [%d]", breaks(i), i)
		case lenient:
			passing = append(passing, fmt.Sprintf("case when %s then %d end", breaks(i), i))
		}
	}
	listed := "[broken for broken in [" + strings.Join(append(passing, "null::int"), ", ") + "] if broken is not null]"
	if verdict == "case" {
		verdict = listed
	} else {
		verdict += " else " + listed + " end"
	}
	value := "case broken"
	for i, check := range c.checks {
		if c.isRead(check.column) {
			value += fmt.Sprintf(" when %d then %s::varchar", i, rawName(check.column))
		}
	}
	if value == "case broken" {
		value = "null"
	} else {
		value += " end"
	}
	return c.chain() + "\nselect source_row::bigint, broken, " + value + " from (select *, unnest(" + verdict + ")::int as broken from settled) order by 1, 2"
}

// isRead says whether the column is made of something that the source gives.
func (c *compiled) isRead(column string) bool {
	return slices.ContainsFunc(c.columns, func(k compiledColumn) bool { return k.Name == column && k.mapped })
}

// refusedKeys lists what the rows that may not pass are about, where that can
// be told: a snapshot that holds such a row does not lack it.
func (c *compiled) refusedKeys(columns []string) string {
	query := c.chain() + "\nselect distinct " + fmt.Sprint(c.delivery.id) + "::bigint as delivery_id, " + duck.Text(c.source.System) + " as system"
	for _, name := range columns {
		column, _ := c.mapping.Contract.Column(name)
		query += fmt.Sprintf(", cast(%[1]s as %[2]s) as %[1]s", duck.Name(name), duck.SQLType(column.Type))
	}
	return query + " from settled where (" + c.rejecting() + ")"
}
