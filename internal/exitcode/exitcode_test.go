package exitcode

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"nightjar/internal/lake"
)

var update = flag.Bool("update", false, "write docs/exit-codes.md")

func TestTheDocumentShowsTheTable(t *testing.T) {
	const path = "../../docs/exit-codes.md"
	if *update {
		if err := os.WriteFile(path, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != Markdown() {
		t.Errorf("%s is out of step with the table (%v): go test ./internal/exitcode -update", path, err)
	}
}

func TestTheTableNamesEachCodeOnceInOrder(t *testing.T) {
	seen, last := map[string]bool{}, Code(-1)
	for _, e := range Table {
		if e.Code <= last || seen[e.Name] || e.Meaning == "" || e.Next == "" {
			t.Errorf("code %d (%s) is out of order, named twice or without text", e.Code, e.Name)
		}
		seen[e.Name], last = true, e.Code
	}
}

func TestAnErrorStandsForItsCode(t *testing.T) {
	for _, c := range []struct {
		what string
		err  error
		want Code
	}{
		{"nothing wrong", nil, OK},
		{"nobody said", errors.New("x"), Unexpected},
		{"said", With(Config, errors.New("x")), Config},
		{"said within a longer story", fmt.Errorf("loading: %w", With(Config, errors.New("x"))), Config},
		{"said twice: the outermost", With(Query, With(Config, errors.New("x"))), Query},
		{"a cancelled query", With(Query, fmt.Errorf("asking: %w", context.Canceled)), Cancelled},
		{"a query past its time", With(Query, context.DeadlineExceeded), Query},
		{"a full disk", With(Source, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), Disk},
		{"a full disk in DuckDB's words", errors.New("IO Error: Could not write: No space left on device"), Disk},
		{"a held lock", fmt.Errorf("starting: %w", &lake.LockedError{}), Locked},
		{"a rival's commit", fmt.Errorf("publishing: %w", lake.ErrRival), Rival},
	} {
		if got := Of(c.err); got != c.want {
			t.Errorf("%s: %d, not %d", c.what, got, c.want)
		}
	}
	if With(Query, nil) != nil {
		t.Error("nil does not stay nil")
	}
}
