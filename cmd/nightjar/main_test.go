package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"nightjar/internal/duck"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nightjar": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits CODE COMMAND… demands that the command ends with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	var failure *exec.ExitError
	err := ts.Exec(args[1], args[2:]...)
	if !errors.As(err, &failure) || fmt.Sprint(failure.ExitCode()) != args[0] {
		ts.Fatalf("%v ended with %v, not %s", args[1:], err, args[0])
	}
}

func TestEveryHelpHasAnExample(t *testing.T) {
	root, _ := newRoot(streams{strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}})
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		checkHelp(t, cmd)
	}
}

func checkHelp(t *testing.T, cmd *cobra.Command) {
	t.Helper()
	if !strings.Contains(cmd.Example, "nightjar") || cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
		t.Errorf("%s: the help lacks an example or a short line", cmd.CommandPath())
	}
}

func TestTheVersionNamedIsTheEngines(t *testing.T) {
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got string
	if err := db.QueryRow("select version()").Scan(&got); err != nil || got != duckDB {
		t.Errorf("the engine is %s, version says %s: %v", got, duckDB, err)
	}
}
