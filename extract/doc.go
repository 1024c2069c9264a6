// Package extract turns what sources hand over into live sets. It finds new
// deliveries, reads each once, checks every row against the contract of the
// input that it feeds, and merges what passed with what was there: a row is
// staged, waits for its owner, is superseded, filtered or rejected, and the
// ledger proves that none vanished.
//
// The road of one delivery:
//
//   - discover.go, files.go, twin.go: which files are there, and what each is to
//     what is known of its name.
//   - stage.go: csvfile.Scan (hash, independent count, shapes), then each mapping.
//   - relation.go: how DuckDB reads the file; expression.go: what the mapping's
//     expressions name and of which type they are.
//   - contract.go, cast.go, clock.go, check.go: what each column is and which
//     rules it may break; query.go: the one query that all of it becomes.
//   - write.go, settle.go, limit.go, rejects.go: Parquet by month for what passed,
//     an account of every row that did not.
//
// When all are read, merge.go takes input by input, owners before what they own:
// conflict.go (rows of one key), snapshot.go (rows that are missing), version.go
// (versions that say nothing new), owner.go and place.go (whose month a row lives
// in), rewrite.go and adopt.go (the files), guard.go (what may not go unseen).
// ledger.go proves the sum.
package extract
