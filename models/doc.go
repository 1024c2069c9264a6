// Package models holds what the data means: the contracts of the inputs, and
// the dims, facts and marts that are built from them, one file each, beside
// the small tests that show what they do. It imports no other package of
// Nightjar; everything else leans on it.
package models

import "embed"

// Standard is the file tree of the inputs and models that ship with Nightjar.
//
//go:embed inputs dims facts marts person steps
var Standard embed.FS
