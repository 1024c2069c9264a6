package status

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"nightjar/internal/lake"
)

// A Run is one run in brief; its runs/<run>/report.json says more.
type Run struct {
	Run        string    `json:"run"`
	Number     int       `json:"number"`
	StartedAt  time.Time `json:"started_at"`
	EndedAt    time.Time `json:"ended_at"`
	Seconds    float64   `json:"seconds"`
	Outcome    string    `json:"outcome"`
	ExitCode   int       `json:"exit_code"`
	Error      string    `json:"error,omitempty"`
	AsOf       string    `json:"as_of"`
	Deliveries count     `json:"deliveries"`
	RowsStaged int64     `json:"rows_staged"`
	Rejects    int64     `json:"rejects"`
	// Stale partitions, by model, which the run left so, since it was to build others.
	Stale map[string][]string `json:"stale,omitempty"`
}

// A count is the length of a list of which nothing else is wanted.
type count int

// UnmarshalJSON takes a list, or the number that stands for one.
func (c *count) UnmarshalJSON(text []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		*c = count(len(list))
		return nil
	}
	return json.Unmarshal(text, (*int)(c))
}

// Runs reads the newest reports, newest first, at most n. Runs are named by
// when they started. One without a report is under way, or was killed.
func Runs(l *lake.Lake, n int) ([]Run, error) {
	paths, err := filepath.Glob(filepath.Join(l.RunDir("*"), "report.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	slices.Reverse(paths)
	runs := []Run{}
	for _, path := range paths[:min(n, len(paths))] {
		r := Run{}
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			r = Run{Run: filepath.Base(filepath.Dir(path)), Outcome: "unknown", Error: "its report is damaged: " + err.Error()}
		}
		runs = append(runs, r)
	}
	return runs, nil
}
