// Package draft writes what was found out about files as a source of nightjar.yaml,
// with the reasons as comments, and adds it to a project's file without touching
// what stands there.
package draft
