// Package load turns the Parquet files that a night's manifest names into an
// audited DuckDB warehouse, and publishes both at once.
//
// A night calls, in this order:
//
//	result, err := load.Build(ctx, night)     // warehouse-<run>.duckdb.tmp, from last night's file or afresh
//	findings, err := load.Audit(ctx, night)   // every test and guard, in the built file
//	err = load.Publish(ctx, night, findings)  // sync, rename, commit, point
//
// Nobody reads a file that is being built, and nobody writes one that is
// published. Before Publish commits, the night before is current; after, this
// one is; lake.Sweep removes what a run that died in between left behind.
//
// Nothing here reads a clock: every time comes from the manifest or the caller.
package load
