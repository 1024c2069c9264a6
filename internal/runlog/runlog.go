// Package runlog keeps what each run says of itself, failed ones included:
// runs/<run>/report.json in the state folder.
package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightjar/internal/lake"
)

// Outcomes of a run.
const (
	Published  = "published"
	NothingNew = "nothing_new"
	Failed     = "failed"
	Cancelled  = "cancelled"
)

// A Report is what a run says of itself when it is over. Times are UTC; AsOf
// is a date, yyyy-mm-dd.
type Report struct {
	Run        string    `json:"run"`
	StartedAt  time.Time `json:"started_at"`
	EndedAt    time.Time `json:"ended_at"`
	Outcome    string    `json:"outcome"`
	Error      string    `json:"error,omitempty"`
	ExitCode   int       `json:"exit_code"`
	AsOf       string    `json:"as_of"`
	Deliveries int64     `json:"deliveries"`
	RowsStaged int64     `json:"rows_staged"`
	Rejects    int64     `json:"rejects"`
	Seconds    float64   `json:"seconds"`
}

// Write keeps a run's report, on disk when it returns.
func Write(l *lake.Lake, r Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.RunDir(r.Run), 0o700); err != nil {
		return fmt.Errorf("writing the report of run %s: %w", r.Run, err)
	}
	path := filepath.Join(l.RunDir(r.Run), "report.json")
	temporary := path + ".tmp"
	if err := lake.WriteSynced(temporary, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the report of run %s: %w", r.Run, err)
	}
	return os.Rename(temporary, path)
}

// Last reads the newest n reports, newest first; n = 0 means all. A run
// without a report, because it is under way or was killed, is left out.
func Last(l *lake.Lake, n int) ([]Report, error) {
	entries, err := os.ReadDir(l.RunDir(""))
	if err != nil {
		return nil, fmt.Errorf("listing the runs: %w", err)
	}
	var reports []Report
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(l.RunDir(entry.Name()), "report.json"))
		if errors.Is(err, fs.ErrNotExist) || !entry.IsDir() {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the report of run %s: %w", entry.Name(), err)
		}
		r := Report{}
		if err := json.Unmarshal(text, &r); err != nil {
			r = Report{Run: entry.Name(), Outcome: Failed, Error: "its report is damaged: " + err.Error()}
		}
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b Report) int {
		if order := b.StartedAt.Compare(a.StartedAt); order != 0 {
			return order
		}
		return strings.Compare(b.Run, a.Run)
	})
	if n > 0 && len(reports) > n {
		reports = reports[:n]
	}
	return reports, nil
}
