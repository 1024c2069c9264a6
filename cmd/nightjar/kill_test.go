package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nightjar/internal/duck"
)

const tableVersions = `select string_agg(concat_ws(' ', "table", month, rows, content), chr(10) order by "table", month) from nightjar.table_version`

// A company of one year, whose first night is published and whose next day
// has been delivered.
func companyWithANewDay(t *testing.T) (project string) {
	t.Helper()
	project = t.TempDir()
	if err := os.CopyFS(project, os.DirFS(theDemo)); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(project, "nightjar.yaml")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, append(text, "\nas_of: 2026-01-01\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	company := []string{"demo", project, "--quiet", "--lines", "5000", "--customers", "500", "--years", "1", "--stores", "2"}
	nightjar(t, company...)
	nightjar(t, "run", "--quiet", "-C", project, "--state", filepath.Join(project, "first"))
	nightjar(t, append(company, "--day", "1")...)
	return project
}

func nightjar(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("nightjar", args...).CombinedOutput(); err != nil {
		t.Fatalf("nightjar %v: %v\n%s", args, err, out)
	}
}

func ask(t *testing.T, state, query string) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(filepath.Join(state, "warehouse.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := duck.OpenReader(context.Background(), duck.Options{Path: path, Temp: t.TempDir(), Threads: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var answer string
	if err := db.QueryRow(query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func copyState(t *testing.T, project, name string) string {
	t.Helper()
	state := filepath.Join(project, name)
	if out, err := exec.Command("cp", "-a", filepath.Join(project, "first"), state).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return state
}

func TestANightKilledAtTwentyMomentsEndsInTheSameWarehouse(t *testing.T) {
	if testing.Short() {
		t.Skip("forty nights take a minute or two")
	}
	project := companyWithANewDay(t)
	calm := copyState(t, project, "calm")
	before := ask(t, calm, tableVersions)
	begun := time.Now()
	nightjar(t, "run", "--quiet", "-C", project, "--state", calm)
	night := time.Since(begun)
	after := ask(t, calm, tableVersions)
	if before == after {
		t.Fatal("the new day changed nothing")
	}
	for moment := range 20 {
		state := copyState(t, project, fmt.Sprintf("killed-%02d", moment))
		run := exec.Command("nightjar", "run", "--quiet", "-C", project, "--state", state)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(night * time.Duration(moment) / 19)
		_ = run.Process.Kill()
		_ = run.Wait()
		if seen := ask(t, state, tableVersions); seen != before && seen != after {
			t.Errorf("moment %d: readers see neither night", moment)
		}
		nightjar(t, "run", "--quiet", "-C", project, "--state", state)
		if diff := cmp.Diff(after, ask(t, state, tableVersions)); diff != "" {
			t.Errorf("moment %d: the next night ends elsewhere (-calm +killed):\n%s", moment, diff)
		}
		if err := os.RemoveAll(state); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadersSeeOneNightOrTheOtherWhileItLoads(t *testing.T) {
	project := companyWithANewDay(t)
	state := filepath.Join(project, "first")
	const question = "select (select max(manifest) from nightjar.run) || ' ' || (select sum(net_amount) from fact_sale) || ' ' || (select sum(net_amount) from fact_customer_value)"
	before := ask(t, state, question)
	run := exec.Command("nightjar", "run", "--quiet", "-C", project, "--state", state)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- run.Wait() }()
	seen := map[string]int{}
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
			seen[ask(t, state, question)]++
		}
	}
	after := ask(t, state, question)
	for answer := range seen {
		if answer != before && answer != after {
			t.Errorf("a reader saw %q, which is neither %q nor %q", answer, before, after)
		}
	}
	if seen[before] == 0 || before == after {
		t.Errorf("nobody read the old night while the new one loaded: %v", seen)
	}
}
