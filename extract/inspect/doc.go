// Package inspect finds out what files hold, with a person looking: how they are
// written (package sniff), what their columns are (evidence), which sets of them are
// keys, which input of the warehouse they could feed (propose), and writes that down
// as a source that runs (draft). What the files leave open is asked (ask), and
// nothing is written for what stays open.
package inspect
