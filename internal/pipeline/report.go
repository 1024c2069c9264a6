package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightjar/extract"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/load"
)

// The outcomes of a run.
const (
	Published  = "published"
	NothingNew = "nothing_new"
	DryRun     = "dry_run"
	Failed     = "failed"
	Cancelled  = "cancelled"
)

// A Report tells one run, to people and to programs: runs/<run>/report.json
// and report.md. It holds no values of rows.
type Report struct {
	Run       string    `json:"run"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Outcome   string    `json:"outcome"`
	Error     string    `json:"error,omitempty"`
	ExitCode  int       `json:"exit_code"`
	// Number is the manifest's.
	Number int    `json:"number"`
	AsOf   string `json:"as_of"`
	// Deliveries are those that the night read, with their ledgers.
	Deliveries []lake.Delivery `json:"deliveries"`
	Held       []string        `json:"held,omitempty"`
	Gone       []string        `json:"gone,omitempty"`
	// Waiting files were not whole yet, and why.
	Waiting    []string `json:"waiting,omitempty"`
	Warnings   []string `json:"warnings,omitempty"`
	RowsStaged int64    `json:"rows_staged"`
	Rejects    int64    `json:"rejects"`
	Pending    int64    `json:"pending"`
	// Built lists the partitions built, by model; LeftOut why a model was not.
	Built   map[string][]string `json:"built"`
	LeftOut map[string]string   `json:"left_out,omitempty"`
	// Selected are the models that the run was to build, with all downstream; none: all.
	Selected []string `json:"selected,omitempty"`
	// Stale lists the partitions of models that --select left as they were, although what
	// they are built from has changed, and of those built from such ones.
	Stale    map[string][]string `json:"stale,omitempty"`
	Findings []load.Finding      `json:"findings,omitempty"`
	// Seconds by step, by model (of work: several models are built at once),
	// and the whole.
	Seconds      map[string]float64 `json:"seconds_by_step"`
	ModelSeconds map[string]float64 `json:"seconds_by_model"`
	Total        float64            `json:"seconds"`

	rejects []extract.Reject
}

func newReport(run string, o Options) *Report {
	return &Report{Run: run, StartedAt: o.Now, Selected: o.Select, Built: map[string][]string{}, Seconds: map[string]float64{}, ModelSeconds: map[string]float64{}}
}

func (r *Report) discovered(found []extract.Found) {
	for _, f := range found {
		switch f.State {
		case extract.Held:
			r.Held = append(r.Held, because(f.Delivery, f.Reason))
		case extract.Waiting:
			r.Waiting = append(r.Waiting, because(f.Delivery, f.Reason))
		case extract.Gone:
			r.Gone = append(r.Gone, because(f.Delivery, f.Reason))
		}
	}
}

func because(d lake.Delivery, reason string) string {
	return fmt.Sprintf("%s, %s: %s", d.Source, d.Name, reason)
}

func (r *Report) extracted(m *lake.Manifest, rejects []extract.Reject) {
	r.rejects = rejects
	r.Rejects = int64(len(rejects))
	for _, d := range m.Deliveries {
		if d.Run != r.Run {
			continue
		}
		if d.State == "held" {
			if d.Twin == "" { // twins were known before they were read
				r.Held = append(r.Held, because(d, d.Reason))
			}
			continue
		}
		r.Deliveries = append(r.Deliveries, d)
		for _, c := range d.Counts {
			r.RowsStaged += c.Staged
		}
	}
	for _, set := range m.Inputs {
		r.Pending += set.PendingRows()
	}
}

// conclude writes the report, and keeps the rejects of a night that was not
// published as evidence.
func (n *night) conclude(failure error) error {
	r := n.report
	r.EndedAt = time.Now().UTC()
	r.Total = r.EndedAt.Sub(r.StartedAt).Seconds()
	if failure != nil {
		r.Outcome, r.Error, r.ExitCode = Failed, failure.Error(), int(exitcode.Of(failure))
		if exitcode.Of(failure) == exitcode.Cancelled {
			r.Outcome = Cancelled
		}
	}
	dir := n.Lake.RunDir(r.Run)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("writing the run report: %w", err)
	}
	var problems []error
	if (failure != nil || r.Outcome == DryRun) && len(r.rejects) > 0 {
		_, err := extract.WriteRejects(filepath.Join(dir, "rejects.parquet"), r.rejects)
		problems = append(problems, err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	problems = append(problems, err,
		os.WriteFile(filepath.Join(dir, "report.json"), text, 0o600),
		os.WriteFile(filepath.Join(dir, "report.md"), []byte(r.Markdown()), 0o600),
		n.writeMetrics())
	return errors.Join(problems...)
}

// Markdown is the report for people.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Run %s: %s\n\n", r.Run, r.Outcome)
	if r.Error != "" {
		fmt.Fprintf(&b, "**%s**\n\n", r.Error)
	}
	fmt.Fprintf(&b, "As of %s. Started %s, took %.1f s.\n\n", r.AsOf, r.StartedAt.Format(time.RFC3339), r.Total)
	if len(r.Deliveries) > 0 {
		b.WriteString("| source | delivery | input | read | filtered | unreadable | staged | pending | rejected | superseded |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
		for _, d := range r.Deliveries {
			for _, c := range d.Counts {
				fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", d.Source, d.Name, c.Input, c.Read, c.Filtered, c.Unreadable, c.Staged, c.Pending, c.Rejected, c.Superseded)
			}
		}
		b.WriteString("\n")
	}
	for _, of := range []struct {
		title string
		lines []string
	}{{"Held", r.Held}, {"Waiting", r.Waiting}, {"No longer there", r.Gone}, {"Warning", r.Warnings}} {
		for _, line := range of.lines {
			fmt.Fprintf(&b, "- %s: %s\n", of.title, line)
		}
	}
	if len(r.Selected) > 0 {
		fmt.Fprintf(&b, "- selected %s, and what is downstream: no delivery was read\n", strings.Join(r.Selected, ", "))
	}
	for _, model := range slices.Sorted(maps.Keys(r.Built)) {
		slices.Sort(r.Built[model])
		fmt.Fprintf(&b, "- built %s: %d of its partitions\n", model, len(r.Built[model]))
	}
	for _, model := range slices.Sorted(maps.Keys(r.Stale)) {
		fmt.Fprintf(&b, "- left stale %s: %d of its partitions\n", model, len(r.Stale[model]))
	}
	for _, model := range slices.Sorted(maps.Keys(r.LeftOut)) {
		fmt.Fprintf(&b, "- left out %s: %s\n", model, r.LeftOut[model])
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "- audit, %s: %s\n", f.Outcome(), f.Message)
	}
	return b.String()
}
