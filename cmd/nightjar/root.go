package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"nightjar/internal/exitcode"
	"nightjar/internal/telemetry"
)

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// A console is where a verb reads and writes, and the flags that all share.
type console struct {
	streams
	dir, state           string
	json, quiet, verbose bool
}

// verbs lists the constructors, in the order in which help shows them. One
// file each.
var verbs = []func(*console) *cobra.Command{
	newInit,
	newPlan,
	newRun,
	newTest,
	newModel,
	newSQL,
	newStatus,
	newTrace,
	newRejects,
	newIdentity,
	newHold,
	newRelease,
	newReplay,
	newInspect,
	newDocs,
	newDoctor,
	newDemo,
	newVersion,
}

// newRoot builds the command; the console is filled in when it executes.
func newRoot(s streams) (*cobra.Command, *console) {
	c := &console{streams: s, dir: "."}
	root := &cobra.Command{
		Use:   "nightjar",
		Short: "A nightly customer warehouse in one program",
		Long: `Nightjar reads the day's sales, ERP and survey files, builds facts on customer
value, retention and satisfaction, and publishes them as one audited DuckDB
warehouse: whole, or not at all.`,
		Example: `  nightjar init shop && nightjar -C shop run
  nightjar -C shop sql 'show tables'
  nightjar -C shop status`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no verb %q%s", args[0], suggestion(cmd, args[0]))
			}
			return cmd.Help()
		},
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&c.dir, "project-dir", "C", c.dir, "folder of the project, with its nightjar.yaml")
	flags.StringVar(&c.state, "state", "", "folder of lake and warehouse, in place of the configured one")
	flags.BoolVar(&c.json, "json", false, "write for programs: one JSON object a line")
	flags.BoolVarP(&c.quiet, "quiet", "q", false, "leave out progress and all that is no warning")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "say more about what is being done")
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	for _, construct := range verbs {
		root.AddCommand(construct(c))
	}
	usageErrors(root)
	return root, c
}

// usageErrors gives what is wrong with flags and arguments its exit code, and
// says where to look.
func usageErrors(root *cobra.Command) {
	wrap := func(cmd *cobra.Command, err error) error {
		if err == nil {
			return nil
		}
		return exitcode.With(exitcode.Usage, fmt.Errorf("reading the command line: %w: see `%s --help`", err, cmd.CommandPath()))
	}
	root.SetFlagErrorFunc(wrap)
	run := root.RunE
	root.Args = cobra.ArbitraryArgs
	root.RunE = func(cmd *cobra.Command, args []string) error { return wrap(cmd, run(cmd, args)) }
	var within func(*cobra.Command)
	within = func(parent *cobra.Command) {
		for _, verb := range parent.Commands() {
			if check := verb.Args; check != nil {
				verb.Args = func(cmd *cobra.Command, args []string) error { return wrap(cmd, check(cmd, args)) }
			}
			verb.PreRunE = func(cmd *cobra.Command, _ []string) error { return wrap(cmd, cmd.ValidateFlagGroups()) }
			within(verb)
		}
	}
	within(root)
}

func suggestion(cmd *cobra.Command, word string) string {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return ""
}

// telling says how logs and progress are told.
func (c *console) telling() telemetry.Options {
	return telemetry.Options{JSON: c.json, Quiet: c.quiet, Verbose: c.verbose}
}

func (c *console) log() *slog.Logger            { return telemetry.NewLogger(c.err, c.telling()) }
func (c *console) progress() telemetry.Progress { return telemetry.NewProgress(c.err, c.telling()) }

// say writes a line for people.
func (c *console) say(format string, arguments ...any) error {
	_, err := fmt.Fprintf(c.out, format+"\n", arguments...)
	return err
}

// emit writes an object for programs, on a line of its own.
func (c *console) emit(object any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(object)
}

// complain tells what ended the verb.
func (c *console) complain(err error, code exitcode.Code) {
	if c.json {
		_ = json.NewEncoder(c.err).Encode(map[string]any{"error": err.Error(), "exit_code": code, "name": code.Name()})
		return
	}
	if code == exitcode.Cancelled {
		_, _ = fmt.Fprintln(c.err, "nightjar: cancelled")
		return
	}
	_, _ = fmt.Fprintf(c.err, "nightjar: %s\n", err)
}

// readerGone says that whoever read our output, such as head, had enough.
func (c *console) readerGone(err error) bool { return errors.Is(err, syscall.EPIPE) }
