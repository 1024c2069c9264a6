// Package exitcode holds the exit codes of the command, in one table, and says
// which of them an error stands for. docs/exit-codes.md is generated from it
// (`go test ./internal/exitcode -update`).
package exitcode

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"nightjar/internal/lake"
)

// A Code is what the process ends with. Scripts and timers rely on the numbers:
// a number once given keeps its meaning.
type Code int

// The codes; Table says what each means.
const (
	OK          Code = 0
	Unexpected  Code = 1
	Usage       Code = 2
	Config      Code = 3
	Source      Code = 4
	Audit       Code = 5
	NoWarehouse Code = 6
	Query       Code = 7
	Fixture     Code = 8
	Doctor      Code = 9
	Rival       Code = 10
	Locked      Code = 11
	Disk        Code = 12
	Cancelled   Code = 130
)

type coded struct {
	code Code
	err  error
}

func (e *coded) Error() string { return e.err.Error() }
func (e *coded) Unwrap() error { return e.err }

// With says which code the process ends with should err end it. The outermost
// code counts. Nil stays nil.
func With(code Code, err error) error {
	if err == nil {
		return nil
	}
	return &coded{code, err}
}

// Of is the code that an error stands for: OK for nil, Unexpected where nobody
// said otherwise. A cancelled run, a full disk, a held lock and a rival's
// commit are known by themselves, whatever code they are wrapped in: the code
// says what to do next, and that is the same wherever they struck.
func Of(err error) Code {
	var code *coded
	var locked *lake.LockedError
	switch {
	case err == nil:
		return OK
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), full(err.Error()):
		return Disk
	case errors.As(err, &locked):
		return Locked
	case errors.Is(err, lake.ErrRival):
		return Rival
	case errors.As(err, &code):
		return code.code
	}
	return Unexpected
}

// full knows a full disk by DuckDB's words, which carry no error number.
func full(message string) bool {
	return strings.Contains(message, "No space left on device") || strings.Contains(message, "Disk quota exceeded")
}

// Name is the code's short name in logs and reports: "locked".
func (c Code) Name() string {
	for _, e := range Table {
		if e.Code == c {
			return e.Name
		}
	}
	return "unknown"
}
