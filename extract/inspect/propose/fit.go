package propose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/say"
	"nightjar/models"
)

// A fit is one of the file's columns as one of the input's.
type fit struct {
	from  *evidence.Column
	to    models.Column
	score float64
	why   string
}

// fits judges each column of a table as each column of an input, the best first.
func fits(t *Table, input *models.Input) []fit {
	var all []fit
	for _, from := range t.Columns {
		if from.Filled() == 0 {
			continue
		}
		name := words(strings.ReplaceAll(from.Name, ".#", " line no"))
		if len(name) == 0 {
			continue
		}
		for _, to := range mappable(input) {
			l, expects := named(input.Name, to.Name, name)
			if to.Type == "string" && !l.whole && expects != "id" && isID(name) {
				l.score *= 0.5 // an address's id is no address
			}
			score, values := judge(from, input, to, expects, l.score)
			if score >= least {
				all = append(all, fit{from, to, score, because(l, values)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b fit) int { return cmp.Compare(b.score, a.score) })
	return all
}

// mappable are the columns that a source may give; of a flat sale's lines, the price
// of one too, of which an amount can be made.
func mappable(input *models.Input) []models.Column {
	var columns []models.Column
	for _, c := range input.Columns {
		if len(c.FromOwner) == 0 && c.Name != "source_status" {
			columns = append(columns, c)
		}
	}
	if input.Name == "sale_line" {
		columns = append(columns, models.Column{Name: unitPrice, Type: "decimal(18,4)"})
	}
	return columns
}

// unitPrice is no column of any input.
const unitPrice = "unit_price"

func because(l likeness, values string) string {
	why := ""
	switch {
	case l.phrase == "":
	case l.whole && l.weight < 0.6:
		why = "perhaps, by its name"
	case l.whole:
		why = "by its name"
	default:
		why = fmt.Sprintf("its name has %q", l.phrase)
	}
	switch {
	case why == "":
		return values
	case values == "":
		return why
	}
	return why + "; " + values
}

// judge weighs a likeness of names with what the values are.
func judge(from *evidence.Column, input *models.Input, to models.Column, expects string, likeness float64) (score float64, values string) {
	if email := share(from.Emails, from); to.Name == "email" && email > 0.8 {
		return max(likeness, 0.95), fmt.Sprintf("%.0f %% of its values are e-mail addresses", 100*email)
	}
	phone := share(from.Phones, from)
	if to.Name == "phone" && (from.Longest < 6 || from.Kind() == evidence.Date || from.Kind() == evidence.Timestamp) {
		return 0, ""
	}
	if to.Name == "phone" && phone > 0.8 {
		return max(likeness, 0.6), fmt.Sprintf("%.0f %% of its values are telephone numbers", 100*phone)
	}
	if likeness == 0 || !from.Fits(to.Type) {
		return 0, ""
	}
	switch kind := from.Kind(); {
	case to.Type == "timestamptz" && from.Midnight:
		return likeness * 0.5, "its times are all 00:00"
	case to.Type == "date" && to.CutFrom != "" && kind == evidence.Timestamp && !from.Midnight:
		return likeness * 0.45, "it has a time of day"
	case len(to.Accepted) > 0 && !to.StatusMap && !accepted(from, input, to):
		return 0, ""
	case to.Type == "string":
		return judgeText(from, expects, likeness)
	}
	return likeness, said(from)
}

// accepted says whether nearly all values are among those that the contract takes, or
// words for them.
func accepted(from *evidence.Column, input *models.Input, to models.Column) bool {
	rows := int64(0)
	for _, w := range from.Words {
		if _, known := valueOf(input.Name, to, w.Value); known {
			rows += w.Rows
		}
	}
	return float64(from.Filled()-rows) <= tolerated*float64(from.Filled())
}

func judgeText(from *evidence.Column, expects string, likeness float64) (score float64, values string) {
	kind := from.Kind()
	switch {
	case expects == "status":
		known := 0
		for _, w := range from.Words {
			if _, ok := Status(w.Value); ok {
				known++
			}
		}
		switch {
		case len(from.Words) == 0 || len(from.Words) > 25:
			return 0, ""
		case known == 0 && len(from.Words) > 10:
			return 0, ""
		case known == 0:
			return likeness * 0.75, say.Count(len(from.Words), "different word")
		}
		return likeness, fmt.Sprintf("%d of its %d words are known", known, len(from.Words))
	case expects == "id" && slices.Contains([]evidence.Kind{evidence.Decimal, evidence.Double, evidence.Date, evidence.Timestamp, evidence.Boolean, evidence.Clock}, kind):
		return likeness * 0.2, ""
	case expects == "words" && kind != evidence.Text:
		return likeness * 0.2, ""
	case kind == evidence.Timestamp || kind == evidence.Decimal:
		return likeness * 0.5, ""
	}
	if from.Unique() {
		return likeness, "no two rows share a value"
	}
	return likeness, say.Count(from.Distinct, "different value")
}

// isID knows names that end like those of keys.
func isID(name []string) bool {
	last := name[len(name)-1]
	for _, end := range []string{"id", "key", "guid", "uuid", "号", "编号", "编码"} {
		if strings.HasSuffix(last, end) {
			return true
		}
	}
	return slices.Contains([]string{"no", "nr", "number", "code"}, last)
}

// said is what the values are, for a reason.
func said(from *evidence.Column) string {
	switch {
	case from.Open():
		return "what its values are is asked"
	case from.Verdict.Against > 0:
		return fmt.Sprintf("%d of %d values are %s", from.Verdict.Fits, from.Filled(), from.Verdict)
	}
	return fmt.Sprintf("all values are %s", from.Verdict)
}

func share(n int64, of *evidence.Column) float64 { return float64(n) / float64(max(1, of.Filled())) }

// bare is a column's name as an expression of nightjar.yaml by itself: there, a name
// stands for itself whatever is in it, unless it looks like something else.
func bare(name string) string {
	if strings.ContainsAny(name, "'\";()[]{}") || strings.Contains(name, "--") || strings.Contains(name, "/*") || !strings.ContainsFunc(name, isLetter) ||
		slices.Contains([]string{"null", "true", "false"}, strings.ToLower(name)) {
		return quoted(name)
	}
	return name
}
