// Package pipeline wires a night: extract, transform, load, audit, publish. It
// holds the order of the steps and the one rule of what is rebuilt; what each
// step does lives in its own room.
package pipeline
