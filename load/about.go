package load

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// An aboutTable is one table of the schema nightjar, in which the warehouse
// speaks about itself.
type aboutTable struct {
	name, description string
	columns           []models.Column
}

// about is the schema nightjar. Tables are made each night, from the manifest.
var about = []aboutTable{
	{"run", "One row per run that is known, this night's included.", columns(
		"run string|Id of the run.", "manifest int|Number of the manifest that it committed.",
		"as_of date|Last business day that its warehouse speaks of.", "received_at timestamptz|When it took its deliveries.",
		"started_at timestamptz|When it began.", "ended_at timestamptz|When it ended; null for this night.",
		"outcome string|published, unchanged, blocked or failed.", "message string|Why.")},
	{"delivery", "One row per version of a delivery that counts, was replaced, or is held.", columns(
		"delivery_id bigint|The number that rows carry.", "source string|Source of the configuration.", "delivery string|Its name: a file, a query.",
		"sha256 string|Hash of its bytes.", "mapping string|Fingerprint of how it was read.", "bytes bigint|Its size.", "modified_at timestamptz|When the source last changed it.",
		"place bigint|Its place in the order of its source.", "received_at timestamptz|When it was received.", "run string|The run that read it.",
		"state string|current, replaced or held.", "reason string|Why it is held.")},
	{"delivery_input", "The ledger: one row per delivery and input that it feeds, as on the night that read it. rows_read = taken + filtered + unreadable; emitted = staged + pending + rejected + superseded.", columns(
		"delivery_id bigint|The delivery.", "source string|Its source.", "input string|The input.",
		"rows_read bigint|Rows of the source.", "taken bigint|Rows that the filter let through.", "filtered bigint|Rows that the filter left out.", "unreadable bigint|Rows of which no row could be made.",
		"emitted bigint|Rows made of those taken.", "staged bigint|Rows that went into the live set.", "pending bigint|Rows that wait for their owner.", "rejected bigint|Rows that broke the contract.",
		"superseded bigint|Rows with a later one of the same key in the delivery.", "nulled bigint|Values that were made null.", "warned bigint|Values that were kept with a warning.")},
	{"reject", "One row per source row or value that was not taken as it was. The raw text stays in the lake.", columns(
		"delivery_id bigint|The delivery.", "source string|Its source.", "delivery string|Its name.", "input string|The input that it was to feed.",
		"rule string|The rule that it broke.", "column string|The column at fault.", "line bigint|Line in the file.", "source_row bigint|Row in the delivery.",
		"reason string|What is wrong.", "action string|What was done: reject, null or warn.",
		"shape string|What the value looked like: 9 for a digit, A or a for a letter, 字 for a Chinese character.", "received_at timestamptz|When the delivery was received: trends go by it.")},
	{"pending", "One row per input and delivery with rows that wait for their owner.", columns(
		"input string|The input.", "source string|The source.", "delivery_id bigint|The delivery.", "rows bigint|How many rows wait.")},
	{"audit", "One row per test and guard of this night.", columns(
		"model string|The model tested, or the input or source.", "test string|Name of the test, as audits in the configuration spell it.", "severity string|block, warn or off.",
		"status string|passed, failed, accepted (by a decision), off, or skipped.", "scope string|What it looked at: the whole table, or the months that changed.",
		"rows bigint|Offending rows.", "sample string|File with up to 1,000 of them, in the run's folder.", "message string|What is wrong.")},
	{"audit_row", "One row per offending row of a test or guard of this night, up to 1,000 each; without personal columns, and none of tests that read the person file.", columns(
		"model string|The model tested, or the input or source.", "test string|Name of the test.", "row string|The row, as JSON: `row->>'$.column'` is a value of it.")},
	{"decision", "One row per decision: something that a night or a person decided, and that is remembered.", columns(
		"kind string|What was decided: guard_accepted, delivery, …", "period string|The day, night or period that it holds for.", "decision_key string|What it is about.",
		"value string|What was decided.", "reason string|Why.", "decided_by string|Who decided.", "decided_at timestamptz|When the warehouse first knew.")},
	{"model", "One row per model of this night.", columns(
		"model string|Name of the model and its table.", "kind string|dim, fact, mart or person.", "description string|What a row is.", "grain string|Columns that tell rows apart.",
		"partition string|month, none, or view: a query of other tables.", "file string|warehouse or person.", "fingerprint string|Hash of what it is built by.", "rows bigint|Rows in all; null for a view.",
		"months int|Months that have rows; null without a partition.", "first_month date|First of them.", "last_month date|Last of them.", "built_run string|The latest run that built any of it.")},
	{"column", "One row per column of a model.", columns(
		"model string|The model.", "column string|Name of the column.", "position int|Its place, from 1.", "type string|Its portable type.", "unit string|Unit of its values.",
		"description string|What it holds.", "in_grain boolean|Whether it helps to tell rows apart.", "personal boolean|Whether it is personal data, which is in the person file alone.")},
	{"measure", "One row per measure; defined once, in the header of its model.", columns(
		"model string|The model.", "measure string|Name of the measure.", "title_en string|Title in English.", "title_zh string|Title in Chinese.",
		"expression string|SQL over the model's table.", "unit string|Unit of its values.", "additivity string|Over what it may be summed.", "format string|How it is shown.")},
	{"lineage", "One row per reference of a model.", columns(
		"model string|The model.", "reference string|What it reads.", "kind string|model or input.", "optional boolean|Whether it does without.", "present boolean|Whether it is there tonight.")},
	{"column_lineage", "One row per column of a model and thing that it is made of or decided by, from the parse tree of the model's SQL.", columns(
		"model string|The model.", "column string|The column; null where all rows are meant.",
		"role string|value: its values are made of it. decides: it chooses among values (case, filter, window). rows: it decides which rows there are (filters, joins, groups). unresolved: could not be followed.",
		"kind string|model, input, previous (last night's rows of a model) or variable; null where unresolved.", "reference string|The model or input; null for a variable.",
		"reference_column string|Its column, * for its rows as they are counted, or the variable.", "problem string|What could not be followed.")},
	{"freshness", "One row per source: how new its data is.", columns(
		"source string|The source.", "delivery_id bigint|Its last delivery that counts.", "delivery string|Name of that delivery.", "received_at timestamptz|When it was received.",
		"newest_month date|Newest month with rows.", "newest_business_date date|Newest business date of its rows.")},
	{"table_version", "One row per table and month, views left out: what its rows are, independent of their order.", columns(
		"table string|The table.", "month date|The month; null without a partition.", "rows bigint|Rows.", "content string|Fingerprint of all columns but delivery_id and source_row.",
		"run string|The run that built it.", "file string|Its Parquet file within the lake; of a patched table three: those of its base, of the keys whose rows no longer count there, and of the rows in their place.",
		"is_stale boolean|Whether a run with --select left it, or what it is built from, as it was, although that has changed: the next whole night builds it.")},
}

// columns reads "name type|description".
func columns(texts ...string) []models.Column {
	parsed := make([]models.Column, len(texts))
	for i, text := range texts {
		head, description, _ := strings.Cut(text, "|")
		name, kind, _ := strings.Cut(head, " ")
		parsed[i] = models.Column{Name: name, Type: models.Type(kind), Description: description}
	}
	return parsed
}

// describeItself makes the schema nightjar, in place of last night's.
func (s *store) describeItself(ctx context.Context, n Night) error {
	pending, err := s.pending(ctx, n)
	if err != nil {
		return fmt.Errorf("counting pending rows: %w", err)
	}
	newest, err := s.newestDates(ctx, n)
	if err != nil {
		return fmt.Errorf("looking for the newest business dates: %w", err)
	}
	statements := []string{"drop schema if exists warehouse.nightjar cascade", "create schema warehouse.nightjar"}
	for _, t := range about {
		statements = append(statements, create("warehouse.nightjar."+duck.Name(t.name), t.description, t.columns)...)
	}
	if err := s.transact(ctx, statements); err != nil {
		return fmt.Errorf("making the schema nightjar: %w", err)
	}
	if err := s.rejects(ctx, n); err != nil {
		return fmt.Errorf("filling nightjar.reject: %w", err)
	}
	if err := s.decisions(ctx, n); err != nil {
		return fmt.Errorf("filling nightjar.decision: %w", err)
	}
	return s.append(ctx, map[string]iter.Seq[[]driver.Value]{
		"run": n.runRows(), "delivery": n.deliveryRows(), "delivery_input": n.ledgerRows(), "pending": slices.Values(pending),
		"model": n.modelRows(), "column": n.columnRows(), "measure": n.measureRows(), "lineage": n.lineageRows(), "column_lineage": n.columnLineageRows(),
		"freshness": n.freshnessRows(newest), "table_version": n.versionRows(),
	})
}

// append adds rows to tables of the schema nightjar.
func (s *store) append(ctx context.Context, rows map[string]iter.Seq[[]driver.Value]) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return duck.Scrub(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "set search_path='warehouse.nightjar'"); err != nil {
		return duck.Scrub(err)
	}
	for _, t := range about {
		if rows[t.name] == nil {
			continue
		}
		if err := duck.Append(ctx, conn, t.name, rows[t.name]); err != nil {
			return fmt.Errorf("schema nightjar: %w", err)
		}
	}
	return nil
}
