// Package evidence tells what the values of columns are: numbers, dates in which
// format, codes, truths, text. It counts, for every candidate, the rows that fit and
// finds those that speak against it, by the casts that a night will use. What fits
// two candidates alike is asked and never guessed.
package evidence
