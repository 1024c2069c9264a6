package main

import (
	"bufio"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed trusting/*.sql guaranteed/*.sql shared/*.sql staging/*.sql
var written embed.FS

// A statement is one step or check of the hand-written SQL: everything below a
// line "-- step: name" or "-- check: name", with ", each month" or ", each year" where
// it runs once for every month or year of the history.
type statement struct {
	name  string
	sql   string
	check bool
	each  string // month, year, or empty
}

// A step is what a statement took: seconds of work, over all months.
type step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// statements are those of a form, its own and the shared files by number. In
// them {web_lines:X} stands for the part of that name with {which} = X.
func statements(form string) ([]statement, error) {
	if text, err := written.ReadFile("staging/" + form + ".sql"); err == nil {
		return parse(string(text)), nil
	}
	var paths []string
	for _, dir := range []string{form, "shared"} {
		found, err := fs.Glob(written, dir+"/*.sql")
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	var all []statement
	for _, path := range paths {
		text, err := written.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, parse(string(text))...)
	}
	return all, nil
}

var (
	heading = regexp.MustCompile(`^-- (step|check): (.*?)(?:, each (month|year))?$`)
	part    = regexp.MustCompile(`(?s)-- part: (\w+)\n(.*?)\n-- end\n`)
	use     = regexp.MustCompile(`\{(\w+):(\*|\{month\})\}`)
)

func parse(text string) []statement {
	parts := map[string]string{}
	for _, found := range part.FindAllStringSubmatch(text, -1) {
		parts[found[1]] = found[2]
	}
	text = part.ReplaceAllString(text, "")
	text = use.ReplaceAllStringFunc(text, func(used string) string {
		found := use.FindStringSubmatch(used)
		return strings.ReplaceAll(parts[found[1]], "{which}", found[2])
	})
	var all []statement
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if found := heading.FindStringSubmatch(lines.Text()); found != nil {
			all = append(all, statement{name: found[2], check: found[1] == "check", each: found[3]})
		} else if len(all) > 0 {
			all[len(all)-1].sql += lines.Text() + "\n"
		}
	}
	return all
}

// filled replaces {name} by its value.
func filled(sql string, values map[string]string) string {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(sql)
}

// traces are the columns that only the guaranteed form carries from file to fact.
func traces(form string) map[string]string {
	columns := map[string]string{
		"trace":   ", delivery_id, source_row",
		"l.trace": ", l.delivery_id, l.source_row",
		"w.trace": ", w.delivery_id, w.source_row",
		"p.trace": ", p.delivery_id, p.source_row",
		"r.trace": ", r.delivery_id, r.source_row",
		"c.trace": ", c.delivery_id, c.source_row",
		"s.row":   ", s.delivery_id, s.source_row",
		"s.trace": ", max(delivery_id) as delivery_id",
		"d.trace": ", coalesce(h.delivery_id, s.delivery_id) as delivery_id, h.source_row",
	}
	if form == "trusting" {
		for name := range columns {
			columns[name] = ""
		}
	}
	return columns
}

func ofYear(year time.Time) map[string]string {
	return map[string]string{"year": year.Format("2006")}
}

func ofMonth(month time.Time) map[string]string {
	return map[string]string{
		"month": month.Format("2006-01"),
		"m":     month.Format("200601"),
		"first": month.Format(time.DateOnly),
		"next":  month.AddDate(0, 1, 0).Format(time.DateOnly),
	}
}

func writeSteps(dir string, steps []step) error {
	text, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "steps.json"), text, 0o644)
}

func readSteps(dir string) (steps []step, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "steps.json"))
	if err != nil {
		return nil, fmt.Errorf("reading what each step took: %w", err)
	}
	return steps, json.Unmarshal(text, &steps)
}
