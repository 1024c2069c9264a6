package main

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/draft"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/page"
	"nightjar/internal/exitcode"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"
)

type inspectOptions struct {
	inspect.Options
	answers                               map[string]string
	date, encoding, header, sheet, record string
	values, write                         bool
}

func newInspect(c *console) *cobra.Command {
	o := inspectOptions{}
	cmd := &cobra.Command{
		Use:   "inspect FILE…",
		Short: "Look into files, and write the source that reads them",
		Long: `Finds out how files are written (format, encoding, marks, header, footer), what each
column is and which rows speak against it, which columns are keys, and which input
they could feed; then prints a source for nightjar.yaml with the reasons. Files of
one kind make one source.

Nothing is guessed: what the files leave open, such as whether 03/04/2024 is in March
or in April, is asked on a terminal. Elsewhere it is said, nothing is written for it,
and the command ends with 2. Values are not shown, but their shapes: --show-values
shows them.`,
		Example: `  nightjar inspect landing/orders.csv
  nightjar inspect 'landing/till-*.csv' --name till --system pos --write
  nightjar inspect orders.csv --date '%d/%m/%Y' --answer 'state:C=delivered'
  nightjar inspect survey.xlsx --profile --show-values
  nightjar inspect orders.csv --json | jq 'select(.kind == "column")'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runInspect(cmd, c, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Name, "name", "", "name of the source; without it, made of the file's")
	flags.StringVar(&o.System, "system", "", "business system whose keys these are; without it, the project's only one, or the source's name")
	flags.StringSliceVar(&o.Inputs, "input", nil, "inputs that the files feed, such as sale,shipment; without it, the one that fits best")
	flags.StringVar(&o.date, "date", "", "strptime format of dates that fit several, such as %d/%m/%Y")
	flags.StringToStringVar(&o.answers, "answer", nil, "answer a question: KEY=ANSWER, the key being mostly a column")
	flags.StringVar(&o.encoding, "encoding", "", "encoding of the text, such as gb18030")
	flags.StringVar(&o.header, "header", "", "whether the first row names the columns: yes or no")
	flags.StringVar(&o.sheet, "sheet", "", "sheet of a workbook")
	flags.StringVar(&o.record, "records", "", "path of the list of records in JSON, such as data.orders")
	flags.StringVar(&o.Members, "members", "", "of zip archives: glob of the members to look into")
	flags.BoolVar(&o.Profile, "profile", false, "show the profile of each column: bounds, commonest values, shapes, lengths")
	flags.BoolVar(&o.values, "show-values", false, "show values, which may be personal, in place of their shapes")
	flags.BoolVar(&o.write, "write", false, "add the source to the project's nightjar.yaml")
	flags.Int64Var(&o.Rows, "rows", 1_000_000, "rows of a file that are all looked at; of those behind them, some are")
	flags.StringVar(&o.Memory, "memory", "2GB", "memory that may be used before rows go to disk")
	return cmd
}

func runInspect(cmd *cobra.Command, c *console, o inspectOptions, args []string) error {
	err := o.prepare(c)
	if err != nil {
		return err
	}
	kinds, err := inspect.Inspect(cmd.Context(), args, o.Options)
	if err != nil {
		return exitOf(err)
	}
	if unused := o.Desk.Unused(); len(unused) > 0 {
		return exitcode.With(exitcode.Usage, fmt.Errorf("reading the command line: nothing was asked that %s answers", strings.Join(unused, ", ")))
	}
	if err := o.show(c, kinds); err != nil {
		return err
	}
	if open := o.Desk.Open(); len(open) > 0 {
		return exitcode.With(exitcode.Usage, fmt.Errorf("inspecting: %d questions are open, and nothing is written for them: answer with %s", len(open), flagsOf(open)))
	}
	if o.write {
		return o.insert(c, kinds)
	}
	return nil
}

// exitOf gives a wrong answer the code of a wrong command line, what cannot be read
// that of a source.
func exitOf(err error) error {
	if _, wrong := errors.AsType[*doubt.AnswerError](err); wrong {
		return exitcode.With(exitcode.Usage, fmt.Errorf("reading the command line: %w", err))
	}
	return exitcode.With(exitcode.Source, err)
}

func flagsOf(open []doubt.Question) string {
	var flags []string
	for _, q := range open {
		if flag := q.Flag; flag != "" && len(flags) < 3 {
			flags = append(flags, flag)
		}
	}
	return strings.Join(flags, ", ")
}

// prepare gathers the answers that were given, and finds out whether somebody is
// there to give others.
func (o *inspectOptions) prepare(c *console) error {
	given := map[string]string{}
	maps.Copy(given, o.answers)
	for key, answer := range map[string]string{evidence.DateKey: o.date, "encoding": o.encoding, "header": o.header, "sheet": o.sheet, "records": o.record} {
		if answer != "" {
			given[key] = answer
		}
	}
	var person func(doubt.Question) (string, error)
	if telemetry.IsTerminal(c.in) && telemetry.IsTerminal(c.err) && !c.json {
		person = c.asker()
	}
	o.Desk, o.Dir = doubt.NewDesk(given, person), c.dir
	var err error
	if o.Catalog, err = project.Catalog(c.dir); err != nil {
		return err
	}
	if p, err := project.Read(c.dir); err == nil {
		o.Systems = p.Config.Sources.Systems()
	} else if _, missing := os.Stat(filepath.Join(c.dir, project.FileName)); missing == nil {
		return err
	}
	return nil
}

// asker asks a person until the answer is one; an empty line leaves the question
// open.
func (c *console) asker() func(doubt.Question) (string, error) {
	in := bufio.NewReader(c.in)
	return func(q doubt.Question) (string, error) {
		fmt.Fprintln(c.err, q.Text)
		for i, choice := range q.Choices {
			fmt.Fprintf(c.err, "  %d  %-16s %s\n", i+1, choice.Answer, choice.Means)
		}
		for {
			fmt.Fprint(c.err, "? ")
			line, err := in.ReadString('\n')
			if err != nil || strings.TrimSpace(line) == "" {
				return "", nil
			}
			answer, err := q.Understand(line)
			if err == nil {
				return answer, nil
			}
			fmt.Fprintln(c.err, err)
		}
	}
}

func (o *inspectOptions) show(c *console, kinds []*inspect.Kind) error {
	shown := page.Options{Width: telemetry.Width(c.out), Values: o.values}
	switch {
	case c.json:
		return page.Objects(c.emit, kinds, o.Desk.Open(), shown)
	case c.quiet:
		_, err := fmt.Fprint(c.out, page.Sources(kinds))
		return err
	}
	return page.Write(c.out, kinds, o.Desk.Open(), shown)
}

// insert adds the sources to the project.
func (o *inspectOptions) insert(c *console, kinds []*inspect.Kind) error {
	var sources []*draft.Source
	for _, k := range kinds {
		if !k.Source.Feeds() {
			return exitcode.With(exitcode.Usage, fmt.Errorf("adding to the project: nothing was written: no input fits the columns of %s: name one with --input, or write a contract of your own into models/inputs", k.Name()))
		}
		sources = append(sources, k.Source)
	}
	path := filepath.Join(c.dir, project.FileName)
	if err := draft.Insert(path, sources, os.LookupEnv, o.Catalog); err != nil {
		return exitcode.With(exitcode.Config, err)
	}
	if c.json || c.quiet {
		return nil
	}
	return c.say("\nadded to %s: look at it, then `nightjar plan`", path)
}
