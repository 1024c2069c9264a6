// Package sniff finds out how a file is written: its format, its encoding, the
// marks between its fields, the lines that are no records. A person looks at what
// it finds, with the evidence; what the file leaves open is asked (see package
// ask) and never guessed.
//
// The whole file is read once, byte by byte, for what concerns every byte of it:
// whether it is UTF-8, and how its lines end. Everything else is told from its
// beginning and its end.
package sniff
