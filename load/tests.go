package load

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// A check is one test of a header, ready to run.
type check struct {
	finding Finding
	model   *models.Model
	// quick is an aggregate over the table's rows in scope that is 0 when
	// nothing is wrong; checks with the same pass share one scan. Empty: count
	// the offending rows.
	quick string
	pass  string
	// offending is a query of the rows to blame.
	offending string
	// wrong says what they are, in the plural: "rows without a value".
	wrong string
}

// checks lists the tests of a model over the months or keys that changed tonight, else over
// all rows, and the guards that leave rows behind.
func (n Night) checks(m *models.Model) []check {
	where, scope := n.scope(m)
	var all []check
	add := func(name, severity, scope string, c check) {
		if scope == "" {
			return
		}
		c.model = m
		c.finding = Finding{Model: m.Name, Test: name, Severity: n.severity(m.Name, name, severity), Scope: scope, Status: "passed"}
		all = append(all, c)
	}
	for _, column := range m.Columns {
		for _, t := range column.Tests {
			if t.Kind == "moves" {
				all = append(all, n.movesCheck(m, column, t)...)
				continue
			}
			add(column.Name+"."+t.Kind, "block", scope, n.columnCheck(m, column, t, where))
		}
	}
	for _, t := range m.Tests {
		if len(t.Unique) > 0 {
			add(t.AuditName(), t.Severity, scope, unique(m, t.Unique, where))
			continue
		}
		query, seen := strings.TrimRight(strings.TrimSpace(t.SQL), ";"), "whole"
		if t.ByKey {
			query, seen = fmt.Sprintf("with %s as (select * from %s where %s) select * from (%s\n)", duck.Name(m.Name), table(m), where, query), scope
		}
		add(t.AuditName(), t.Severity, seen, check{offending: query, wrong: "rows that the test says should not be there"})
	}
	for _, measure := range m.Totals() {
		all = append(all, n.lastNightCheck(m, measure)...)
	}
	return append(all, n.comparableChecks(m)...)
}

// scope is a condition on the rows to look at ("true" for all), and how
// findings call it; empty when nothing of a monthly model changed. Of a table that
// was patched tonight they are those of the patch's keys.
func (n Night) scope(m *models.Model) (where, name string) {
	if p := n.Manifest.Partitions(m.Name)[lake.Whole]; n.patched(m) && m.UniqueByKey() {
		by := duck.Name(m.Upkeep.Replaces)
		return by + " in (select " + by + " from " + duck.Alike(n.Lake.Path(p.Patch.Keys.Path)) + ")", count(p.Patch.Keys.Rows, "key")
	}
	if !m.Monthly() {
		return "true", "whole"
	}
	changed := n.changed(m.Name)
	switch len(changed) {
	case 0:
		return "false", ""
	case len(n.Manifest.Partitions(m.Name)):
		where = "true"
	default:
		where = "month in " + dates(changed)
	}
	return where, count(len(changed), "month")
}

// severity is the config's word, else the header's, else block.
func (n Night) severity(model, test, header string) string {
	if word := n.Audits[model+"."+test]; word != "" {
		return word
	}
	if header != "" {
		return header
	}
	return "block"
}

func (n Night) columnCheck(m *models.Model, column models.Column, t models.ColumnTest, where string) check {
	name := duck.Name(column.Name)
	rows := "select * from " + table(m) + " where " + where
	switch t.Kind {
	case "not_null":
		return check{pass: "nulls", quick: "count(*) - count(" + name + ")", offending: rows + " and " + name + " is null", wrong: "rows without a value"}
	case "accepted_values":
		outside := name + "::varchar not in " + list(t.Values)
		return check{pass: "values", quick: "count(*) filter (where " + outside + ")", offending: rows + " and " + outside, wrong: "rows with another value than " + strings.Join(t.Values, ", ")}
	case "range":
		outside := beyond(name, t)
		return check{pass: "values", quick: "count(*) filter (where " + outside + ")", offending: rows + " and (" + outside + ")", wrong: "rows with a value beyond " + bounds(t)}
	case "unique":
		return uniqueColumn(m, column.Name, where)
	case "relationships":
		to, key, _ := strings.Cut(t.To, ".")
		if len(n.changed(to)) > 0 {
			rows = "select * from " + table(m) + " where true"
		}
		return check{
			offending: fmt.Sprintf("%s and %s is not null and %s not in (select %s from %s where %s is not null)", rows, name, name, duck.Name(key), duck.Name(to), duck.Name(key)),
			wrong:     "rows whose value is not in " + t.To,
		}
	}
	return check{}
}

// beyond is the condition that a value lies outside of its range.
func beyond(name string, t models.ColumnTest) string {
	var sides []string
	if t.Min != "" {
		sides = append(sides, name+" < "+duck.Text(t.Min))
	}
	if t.Max != "" {
		sides = append(sides, name+" > "+duck.Text(t.Max))
	}
	return strings.Join(sides, " or ")
}

func bounds(t models.ColumnTest) string {
	switch {
	case t.Max == "":
		return "its least, " + t.Min
	case t.Min == "":
		return "its greatest, " + t.Max
	default:
		return t.Min + " to " + t.Max
	}
}

// unique looks at 64-bit hashes first: as many different ones as rows proves
// that no two rows share the columns' values. Nulls count as equal.
func unique(m *models.Model, by []string, where string) check {
	columns := duck.Names(by)
	hash := "hash(" + columns + ")"
	twice := fmt.Sprintf("select %s from %s where %s group by 1 having count(*) > 1", hash, table(m), where)
	return check{
		pass:      "unique " + columns,
		quick:     "count(*) - count(distinct " + hash + ")",
		offending: fmt.Sprintf("select * from %s where %s and %s in (%s) qualify count(*) over (partition by %s) > 1", table(m), where, hash, twice, columns),
		wrong:     "rows that share " + strings.Join(by, ", ") + " with another",
	}
}

// uniqueColumn is unique over the rows that have a value.
func uniqueColumn(m *models.Model, column, where string) check {
	name := duck.Name(column)
	c := unique(m, []string{column}, where+" and "+name+" is not null")
	c.pass = "unique values of " + name
	c.quick = fmt.Sprintf("count(%s) - count(distinct hash(%s)) filter (where %s is not null)", name, name, name)
	return c
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = duck.Text(value)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// absent names a model of the catalog that the check needs and this night
// lacks; "" when all are there.
func (n Night) absent(c check) string {
	if n.Catalog == nil {
		return ""
	}
	for _, name := range identifier.FindAllString(c.offending, -1) {
		_, known := n.Catalog.Models[name]
		if known && !slices.ContainsFunc(n.Models, func(m *models.Model) bool { return m.Name == name }) {
			return name
		}
	}
	return ""
}

// ofPersons says whether the check reads a table of the person file.
func (n Night) ofPersons(c check) bool {
	return slices.ContainsFunc(identifier.FindAllString(c.offending, -1), func(name string) bool {
		m := n.Catalog.Models[name]
		return m != nil && m.Person()
	})
}

// evidence is a query of the offending rows without the model's personal columns.
func (c check) evidence() string {
	var hidden []string
	for _, column := range c.model.Columns {
		if column.Personal {
			hidden = append(hidden, duck.Text(column.Name))
		}
	}
	if len(hidden) == 0 {
		return "select * from (" + c.offending + "\n) limit 1000"
	}
	return "select columns(c -> c not in (" + strings.Join(hidden, ", ") + ")) from (" + c.offending + "\n) limit 1000"
}
