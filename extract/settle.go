package extract

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"nightjar/extract/csvfile"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// kinds asks DuckDB for the type of each mapped expression over the source's
// columns as text, and refuses columns that the source does not have.
func (n *Night) kinds(ctx context.Context, source *config.Source, mapping *config.Mapping, r *reading) (map[string]string, error) {
	available := append(slices.Clone(r.scan.Header), csvfile.SourceRow)
	if u := mapping.Unpivot; u != nil {
		if err := known(u.Columns, r.scan.Header, "unpivot"); err != nil {
			return nil, err
		}
		available = append(available, u.Name, u.Value)
	}
	var expressions []string
	for _, e := range mapping.Columns {
		expressions = append(expressions, e.SQL)
	}
	for what, e := range map[string]string{"filter": mapping.Filter, "version_by": source.VersionBy} {
		if err := n.namesKnown(ctx, e, available, what); err != nil {
			return nil, err
		}
	}
	for _, e := range mapping.Columns {
		if err := n.namesKnown(ctx, e.SQL, available, "column "+e.Column); err != nil {
			return nil, fmt.Errorf("%w (nightjar.yaml:%d)", err, e.Line)
		}
	}
	return n.describe(ctx, mapping.Columns, expressions, available)
}

func (n *Night) describe(ctx context.Context, columns config.Columns, expressions, available []string) (map[string]string, error) {
	texts := make([]string, len(available))
	for i, name := range available {
		texts[i] = "null::varchar as " + duck.Name(name)
	}
	rows, err := n.DB.QueryContext(ctx, "select column_type from (describe select "+strings.Join(expressions, ", ")+" from (select "+strings.Join(texts, ", ")+"))")
	if err != nil {
		return nil, fmt.Errorf("the mapping's expressions: %w", duck.Scrub(err))
	}
	defer rows.Close()
	kinds := map[string]string{}
	for i := 0; rows.Next(); i++ {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			return nil, err
		}
		kinds[columns[i].Column] = kind
	}
	return kinds, rows.Err()
}

func known(names, available []string, what string) error {
	for _, name := range names {
		if !slices.ContainsFunc(available, func(a string) bool { return strings.EqualFold(a, name) }) {
			hint := ""
			if near := models.Nearest(name, available); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return fmt.Errorf("%s names the column %q, which the file does not have%s", what, name, hint)
		}
	}
	return nil
}

// namesKnown parses an expression, which must be one, and looks up its columns.
func (n *Night) namesKnown(ctx context.Context, expression string, available []string, what string) error {
	if expression == "" {
		return nil
	}
	if _, isBare := bareColumn(expression, available); isBare {
		return nil
	}
	var text string
	if err := n.DB.QueryRowContext(ctx, "select json_serialize_sql("+duck.Text("select ("+expression+")")+")::varchar").Scan(&text); err != nil {
		return fmt.Errorf("%s: %w", what, duck.Scrub(err))
	}
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return err
	}
	if problem, failed := tree.(map[string]any)["error_message"].(string); failed {
		return fmt.Errorf("%s: %q is no expression: %s", what, expression, problem)
	}
	return known(columnRefs(tree, nil), available, what)
}

// columnRefs collects the names of columns in a parse tree, lambda parameters
// left out.
func columnRefs(node any, names []string) []string {
	switch node := node.(type) {
	case map[string]any:
		if node["class"] == "COLUMN_REF" {
			if parts, ok := node["column_names"].([]any); ok && len(parts) > 0 {
				if name, ok := parts[len(parts)-1].(string); ok {
					return append(names, name)
				}
			}
		}
		if node["class"] == "LAMBDA" {
			return names
		}
		for _, child := range node {
			names = columnRefs(child, names)
		}
	case []any:
		for _, child := range node {
			names = columnRefs(child, names)
		}
	}
	return names
}

// settle accounts for every row of a delivery under one mapping. Where DuckDB
// wrote as many rows as the independent pass counted, there is nothing to look
// for; else the rows are read again, and each that is missing must have a reason.
func (n *Night) settle(ctx context.Context, f Found, c *compiled, written int64) error {
	records := c.reading.scan.Records
	if c.mapping.Filter == "" && c.mapping.Unpivot == nil && !c.lenient() && written == records {
		n.count(f.Delivery.ID, c.mapping.Input, func(k *lake.Counts) { k.Taken, k.Emitted = records, records })
		return nil
	}
	var read, emitted, taken int64
	if err := n.DB.QueryRowContext(ctx, c.account()).Scan(&read, &emitted, &taken); err != nil {
		return duck.Scrub(err)
	}
	if read != records {
		return fmt.Errorf("DuckDB read %d records where an independent count of the bytes finds %d: look for an unclosed quote, or a delimiter or quote that is not as nightjar.yaml says", read, records)
	}
	rejected, err := n.collect(ctx, f, c)
	if err != nil {
		return err
	}
	if written != emitted-rejected {
		return fmt.Errorf("%d rows were made, %d were rejected and %d written: this is a fault of Nightjar, nothing was published", emitted, rejected, written)
	}
	n.count(f.Delivery.ID, c.mapping.Input, func(k *lake.Counts) {
		k.Taken, k.Filtered, k.Emitted, k.Rejected = taken, records-taken, emitted, rejected
	})
	return nil
}

// collect finds the rows that broke a rule, with what stands in the file.
func (n *Night) collect(ctx context.Context, f Found, c *compiled) (rejected int64, err error) {
	if len(c.checks) == 0 {
		return 0, nil
	}
	rows, err := n.DB.QueryContext(ctx, c.broken())
	if err != nil {
		return 0, duck.Scrub(err)
	}
	defer rows.Close()
	var hits []Reject
	for rows.Next() {
		var row int64
		var index int
		if err := rows.Scan(&row, &index); err != nil {
			return 0, err
		}
		check := c.checks[index]
		hits = append(hits, Reject{Input: c.mapping.Input, Rule: check.rule, Column: check.column, SourceRow: row, Action: check.action, Reason: reasonOf(check, c)})
	}
	if err := rows.Err(); err != nil {
		return 0, duck.Scrub(err)
	}
	if err := n.illustrate(ctx, f.Path, dialectOf(f.Source), hits); err != nil {
		return 0, err
	}
	var nulled, warned int64
	for i, hit := range hits {
		n.reject(f.Delivery.ID, hit, i)
		switch hit.Action {
		case "fail":
			return 0, fmt.Errorf("line %d breaks the rule %s of column %s, for which the contract stops the night", hit.Line, hit.Rule, hit.Column)
		case "reject":
			rejected++
		case "null":
			nulled++
		case "warn":
			warned++
		}
	}
	n.count(f.Delivery.ID, c.mapping.Input, func(k *lake.Counts) { k.Nulled, k.Warned = nulled, warned })
	return rejected, nil
}

func reasonOf(hit check, c *compiled) string {
	i := slices.IndexFunc(c.columns, func(k compiledColumn) bool { return k.Name == hit.column })
	column := c.columns[i]
	switch hit.rule {
	case "bad_number":
		return fmt.Sprintf("the value is no %s as configured", column.Type)
	case "bad_date":
		return fmt.Sprintf("the value is no date or time in the format %s of the years 1900 to 2199", column.format)
	case "bad_boolean":
		return "the value is neither yes nor no"
	case "required":
		return "there is no value, and the contract requires one"
	case "unknown_status":
		return "the status is not in the source's `status` map"
	case "not_accepted":
		return "the value is not one of " + strings.Join(column.Accepted, ", ")
	case "future":
		return "the date lies after the day on which the delivery was received"
	case "nonexistent_hour":
		return "the clock of the time zone skips this hour"
	default:
		return "the clock of the time zone has this hour twice; the first is taken"
	}
}

// illustrate adds raw text and line to the rows that were hit.
func (n *Night) illustrate(ctx context.Context, path string, d csvfile.Dialect, hits []Reject) error {
	var wanted []int64
	for _, hit := range hits {
		wanted = append(wanted, hit.SourceRow)
	}
	slices.Sort(wanted)
	raws, err := csvfile.Records(ctx, path, d, slices.Compact(wanted))
	if err != nil {
		return err
	}
	byRow := map[int64]csvfile.Raw{}
	for _, raw := range raws {
		byRow[raw.Record] = raw
	}
	for i := range hits {
		hits[i].Line, hits[i].Raw = byRow[hits[i].SourceRow].Line, byRow[hits[i].SourceRow].Text
	}
	return nil
}

// A LimitError says that too many rows of a delivery were rejected.
type LimitError struct {
	Source, Delivery, Input string
	Rejected, Records       int64
	Rules                   string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("source %s, %s, input %s: %d of %d rows were rejected (%s), more than rejects.max_rows and max_share allow: see them with `nightjar rejects`, correct the file or the mapping, then run again",
		e.Source, e.Delivery, e.Input, e.Rejected, e.Records, e.Rules)
}

// shareCountsFrom is how many rejects a small delivery may have, whatever their share.
const shareCountsFrom = 10

// withinLimit stops the night when a delivery has too many rejects.
func (n *Night) withinLimit(f Found, input string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.counts[countKey{f.Delivery.ID, input}]
	bad := c.Rejected + c.Unreadable
	limit := n.Config.Rejects
	tooMany := bad > limit.MaxRows
	tooGreat := bad > shareCountsFrom && float64(bad) > limit.MaxShare*float64(c.Read)
	if !tooMany && !tooGreat {
		return nil
	}
	rules := map[string]int{}
	for _, r := range n.rejects[f.Delivery.ID] {
		rules[r.Rule]++
	}
	return &LimitError{Source: f.Source.Name, Delivery: f.Delivery.Name, Input: input, Rejected: bad, Records: c.Read, Rules: tally(rules)}
}

func tally(rules map[string]int) string {
	var parts []string
	for rule, count := range rules {
		parts = append(parts, fmt.Sprintf("%s %d", rule, count))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
