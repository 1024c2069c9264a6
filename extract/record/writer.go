package record

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// SourceRow is the name of the first column that a Writer writes.
const SourceRow = "source_row"

// A Writer writes regular CSV: comma, '"', \n, UTF-8, under a header, first
// source_row, the number of the record, then its fields.
type Writer struct {
	to     *bufio.Writer
	number []byte
}

// NewWriter returns a Writer onto to; Flush it at the end.
func NewWriter(to io.Writer) *Writer { return &Writer{to: bufio.NewWriterSize(to, 256<<10)} }

// Header writes the names. A line break in one is written as a space, since DuckDB
// takes the first line break of a file for its line end.
func (w *Writer) Header(names []string) {
	oneLine := strings.NewReplacer("\r", " ", "\n", " ")
	unique := UniqueNames(append([]string{SourceRow}, names...))
	fields := make([][]byte, len(unique))
	for i, name := range unique {
		fields[i] = []byte(oneLine.Replace(name))
	}
	w.fields(fields)
	w.to.WriteByte('\n')
}

// Record writes one record.
func (w *Writer) Record(number int64, fields [][]byte) error {
	w.Begin(number)
	for _, field := range fields {
		w.Field(field)
	}
	return w.End()
}

// Begin begins a record; its fields follow, then End.
func (w *Writer) Begin(number int64) {
	w.number = strconv.AppendInt(w.number[:0], number, 10)
	w.to.Write(w.number)
}

// Field writes the next value of a record.
func (w *Writer) Field(value []byte) {
	w.to.WriteByte(',')
	w.field(value)
}

// End ends a record. Its error is that of whatever is written to.
func (w *Writer) End() error { return written(w.to.WriteByte('\n')) }

// Flush writes what is still held back.
func (w *Writer) Flush() error { return written(w.to.Flush()) }

func written(err error) error {
	if err != nil {
		return fmt.Errorf("writing a file as regular CSV: %w", err)
	}
	return nil
}

func (w *Writer) fields(values [][]byte) {
	for i, value := range values {
		if i > 0 {
			w.to.WriteByte(',')
		}
		w.field(value)
	}
}

// field writes a value, in quotes if it needs them.
func (w *Writer) field(value []byte) {
	if !bytes.ContainsAny(value, ",\"\r\n") {
		w.to.Write(value)
		return
	}
	w.to.WriteByte('"')
	for {
		i := bytes.IndexByte(value, '"')
		if i < 0 {
			break
		}
		w.to.Write(value[:i+1])
		w.to.WriteByte('"')
		value = value[i+1:]
	}
	w.to.Write(value)
	w.to.WriteByte('"')
}
