package load

import (
	"fmt"
	"strings"
	"unicode"
)

// A Finding is what one test or guard of the night found.
type Finding struct {
	Model string `json:"model"`
	// Test is its name as `audits` in the configuration spells it: that of the
	// test, `unique`, `<column>.not_null`; or a guard, row_drop or row_count.
	Test string `json:"test"`
	// Severity is block, warn or off.
	Severity string `json:"severity"`
	// Status is passed, failed, accepted (a guard, by a decision), off, or
	// skipped (the test mentions a model that is not there tonight).
	Status string `json:"status"`
	// Scope is "whole", or the number of months looked at: "3 months".
	Scope string `json:"scope"`
	// Rows that offend; for a guard, those missing or too many.
	Rows int64 `json:"rows"`
	// Sample is the path of a Parquet file with up to 1,000 of them.
	Sample string `json:"sample,omitempty"`
	// Message says what is wrong and where to look; no values.
	Message string `json:"message,omitempty"`
}

// Blocks says whether the finding keeps the night from being published.
func (f Finding) Blocks() bool { return f.Status == "failed" && f.Severity == "block" }

// Findings are those of one night, in the order of its models.
type Findings []Finding

// Blocking are the findings that keep the night from being published.
func (fs Findings) Blocking() Findings {
	return fs.filter(Finding.Blocks)
}

// Failed are the findings that failed, whether they block or warn.
func (fs Findings) Failed() Findings {
	return fs.filter(func(f Finding) bool { return f.Status == "failed" })
}

func (fs Findings) filter(keep func(Finding) bool) Findings {
	var kept Findings
	for _, f := range fs {
		if keep(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// messages are what the findings say, in one line.
func (fs Findings) messages() string {
	texts := make([]string, len(fs))
	for i, f := range fs {
		texts[i] = f.Message
	}
	return strings.Join(texts, "; ")
}

// fail marks the finding as failed with so many rows.
func (f *Finding) fail(rows int64, what string) {
	f.Status, f.Rows = "failed", rows
	f.Message = fmt.Sprintf("%s.%s: %s", f.Model, f.Test, what)
}

// slug is a name that is safe in a file name.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' {
			return unicode.ToLower(r)
		}
		return '-'
	}, name), "-.")
}
