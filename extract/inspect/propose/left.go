package propose

import (
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
)

// leave lists the columns that nothing was found for.
func (p *plan) leave() {
	taken := map[string]bool{}
	for i, c := range p.table.Columns {
		if p.uses(c) || p.answers.has(c) || slices.ContainsFunc(p.Columns, func(m Mapped) bool { return m.Source == c.Name }) || c.Filled() == 0 {
			continue
		}
		p.Left = append(p.Left, p.left(c, i, taken))
	}
	if p.has(unitPrice) && p.column("gross_amount") != nil && p.column("gross_amount").Source != p.from(unitPrice).Name && !strings.Contains(p.column("gross_amount").SQL, within(p.from(unitPrice).Name)) {
		p.Left = append(p.Left, p.left(p.from(unitPrice), p.from(unitPrice).Place, taken))
	}
}

// left says how a column could go along as one of the project's own.
func (p *plan) left(c *evidence.Column, place int, taken map[string]bool) Left {
	l := Left{Source: c.Name, Name: ownName(c.Name, place, taken), SQL: bare(c.Name), Type: "string", Personal: Personal(c), What: "text"}
	if c.Verdict == nil {
		l.What = "open: see the questions"
		return l
	}
	l.What = c.Verdict.String()
	switch c.Verdict.Kind {
	case evidence.Integer:
		if l.Type = "int"; c.Longest > 9 {
			l.Type = "bigint"
		}
	case evidence.Decimal, evidence.Double:
		if l.Type = "decimal(18,4)"; c.Scale > 4 || c.Kind() == evidence.Double {
			l.Type = "double"
		}
	case evidence.Date:
		l.Type = "date"
	case evidence.Timestamp:
		if l.Type = "timestamptz"; c.Midnight {
			l.Type = "date"
		}
	case evidence.Boolean:
		l.Type = "boolean"
	case evidence.Text, evidence.Code:
		l.What = fmt.Sprintf("%s, %s", c.Verdict.Kind, say.Count(c.Distinct, "different value"))
		return l
	default:
		return l
	}
	l.SQL, l.Format, _ = express(c, l.Type, p.table.Formats)
	return l
}

// ownName is a name for a column of the project's own: what its name means, else its
// small letters, else its place.
func ownName(name string, place int, taken map[string]bool) string {
	list := words(name)
	own := ""
	for _, other := range sortedKeys(table().Others) {
		if slices.ContainsFunc(table().Others[other], func(known string) bool { return squeeze(known) == strings.Join(list, "") }) {
			own = other
			break
		}
	}
	if own == "" {
		own = asciiName(list)
	}
	if own == "" {
		own = fmt.Sprintf("column_%d", place+1)
	}
	free := own
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s_%d", own, n)
	}
	taken[free] = true
	return "x_" + free
}

// asciiName joins the words of a name, if they are all plain letters and digits.
func asciiName(list []string) string {
	name := strings.Join(list, "_")
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return ""
		}
	}
	return name
}
