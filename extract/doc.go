// Package extract turns what sources hand over into live sets. It finds new
// deliveries, reads each once, checks every row against the contract of the
// input that it feeds, and merges what passed with what was there: a row is
// staged, waits for its owner, is superseded, filtered or rejected, and the
// ledger proves that none vanished.
//
// The road of one delivery: discover.go (is it new?), csvfile.Scan (hash,
// independent count, shapes), relation.go (how DuckDB reads it), contract.go
// and check.go (what each column is and which rows may pass), stage.go (Parquet
// by month), rejects.go (what did not pass), then merge.go and place.go.
package extract
