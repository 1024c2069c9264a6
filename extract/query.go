package extract

import (
	"fmt"
	"strings"
	"time"

	"nightjar/internal/duck"
)

// The SQL of a compiled mapping is a chain of steps, each over the one before:
// source (as read), shaped (unpivoted), filtered, raw (the mapping's
// expressions), valued (cast), settled (translated, cut, defaulted).

// chain is the common table expressions up to and with settled.
func (c *compiled) chain() string {
	steps := []string{
		"source as (" + c.reading.relation(c.typedColumns(), c.readerFormats()) + ")",
		"shaped as (" + c.shaped() + ")",
		"filtered as (" + c.filtered() + ")",
		"raw as (select source_row" + c.version() + c.each(func(k compiledColumn) string { return "(" + k.raw + ") as " + rawName(k.Name) }) + " from filtered)",
		"valued as (select *" + c.each(func(k compiledColumn) string { return k.value + " as " + duck.Name("v_"+k.Name) }) + " from raw)",
		fmt.Sprintf("given as (select *, date %s as delivery_on, date %s as received_on%s from valued)",
			duck.Text(c.delivery.deliveredOn.Format(time.DateOnly)), duck.Text(c.delivery.receivedOn.Format(time.DateOnly)),
			c.each(func(k compiledColumn) string { return c.settled(k) + " as " + duck.Name(k.Name) })),
		"settled as (" + c.defaulted() + ")",
	}
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
	if u == nil {
		return "from source"
	}
	return fmt.Sprintf("from source unpivot include nulls (%s for %s in (%s))", duck.Name(u.Value), duck.Name(u.Name), duck.Names(u.Columns))
}

func (c *compiled) filtered() string {
	if c.mapping.Filter == "" {
		return "from shaped"
	}
	return "from shaped where (" + c.mapping.Filter + ")"
}

func (c *compiled) version() string {
	if c.source.VersionBy == "" {
		return ", null::varchar as row_version"
	}
	return ", (" + c.source.VersionBy + ")::varchar as row_version"
}

// defaulted takes the contract's defaults, which may look at other columns.
func (c *compiled) defaulted() string {
	var replaced []string
	for _, column := range c.columns {
		if column.Default != "" {
			replaced = append(replaced, fmt.Sprintf("coalesce(%[1]s, %[2]s) as %[1]s", duck.Name(column.Name), column.Default))
		}
	}
	if len(replaced) == 0 {
		return "from given"
	}
	return "select * replace (" + strings.Join(replaced, ", ") + ") from given"
}

// rows is the query of the rows that pass, as they are staged.
func (c *compiled) rows(month string) string {
	query := c.chain() + "\nselect " + duck.Text(c.source.System) + " as system"
	for _, column := range c.columns {
		query += fmt.Sprintf(", cast(%s as %s) as %s", c.final(column), duck.SQLType(column.Type), duck.Name(column.Name))
	}
	query += fmt.Sprintf(", %d::bigint as delivery_id, source_row::bigint as source_row, row_version", c.delivery.id)
	if c.needsOwner() {
		query += ", null::date as owner_month"
	}
	if month != "" {
		query += ", " + month + " as month"
	}
	query += " from settled"
	if condition := c.rejecting(); condition != "" {
		query += " where not coalesce(" + condition + ", false)"
	}
	return query
}

// monthOf is the month of a row by its own dates, null where it has none.
func (c *compiled) monthOf() string {
	dates := make([]string, len(c.mapping.Contract.DatedBy))
	for i, name := range c.mapping.Contract.DatedBy {
		dates[i] = duck.Name(name)
	}
	return "date_trunc('month', coalesce(" + strings.Join(dates, ", ") + "))::date"
}

// account counts the source's rows, those that pass the filter, and of how many
// rows of the source they come.
func (c *compiled) account() string {
	return c.chain() + "\nselect (select count(*) from source), (select count(*) from filtered), (select count(distinct source_row) from filtered)"
}

// broken lists what broke a rule: source_row, and the number of the check. A
// row that may not pass is listed once, under the first check that it breaks.
func (c *compiled) broken() string {
	verdict := "case"
	for i, check := range c.checks {
		if check.action == "reject" || check.action == "fail" {
			verdict += fmt.Sprintf(" when coalesce(%s, false) then [%d]", check.breaks, i)
		}
	}
	let := "list_filter(["
	for i, check := range c.checks {
		if i > 0 {
			let += ", "
		}
		if check.action == "null" || check.action == "warn" {
			let += fmt.Sprintf("case when coalesce(%s, false) then %d end", check.breaks, i)
		} else {
			let += "null"
		}
	}
	let += "], x -> x is not null)"
	if verdict == "case" {
		verdict = let
	} else {
		verdict += " else " + let + " end"
	}
	return c.chain() + "\nselect source_row::bigint, unnest(" + verdict + ")::int from settled order by 1, 2"
}
