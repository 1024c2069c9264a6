package inspect

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/sample"
	"nightjar/extract/readers"
	"nightjar/internal/config"
	"nightjar/internal/duck"
)

// digits are the numbers of a line.
var digits = regexp.MustCompile(`[+-]?[0-9]+(?:[.,' ][0-9]{3})*(?:[.,][0-9]+)?`)

// control sees whether a number in the footer of a file is the number of its records,
// or the sum of a column: then a night can hold it against them.
func (i *inspection) control(ctx context.Context, k *Kind) error {
	t := k.Tables[0]
	if len(k.Files) > 1 || len(k.Files[0].Footer) == 0 || !t.All() {
		return nil
	}
	sums, err := t.sums(ctx)
	if err != nil {
		return err
	}
	for _, line := range k.Files[0].Footer {
		if c := controlOf(line, t, sums, k.Source.Formats); c != nil {
			k.Source.Control = c
			return nil
		}
	}
	return nil
}

// sums are those of the columns of numbers, as plain texts.
func (t *Table) sums(ctx context.Context) (map[string]string, error) {
	sums := map[string]string{}
	for _, c := range t.Evidence {
		if c.Kind() != evidence.Integer && c.Kind() != evidence.Decimal {
			continue
		}
		var sum string
		number := propose.Number(c, sample.Name(c.Place))
		err := t.DB.QueryRowContext(ctx, fmt.Sprintf("select coalesce(sum(try_cast(%s as decimal(38, 6))), 0)::varchar from %s", number, t.Table)).Scan(&sum)
		if err != nil {
			return nil, duck.Scrub(err)
		}
		sums[c.Name] = normal(sum)
	}
	return sums, nil
}

// controlOf is the pattern of a line, its numbers named by what they are; nil where
// they are nothing that we know.
func controlOf(line string, t *Table, sums map[string]string, formats config.Formats) *config.Control {
	line = strings.TrimSpace(line)
	c := &config.Control{Sums: map[string]string{}}
	var pattern strings.Builder
	pattern.WriteString("^")
	at, known := 0, false
	for _, place := range digits.FindAllStringIndex(line, -1) {
		pattern.WriteString(regexp.QuoteMeta(line[at:place[0]]))
		at = place[1]
		text := line[place[0]:place[1]]
		value := normal(readers.Number(text, formats))
		switch column := summed(t, sums, value); {
		case text == fmt.Sprint(t.Records) && !strings.Contains(pattern.String(), "?P<records>"):
			known = true
			pattern.WriteString(`(?P<records>\d+)`)
		case column != "" && len(c.Sums) == 0:
			known = true
			c.Sums["amount"] = column
			pattern.WriteString(`(?P<amount>[0-9+.,' -]+)`)
		default:
			pattern.WriteString(`.+`)
		}
	}
	pattern.WriteString(regexp.QuoteMeta(line[at:]) + "$")
	if c.Pattern = pattern.String(); !known {
		return nil
	}
	return c
}

// summed is the first column that a number is the sum of.
func summed(t *Table, sums map[string]string, value string) string {
	for _, e := range t.Evidence {
		if sum, known := sums[e.Name]; known && sum == value {
			return e.Name
		}
	}
	return ""
}

// normal leaves out zeros behind the point.
func normal(number string) string {
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number
}
