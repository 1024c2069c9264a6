// Package csvfile is the independent reader of delimited files: one pass of Go
// over the bytes that proves what DuckDB's own reader returns later, and decides
// how careful the SQL must be.
//
// Three readers share one grammar, so that they always agree on which record is
// the n-th:
//
//   - [Scan] hashes the file, counts its records, says how each column looks, and
//     lists every irregularity. A file without one is Regular: DuckDB and this
//     package read the same fields out of it.
//   - [Normalise] takes the second road, for files that are not regular: it writes
//     the readable records as regular CSV and hands back the unreadable ones.
//   - [Records] finds the raw text of records by their number, for the rejects.
//
// # The grammar
//
// A record ends with \n, \r\n, or the end of the file; in a file whose first
// record ends with a lone \r (old Macintosh), also with \r. A field that begins
// with the quote ends with the next quote that is not escaped; inside it, line
// breaks and delimiters are text, and the escape byte gives way to the byte after
// it. In every other field quotes and escapes are text. Lines without a byte are
// skipped, also in a file of one column. A byte order mark at the start is
// skipped, and before any other record too, where files were joined. When text follows a closing quote, the record is unreadable and ends at
// the end of that line, so that one bad quote never swallows the lines after it.
//
// # How DuckDB must be called
//
// DuckDB 1.5.5 and Scan agree on regular files under these options, and the tests
// in agree hold them to it:
//
//	read_csv(path, auto_detect=false, strict_mode=true, null_padding=false,
//	  delim=…, quote=…, escape=…,            -- '' and '' without a quote
//	  header=…, columns={every name of Result.Header: 'varchar'},
//	  max_line_size=Result.MaxLineSize(), compression=Result.Compression,
//	  parallel=not Result.MultiLine)
//
// and without new_line: DuckDB takes the first \r or \n of the file for its line
// end, and new_line='\r\n' makes it return wrong rows without an error.
// Where records span lines, its parallel reader refuses some files.
package csvfile
