package telemetry

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
)

func TestLogsAreForPeopleOrMachines(t *testing.T) {
	out := &bytes.Buffer{}
	NewLogger(out, Options{}).Info("read", "rows", 3)
	if got := out.String(); !strings.Contains(got, "INF read rows=3") || strings.Contains(got, "\x1b") {
		t.Errorf("plain: %q", got)
	}
	out.Reset()
	NewLogger(out, Options{JSON: true}).Info("read", "rows", 3)
	line := map[string]any{}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["rows"] != 3.0 || !strings.HasSuffix(line["time"].(string), "Z") {
		t.Errorf("json: %v %v", line, err)
	}
	out.Reset()
	quiet := NewLogger(out, Options{Quiet: true})
	quiet.Info("read")
	if quiet.Warn("held"); strings.Contains(out.String(), "read") || !strings.Contains(out.String(), "held") {
		t.Errorf("quiet: %q", out)
	}
}

func TestProgressIsOneLineAStageWhereNobodyLooks(t *testing.T) {
	out := &bytes.Buffer{}
	p := NewProgress(out, Options{})
	p.Stage("reading", 10)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { p.Add(1) })
	}
	group.Wait()
	p.Stage("building", 0)
	p.Done()
	if got := out.String(); got != "reading: 10 in 0.0 s\nbuilding: 0.0 s\n" {
		t.Errorf("%q", got)
	}
	out.Reset()
	p = NewProgress(out, Options{Quiet: true})
	p.Stage("reading", 1)
	if p.Done(); out.Len() > 0 {
		t.Errorf("quiet: %q", out)
	}
}

func TestBarsFollowOneAnother(t *testing.T) {
	p := &bars{w: &bytes.Buffer{}}
	p.Done()
	p.Stage("reading", 10)
	p.Add(4)
	p.Stage("building", 0)
	p.Expect(2)
	p.Add(2)
	p.Expect(1)
	p.Add(1)
	p.Done()
	p.Done()
	p.Stage("loading", 0)
	p.Done()
}
