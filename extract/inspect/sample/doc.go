// Package sample holds the rows of files of one kind in DuckDB, as text, so that
// they can be looked at: all of them, or of many a part, spread over the files. It
// opens files as a night does, and reads them by what package sniff found.
package sample
