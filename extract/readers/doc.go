// Package readers reads the tables of delivered files as their sources describe
// them: which reader opens a table, and how its values are written. A night and an
// inspection both read through it, so that what inspect shows of a file is what a
// night makes of it.
package readers
