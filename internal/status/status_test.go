package status

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightjar/internal/lake"
)

func TestStatusTellsTheNightItsAgeTheLockAndTheLastRuns(t *testing.T) {
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)
	if s, err := Of(l, now, 5); err != nil || s.Current != nil || s.Lock != nil || len(s.Runs) != 0 {
		t.Errorf("before the first night: %+v, %v", s, err)
	}
	m := (*lake.Manifest)(nil).Next("r1")
	m.ReceivedAt, m.AsOf = now.Add(-5*time.Hour), "2026-01-01"
	m.Inputs["sale_line"] = &lake.LiveSet{Months: map[string][]lake.File{"2026-01-01": {{Path: "x", Rows: 10}}}, Pending: []lake.File{{Path: "y", Rows: 2}}}
	m.Deliveries = []lake.Delivery{{Source: "till", Name: "b.csv", State: "held", Reason: "as a.csv"}, {Source: "till", Name: "a.csv", State: "current"}}
	if err := l.Commit(m); err != nil {
		t.Fatal(err)
	}
	for run, report := range map[string]string{
		"20260101T030000": `{"run": "20260101T030000", "outcome": "published", "deliveries": [{}, {}], "seconds": 1.5}`,
		"20260102T030000": `{"run": "20260102T030000", "outcome": "failed", "error": "audit", "exit_code": 5, "deliveries": null}`,
		"20260102T040000": `{"run": `,
	} {
		if err := os.MkdirAll(l.RunDir(run), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(l.RunDir(run), "report.json"), []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := l.Lock("r9", now)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	s, err := Of(l, now, 3)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Current; n.AgeSeconds != 5*3600 || n.Rows != 10 || n.Pending["sale_line"] != 2 || len(n.Held) != 1 || n.Held[0].Name != "b.csv" {
		t.Errorf("the night: %+v", n)
	}
	if s.Lock == nil || s.Lock.Run != "r9" || !s.Lock.Since.Equal(now) {
		t.Errorf("the lock: %+v", s.Lock)
	}
	if len(s.Runs) != 3 || s.Runs[0].Outcome != "unknown" || s.Runs[1].ExitCode != 5 || s.Runs[2].Deliveries != 2 {
		t.Errorf("the runs: %+v", s.Runs)
	}
}
