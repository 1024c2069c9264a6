package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"nightjar/extract"
	"nightjar/extract/delivered"
	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"
	"nightjar/models"
	"nightjar/transform"
)

// Options are the choices of one run.
type Options struct {
	// Full reads every delivery again and builds everything anew.
	Full bool
	// AsOf (yyyy-mm-dd) is the last business day that the warehouse speaks of;
	// empty means the project's, else the last complete business day.
	AsOf string
	// DryRun reads and checks, says what would be rebuilt, and commits nothing.
	DryRun bool
	// Verify reads files whose size and time are those recorded, too, and proves
	// that the loaded rows are those of the files.
	Verify bool
	// Accept names guards that may fail tonight, MODEL.GUARD or SOURCE.GUARD, for the
	// Reason given, which is remembered.
	Accept []string
	Reason string
	// Select names the models that are built, with all downstream; no delivery is read.
	// None means all.
	Select []string
	// Now is the clock, read once at the start.
	Now time.Time
}

// night is one run under way.
type night struct {
	*project.Project
	options  Options
	log      *slog.Logger
	progress telemetry.Progress

	previous *lake.Manifest
	manifest *lake.Manifest
	vars     map[string]string
	models   []*models.Model
	// selection tells the models to build from others; nil builds all.
	selection map[string]bool
	db        *sql.DB
	engine    transform.Engine
	extract   *extract.Night
	report    *Report
}

// Run runs one night and reports it: a new warehouse is published, or nothing
// was new, or an error says why not. The report is written also when it fails.
// Errors carry their exit code; a cancelled context publishes nothing.
func Run(ctx context.Context, p *project.Project, o Options, log *slog.Logger, progress telemetry.Progress) (*Report, error) {
	o.Now = o.Now.UTC().Truncate(time.Microsecond)
	run := o.Now.Format(runFormat)
	lock, err := p.Lake.Lock(run, o.Now)
	if locked := (*lake.LockedError)(nil); errors.As(err, &locked) {
		return nil, exitcode.With(exitcode.Locked, err)
	}
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	n := &night{Project: p, options: o, log: log, progress: progress, report: newReport(run, o)}
	err = n.run(ctx, run)
	if ctx.Err() != nil {
		err = exitcode.With(exitcode.Cancelled, fmt.Errorf("the run was cancelled: nothing was published: %w", ctx.Err()))
	}
	return n.report, errors.Join(err, n.conclude(err))
}

func (n *night) run(ctx context.Context, run string) error {
	found, err := n.begin(ctx, run)
	if err != nil {
		return err
	}
	if n.previous != nil {
		if err := n.Lake.Point(n.previous); err != nil {
			return err
		}
	}
	if n.nothingNew(found) {
		n.report.Outcome = NothingNew
		return nil
	}
	if _, err := n.Lake.Sweep(n.Config.Keep); err != nil {
		return err
	}
	if err := n.open(ctx); err != nil {
		return err
	}
	defer n.db.Close()
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"extract", func(ctx context.Context) error { return n.read(ctx, found) }},
		{"transform", n.transform},
		{"load", n.publish},
	}
	switch {
	case n.options.DryRun:
		steps = steps[:1]
	case n.selecting():
		steps = steps[1:]
	}
	for _, step := range steps {
		begun := time.Now()
		if err := step.do(ctx); err != nil {
			return err
		}
		n.report.Seconds[step.name] = time.Since(begun).Seconds()
		n.log.Info(step.name+" done", "seconds", fmt.Sprintf("%.2f", time.Since(begun).Seconds()))
	}
	if n.options.DryRun {
		return n.dryRun()
	}
	return nil
}

// begin finds where the last night ended and what is new since.
func (n *night) begin(ctx context.Context, run string) (found []extract.Found, err error) {
	if n.previous, err = n.Lake.Current(); err != nil {
		return nil, err
	}
	base := n.previous
	if n.options.Full && base != nil {
		base = &lake.Manifest{Number: base.Number}
	}
	n.manifest = base.Next(run)
	n.manifest.ReceivedAt = n.options.Now
	for _, source := range n.Config.Sources {
		if source.RenamedFrom != "" {
			n.manifest.RenameSource(source.RenamedFrom, source.Name)
		}
	}
	if n.manifest.AsOf, err = n.asOf(); err != nil {
		return nil, err
	}
	n.manifest.Config = n.Config.Fingerprint()
	n.report.AsOf, n.report.Number = n.manifest.AsOf, n.manifest.Number
	n.vars = n.Config.Vars(n.manifest.AsOf)
	n.vars["last_as_of"] = n.vars["as_of"]
	if n.previous != nil {
		n.vars["last_as_of"] = dateLiteral(n.previous.AsOf)
	}
	if err := n.acceptable(); err != nil {
		return nil, err
	}
	if err := n.giveRows(); err != nil {
		return nil, err
	}
	forsaken := n.forsaken()
	n.report.Warnings = slices.Concat(n.Catalog.Moved, warnOf(forsaken))
	if n.selecting() {
		return nil, n.choose()
	}
	found, err = n.discover(ctx, n.manifest)
	if err != nil {
		return nil, exitcode.With(exitcode.Source, err)
	}
	if err := countedOnce(ctx, found, forsaken); err != nil {
		return nil, exitcode.With(exitcode.Source, err)
	}
	if n.options.Full {
		err = n.nothingLost(ctx, found)
	}
	return found, err
}

// forsaken are the deliveries that count although nightjar.yaml no longer has their
// source: under another name, the same files would count twice.
func (n *night) forsaken() []lake.Delivery {
	return slices.DeleteFunc(slices.Clone(n.manifest.Deliveries), func(d lake.Delivery) bool {
		return d.State != "current" || n.Config.Sources.Named(d.Source) != nil
	})
}

// warnOf names the sources of forsaken deliveries.
func warnOf(forsaken []lake.Delivery) []string {
	sources := map[string]bool{}
	for _, d := range forsaken {
		sources[d.Source] = true
	}
	var warnings []string
	for _, source := range slices.Sorted(maps.Keys(sources)) {
		warnings = append(warnings, fmt.Sprintf("source %s is no longer in nightjar.yaml, and the rows that it gave still count; if it was renamed, say `renamed_from: %s` on what it is called now", source, source))
	}
	return warnings
}

// countedOnce refuses a file that counts already as a forsaken delivery: it has another
// name, and its rows would count twice.
func countedOnce(ctx context.Context, found []extract.Found, forsaken []lake.Delivery) error {
	for _, f := range found {
		sameSize := func(d lake.Delivery) bool { return d.Size == f.Delivery.Size }
		if f.State != extract.New || f.Source.SameContent == "load" || !slices.ContainsFunc(forsaken, sameSize) {
			continue
		}
		sum, err := delivered.Hash(ctx, f.File)
		if err != nil {
			return fmt.Errorf("source %s: %w", f.Source.Name, err)
		}
		if i := slices.IndexFunc(forsaken, func(d lake.Delivery) bool { return sameSize(d) && d.SHA256 == sum }); i >= 0 {
			return fmt.Errorf("source %[1]s: %[2]s counts already as %[3]s of source %[4]s, which nightjar.yaml no longer has: say `renamed_from: %[4]s` on %[1]s if it is the same under another name, or `same_content: load` if both are true", f.Source.Name, f.Delivery.Name, forsaken[i].Name, forsaken[i].Source)
		}
	}
	return nil
}

// asOf is the day that the night speaks of: as asked for, else as configured,
// else the last complete business day in the project's zone.
func (n *night) asOf() (string, error) {
	if n.selecting() && n.previous != nil {
		return n.previous.AsOf, nil
	}
	for _, said := range []string{n.options.AsOf, n.Config.AsOf} {
		if said == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, said); err != nil {
			return "", exitcode.With(exitcode.Usage, fmt.Errorf("as_of %q is no date: write it like 2025-12-31", said))
		}
		return said, nil
	}
	zone, err := time.LoadLocation(n.Config.TimeZone)
	if err != nil {
		return "", exitcode.With(exitcode.Config, fmt.Errorf("time_zone: %w", err))
	}
	local := n.options.Now.In(zone)
	if start, err := time.Parse("15:04", n.Config.DayStartsAt); err == nil {
		local = local.Add(-time.Duration(start.Hour())*time.Hour - time.Duration(start.Minute())*time.Minute)
	}
	return local.AddDate(0, 0, -1).Format(time.DateOnly), nil
}

// runFormat is how runs are named: by the moment of their start, in UTC.
const runFormat = "20060102T150405.000000"

// discover compares what lies there with a manifest.
func (n *night) discover(ctx context.Context, m *lake.Manifest) ([]extract.Found, error) {
	verdicts, err := n.verdicts()
	if err != nil {
		return nil, err
	}
	return extract.Discover(ctx, n.Config, extract.Look{Manifest: m, Verify: n.options.Verify, Now: n.options.Now, Verdicts: verdicts, Landing: extract.Landed(n.Lake)})
}

// nothingNew says whether the current warehouse is already what this night
// would make: no delivery to read, nothing stale, the same clock and config.
func (n *night) nothingNew(found []extract.Found) bool {
	n.report.discovered(found)
	if n.previous == nil || n.options.Full || len(n.options.Accept) > 0 {
		return false
	}
	for _, f := range found {
		if f.State != extract.Unchanged && f.State != extract.Gone && f.State != extract.Waiting {
			return false
		}
	}
	if n.previous.AsOf != n.manifest.AsOf || n.previous.Config != n.manifest.Config {
		return false
	}
	order, _ := transform.Available(n.Catalog, n.fed())
	for _, m := range order {
		if stale, _ := n.plot().needs(m); len(stale) > 0 && n.chosen(m) {
			return false
		}
	}
	for name := range n.previous.Models {
		if !slices.ContainsFunc(order, func(m *models.Model) bool { return m.Name == name }) {
			return false // it goes
		}
	}
	_, err := os.Stat(n.Lake.WarehousePath(n.previous.Warehouse))
	return err == nil
}

// open opens the night's DuckDB and gives it a folder to spill to.
func (n *night) open(ctx context.Context) error {
	db, err := duck.Open(ctx, n.duckOptions())
	if err != nil {
		return err
	}
	n.db = db
	engine := transform.NewDuck(db, n.Catalog)
	engine.Fast, engine.Sorted = true, false // publishing syncs every new file at once
	n.engine = engine
	return nil
}

func (n *night) duckOptions() duck.Options {
	return duck.Options{MemoryLimit: n.Config.MemoryLimit, Threads: n.Config.Threads, TempLimit: n.Config.TempLimit, Temp: filepath.Join(n.Lake.TempDir(), "spill")}
}

func (n *night) workers() int {
	if n.Config.Threads > 0 {
		return n.Config.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// read takes the new deliveries into the live sets.
func (n *night) read(ctx context.Context, found []extract.Found) error {
	fresh := int64(0)
	for _, f := range found {
		if f.State == extract.New || f.State == extract.Changed || f.State == extract.Remapped {
			fresh++
		}
	}
	n.progress.Stage(fmt.Sprintf("reading %d deliveries", fresh), fresh)
	defer n.progress.Done()
	accepted, err := n.accepted()
	if err != nil {
		return err
	}
	n.extract = &extract.Night{
		DB: n.db, Lake: n.Lake, Config: n.Config, Catalog: n.Catalog, Manifest: n.manifest,
		Accepted: accepted, ReceivedAt: n.options.Now, Workers: n.workers(), Log: n.log,
		Step: func(string, int64) { n.progress.Add(1) },
	}
	err = extract.Extract(ctx, n.extract, found)
	n.report.extracted(n.manifest, n.extract.Rejects())
	return exitcode.With(exitcode.Source, err)
}
