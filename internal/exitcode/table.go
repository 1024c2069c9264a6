package exitcode

import (
	"fmt"
	"strings"
)

// An Entry is one line of the table: what a code means and what to do.
type Entry struct {
	Code    Code
	Name    string
	Meaning string
	Next    string
}

// Table lists every code, in order.
var Table = []Entry{
	{OK, "ok", "The verb did what it was asked; for `run`: a new warehouse was published, or there was nothing new.", "Nothing."},
	{Unexpected, "unexpected", "Something failed that has no code of its own; the message says what.", "Read the message. Run again with `--verbose`; if it stays, report it."},
	{Usage, "usage", "The command line is wrong: an unknown verb or flag, a missing or surplus argument.", "Read the verb's `--help`."},
	{Config, "config", "`nightjar.yaml`, a contract or a model cannot be read or is wrong.", "Mend the lines that the message names."},
	{Source, "source", "A source cannot be read, or its rows break their contract beyond the limits of `rejects:`. Nothing was published.", "Look at `nightjar rejects --run` of that run and the delivery; have it sent again, or mend the mapping."},
	{Audit, "audit", "A blocking audit or guard failed. Last night's warehouse stays current.", "Look at the offending rows that the report shows; correct the data, accept the guard for tonight as the message says (`--accept`), or set the audit to `warn`."},
	{NoWarehouse, "no_warehouse", "There is no warehouse yet, or it is no longer there.", "Run `nightjar run`."},
	{Query, "query", "The query is no single select, is wrong, took longer than `--timeout`, or needed more than `--memory`.", "Mend the query, or raise the limit."},
	{Fixture, "fixture", "A test of a model failed.", "Compare the rows that the message shows; mend the model or its test."},
	{Doctor, "doctor", "`doctor` found something that will fail.", "Do what each failed check says."},
	{Rival, "rival", "Another run committed this night first. Nothing was published.", "Run again."},
	{Locked, "locked", "Another run is under way in this project.", "Wait for it; `nightjar status` says who holds the lock since when."},
	{Disk, "disk", "A disk is full.", "Make room; `nightjar doctor` shows where. Nothing half was published."},
	{Cancelled, "cancelled", "The verb was cancelled by a signal (SIGINT or SIGTERM). Nothing was published.", "Run again when convenient."},
}

// Markdown is the table as docs/exit-codes.md shows it.
func Markdown() string {
	text := &strings.Builder{}
	text.WriteString(`# Exit codes

Every verb of ` + "`nightjar`" + ` ends with one of these codes. A number keeps its meaning
from version to version, so that scripts and timers may rely on it. With ` + "`--json`" + `, the
error on standard error carries the code and its name.

| code | name | what it means | what to do |
|---:|---|---|---|
`)
	for _, e := range Table {
		fmt.Fprintf(text, "| %d | `%s` | %s | %s |\n", e.Code, e.Name, e.Meaning, e.Next)
	}
	text.WriteString("\nA second signal ends the process at once, by the signal itself. That is as safe as\npulling the plug: the next run finds the old night or the new one, whole.\n\n")
	text.WriteString("<!-- Generated from internal/exitcode/table.go: go test ./internal/exitcode -update -->\n")
	return text.String()
}
