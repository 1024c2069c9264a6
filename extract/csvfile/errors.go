package csvfile

import "fmt"

// UnclosedQuoteError says that the end of a file came inside a quoted field.
type UnclosedQuoteError struct {
	Path string
	Line int64 // physical line where the quoted field opened, from 1
}

func (e *UnclosedQuoteError) Error() string {
	return fmt.Sprintf("reading %s: the quote that opens on line %d is never closed, so everything after it "+
		"is one field: close or double that quote, ask the sender for the rest if the file is cut off, "+
		"or set the source's quote to none if quotes are plain text in it", e.Path, e.Line)
}

// UnknownColumnError says that a shape names a column that the file does not have.
type UnknownColumnError struct {
	Path    string
	Column  string
	Nearest string // the file's column with the most similar name
}

func (e *UnknownColumnError) Error() string {
	return fmt.Sprintf("reading %s: it has no column %q; the nearest is %q: correct the mapping, "+
		"or ask the sender why the column is gone", e.Path, e.Column, e.Nearest)
}

// EmptyFileError says that a file that should have a header has no line at all.
type EmptyFileError struct{ Path string }

func (e *EmptyFileError) Error() string {
	return fmt.Sprintf("reading %s: it is empty, without even the header that its dialect promises: "+
		"ask the sender for it again, or set header to false", e.Path)
}

// ShortFooterError says that a file has fewer lines than its footer alone.
type ShortFooterError struct {
	Path   string
	Lines  int // that are there
	Footer int // that the dialect promises
}

func (e *ShortFooterError) Error() string {
	return fmt.Sprintf("reading %s: it has %d lines below its header, and its footer alone should have %d, so it is cut off: "+
		"ask the sender for it again, or correct the source's lines.footer", e.Path, e.Lines, e.Footer)
}

// MissingRecordError says that a record asked for by number is not in the file.
type MissingRecordError struct {
	Path    string
	Record  int64
	Records int64 // how many the file has
}

func (e *MissingRecordError) Error() string {
	return fmt.Sprintf("reading %s: record %d was asked for, but the file has only %d: "+
		"it has changed since it was scanned", e.Path, e.Record, e.Records)
}
