package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/sample"
	"nightjar/extract/inspect/say"
	"nightjar/internal/duck"
)

// A kind is taken although rows speak against it where there are at most so many of
// them, as a share of those that fit. A single one is tolerated in a short file too:
// a typing error is no reason to read twenty dates as text.
const (
	tolerated    = 0.02
	fitsForASlip = 20
)

func (k *Candidate) nearlyFits() bool {
	return len(k.Nulls) > 0 || float64(k.Against) <= tolerated*float64(k.Fits) || k.Against == 1 && k.Fits >= fitsForASlip
}

// Decide settles what each column is. Where the values leave it open, the desk is
// asked; what stays open has no verdict. personal says whether values of a column
// may be shown in a question.
func Decide(ctx context.Context, r *sample.Rows, columns []*Column, desk *doubt.Desk, personal func(*Column) bool) error {
	mark := convention(columns)
	for _, c := range columns {
		c.weigh(mark)
		if len(c.Ambiguous) == 0 {
			continue
		}
		if err := c.ask(ctx, r, desk, personal(c)); err != nil {
			return err
		}
	}
	return nil
}

// convention is the mark before decimals that the columns leave no doubt about; ""
// where none does, or they differ.
func convention(columns []*Column) string {
	marks := map[string]bool{}
	for _, c := range columns {
		full := c.full(Decimal)
		if len(full) == 1 && c.Zeros == 0 && !dateLike(c) {
			marks[full[0].Mark] = true
		}
	}
	if len(marks) != 1 {
		return ""
	}
	for mark := range marks {
		return mark
	}
	return ""
}

func dateLike(c *Column) bool { return len(c.full(Date)) > 0 }

// full lists the candidates of kinds that nothing speaks against, or next to nothing.
func (c *Column) full(kinds ...Kind) []*Candidate {
	var fitting, nearly []*Candidate
	for _, k := range c.Candidates {
		if !slices.Contains(kinds, k.Kind) {
			continue
		}
		switch {
		case k.Against == 0:
			fitting = append(fitting, k)
		case k.nearlyFits():
			nearly = append(nearly, k)
		}
	}
	if len(fitting) > 0 {
		return fitting
	}
	return leastAgainst(nearly)
}

func leastAgainst(candidates []*Candidate) []*Candidate {
	return slices.DeleteFunc(slices.Clone(candidates), func(k *Candidate) bool { return k.Against > candidates[0].Against })
}

// weigh takes the likeliest kind.
func (c *Column) weigh(mark string) {
	c.Verdict = &Candidate{Kind: Text, Fits: c.Filled()}
	if c.Declared != "" {
		c.Verdict = declared(c)
		return
	}
	for _, group := range [][]Kind{{Boolean}, {Date, Timestamp}, {Epoch, Serial}, {Clock}, {Integer}, {Decimal}, {Double}} {
		full := c.full(group...)
		if len(full) == 0 {
			continue
		}
		switch group[0] {
		case Date:
			full = sameKind(full)
		case Integer:
			if c.Zeros > 0 {
				c.Verdict = &Candidate{Kind: Code, Fits: c.Filled()}
				return
			}
		case Decimal:
			if c.Zeros > 0 && full[0].shown == 0 {
				continue
			}
			full = byMark(full, mark)
		}
		if len(full) > 1 {
			c.Verdict, c.Ambiguous = nil, full
		} else {
			c.Verdict = full[0]
		}
		return
	}
}

// sameKind keeps the points in time where some values have a time of day.
func sameKind(full []*Candidate) []*Candidate {
	return slices.DeleteFunc(slices.Clone(full), func(k *Candidate) bool { return k.Kind != full[0].Kind })
}

// byMark leaves out numbers whose mark before decimals is not the file's, and of
// those with one mark the ones that know thousands where they need not.
func byMark(full []*Candidate, mark string) []*Candidate {
	var kept []*Candidate
	for _, k := range full {
		if mark != "" && k.Mark != mark {
			continue
		}
		if k.Thousands == "" && slices.ContainsFunc(full, func(o *Candidate) bool { return o.Thousands != "" && o.Mark == k.Mark && o.Fits > k.Fits }) {
			continue
		}
		kept = append(kept, k)
	}
	if len(kept) == 0 {
		kept = full
	}
	// 1.234 is plainly a number with a point: only other columns make it a thousand.
	if i := slices.IndexFunc(kept, func(k *Candidate) bool { return k.Mark == "." && k.Thousands == "" }); i >= 0 && mark != "," {
		return kept[i : i+1]
	}
	return kept
}

// declared is the kind of a column of a Parquet file, which says so itself.
func declared(c *Column) *Candidate {
	k := &Candidate{Kind: Text, Fits: c.Filled()}
	switch t := c.Declared; {
	case t == "DATE":
		k.Kind = Date
	case strings.HasPrefix(t, "TIMESTAMP"):
		k.Kind = Timestamp
	case t == "BOOLEAN":
		k.Kind = Boolean
	case strings.HasSuffix(t, "INT") || t == "INTEGER" || strings.HasPrefix(t, "UINT"):
		k.Kind = Integer
	case strings.HasPrefix(t, "DECIMAL"):
		k.Kind, k.Mark = Decimal, "."
	case t == "DOUBLE" || t == "FLOAT":
		k.Kind, k.Mark = Double, "."
	case t == "VARCHAR" && c.Zeros > 0:
		k.Kind = Code
	}
	return k
}

// ask lets a person decide between candidates that fit alike.
func (c *Column) ask(ctx context.Context, r *sample.Rows, desk *doubt.Desk, personal bool) error {
	q := doubt.Question{Key: c.Name, Flag: fmt.Sprintf("--answer '%s=comma'", c.Name)}
	if c.Ambiguous[0].Format != "" {
		q.Flag = "--date FORMAT"
		q.Text = fmt.Sprintf("Each of the %s of %s fits %d formats of dates. Which is meant?", say.Count(c.Ambiguous[0].Fits, "value"), c.Name, len(c.Ambiguous))
	} else {
		q.Text = fmt.Sprintf("Each of the %s of %s is a number, whichever mark stands before decimals. Which is it?", say.Count(c.Ambiguous[0].Fits, "value"), c.Name)
	}
	for _, k := range c.Ambiguous {
		means, err := c.means(ctx, r, k, personal)
		if err != nil {
			return err
		}
		q.Choices = append(q.Choices, doubt.Choice{Answer: k.answer(), Means: means})
	}
	answer := c.fromFlag(desk)
	if answer == "" {
		var err error
		if answer, err = desk.Decide(q); err != nil {
			return err
		}
	}
	for _, k := range c.Ambiguous {
		if k.answer() == answer {
			c.Verdict = k
		}
	}
	return nil
}

// DateKey is the key of the answer --date gives: the format of all dates that it fits.
const DateKey = "date format"

// fromFlag takes what --date says, where it is a choice and the column has no answer
// of its own.
func (c *Column) fromFlag(desk *doubt.Desk) string {
	if _, own := desk.Given(c.Name); own {
		return ""
	}
	format, given := desk.Given(DateKey)
	for _, k := range c.Ambiguous {
		if given && k.Format != "" && strings.HasPrefix(k.Format, format) {
			return k.answer()
		}
	}
	return ""
}

// answer is how a person chooses the candidate.
func (k *Candidate) answer() string {
	switch {
	case k.Format != "":
		return k.Format
	case k.Mark == ",":
		return "comma"
	}
	return "point"
}

// means says what would follow from a choice.
func (c *Column) means(ctx context.Context, r *sample.Rows, k *Candidate, personal bool) (string, error) {
	switch {
	case k.Format == "" && k.Thousands != "":
		return fmt.Sprintf("a %s stands between thousands, a %s before decimals", markName(k.Thousands), markName(k.Mark)), nil
	case k.Format == "":
		return fmt.Sprintf("a %s stands before decimals", markName(k.Mark)), nil
	case personal:
		return "", nil
	}
	var first, last string
	var ascending float64
	name := sample.Name(c.Place)
	err := r.DB.QueryRowContext(ctx, fmt.Sprintf(`with dates as (select file, number, try_strptime(%[1]s, %[2]s) as day from %[3]s where %[1]s is not null),
			compared as (select day, day >= lag(day) over (partition by file order by number) as rises from dates)
		select coalesce(min(day)::date::varchar, ''), coalesce(max(day)::date::varchar, ''), coalesce(avg(rises::int), 1) from compared`, name, duck.Text(k.Format), r.Table)).Scan(&first, &last, &ascending)
	if err != nil {
		return "", duck.Scrub(err)
	}
	return fmt.Sprintf("from %s to %s; %.0f %% of the rows are not before the one above", first, last, 100*ascending), nil
}
