// Command nightjar builds a customer warehouse every night, and answers
// questions about it by day. docs/exit-codes.md lists what it ends with.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones also where the system has none

	"nightjar/internal/exitcode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // a second signal finds nobody listening, and kills
	signal.Ignore(syscall.SIGPIPE) // a reader that had enough is an error to clean up after
	os.Exit(int(execute(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})))
}

// execute runs one command line and returns what the process ends with.
func execute(ctx context.Context, args []string, s streams) exitcode.Code {
	root, c := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil || c.readerGone(err) {
		return exitcode.OK
	}
	code := exitcode.Of(err)
	c.complain(err, code)
	return code
}
