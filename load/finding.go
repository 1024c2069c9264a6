package load

import (
	"fmt"
	"strings"
	"unicode"
)

// A Finding is what one test or guard of the night found.
type Finding struct {
	// Model that was tested, or the input or source.
	Model string `json:"model"`
	// Test is its name as `audits` in the configuration spells it: that of the
	// test, `unique`, `<column>.not_null`; or a guard, see [models.Model.Guards].
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
	// Guard says that it compares with another night or day, and that a person
	// may accept what it found.
	Guard bool `json:"guard,omitempty"`
	// ofPersons says that the sample was made from the person file, and stays in the lake.
	ofPersons bool
	// Message says what is wrong and where to look; no values.
	Message string `json:"message,omitempty"`
}

// Blocks says whether the finding keeps the night from being published.
func (f Finding) Blocks() bool { return f.Status == "failed" && f.Severity == "block" }

// Outcome of a finding that is noted: FAILED, warning, or accepted.
func (f Finding) Outcome() string {
	switch {
	case f.Status == "accepted":
		return "accepted"
	case f.Blocks():
		return "FAILED"
	default:
		return "warning"
	}
}

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

// Noted are the findings that failed, and those that were accepted.
func (fs Findings) Noted() Findings {
	return fs.filter(func(f Finding) bool { return f.Status == "failed" || f.Status == "accepted" })
}

// messages are what the findings say, and how the night can go on in spite of them.
func (fs Findings) messages() string {
	var said, guards, tests []string
	for _, f := range fs {
		said = append(said, f.Message)
		if name := f.Model + "." + f.Test; f.Guard {
			guards = append(guards, name)
		} else {
			tests = append(tests, name+": warn")
		}
	}
	if len(guards) > 0 {
		said = append(said, fmt.Sprintf("if that is right tonight, run `nightjar run --accept %s --reason '…'`", strings.Join(guards, ",")))
	}
	if len(tests) > 0 {
		said = append(said, fmt.Sprintf("correct the data, or say `audits: {%s}` in nightjar.yaml, which publishes nonetheless", strings.Join(tests, ", ")))
	}
	return strings.Join(said, "; ")
}

// accept lets a guard pass that failed, where somebody gave a reason.
func (f *Finding) accept(reasons map[string]string) {
	if reason := reasons[f.Model+"."+f.Test]; f.Guard && f.Status == "failed" && reason != "" {
		f.Status, f.Message = "accepted", f.Message+"; accepted: "+reason
	}
}

// fail marks the finding as failed with so many rows, unless it is off.
func (f *Finding) fail(rows int64, what string) {
	if f.Status == "off" {
		return
	}
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
