package models

import (
	"fmt"
	"time"
)

// A Month is a calendar month, written as its first day, yyyy-mm-dd; the empty
// Month stands for the whole of what has no month. Months sort as text.
type Month string

// ParseMonth reads yyyy-mm, or any day of the month as yyyy-mm-dd.
func ParseMonth(text string) (Month, error) {
	for _, layout := range []string{"2006-01", time.DateOnly} {
		if day, err := time.Parse(layout, text); err == nil {
			return MonthOf(day), nil
		}
	}
	return "", fmt.Errorf("%q is no month: write it like 2024-01", text)
}

// MonthOf is the month that a day lies in.
func MonthOf(day time.Time) Month {
	return Month(day.Format("2006-01") + "-01")
}

// Next is the month after m.
func (m Month) Next() Month {
	first, err := time.Parse(time.DateOnly, string(m))
	if err != nil {
		return m
	}
	return MonthOf(first.AddDate(0, 1, 0))
}

// day is the month of the day so many days after the first of m.
func (m Month) day(days int) Month {
	first, err := time.Parse(time.DateOnly, string(m))
	if err != nil {
		return m
	}
	return MonthOf(first.AddDate(0, 0, days))
}
