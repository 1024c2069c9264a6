// Package config reads nightjar.yaml, the one file in which a project says
// where its data comes from and how its columns map onto the inputs that
// Nightjar understands. Every problem of the file is reported at once, with
// its line; what Load returns needs no further checking but against the
// source files themselves.
//
// The Go types are the only description of the file: the tags `doc`,
// `default`, `oneof`, `min`, `max` and `required` of each field are what the
// reader obeys, and what docs/config.md and docs/nightjar.schema.json are
// generated from (`go test ./internal/config -update`).
package config
