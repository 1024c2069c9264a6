// Package xlsxfile reads one sheet of an Excel workbook (.xlsx, .xlsm) as a
// [record.Table]: one record a row, its values as text, in memory that does not
// grow with the sheet. Only the texts that the workbook shares between cells are
// held, up to 256 MiB of them.
//
// # Values
//
//	number    plainly, the shortest text that reads back as the same float64, never
//	          with an exponent: 12.3, 1 for 1.0; whole numbers as they stand there,
//	          however long
//	date      2006-01-02, with a time of day 2006-01-02 15:04:05, a time of day alone
//	          15:04:05, each to the nearest second; a number is a date by the format
//	          of its cell, in the epoch of the workbook (1900 or 1904)
//	duration  26:30:00, of a cell whose format counts hours beyond a day: [h]:mm:ss
//	text      as it stands, without the phonetic guides of Asian texts; what is
//	          escaped as _x000D_ is decoded
//	truth     true, false
//	error     #N/A, #DIV/0! and so on, as text, so that no cast takes it for a value
//	formula   the result stored with it
//
// The 29th of February 1900, which the 1900 epoch has and the calendar has not,
// becomes 1900-02-29, which no cast takes either. A number that cannot be a date
// (negative, or beyond the year 9995) stays a number.
//
// # Rows and columns
//
// The columns are those up to the last cell of the header that holds text, however
// many the sheet declares. Rows without a value are no records. Hidden rows and
// columns are read like all others. These break a rule of a record: a value beyond
// the header (record.Ragged), a formula without a stored result, a text that the
// workbook does not hold, two values in one place, a cell that says it is in
// another row (record.BadRecord), and more than record.Max bytes (record.TooLong).
//
// # Why not a library
//
// github.com/xuri/excelize v2.11.0 was tried first. Its row iterator hands out text
// without the type and the style of a cell, so a date cannot be told from a number
// nor an error from a text; what tells them (GetCellType, GetCellStyle) loads the
// whole sheet. The iterator ends at broken XML without an error, which loses rows,
// and takes a shared text that is missing for an empty one. And it reads a sheet of
// 200,000 rows by 10 columns three times faster than pandas (4.5 s against 14 s);
// this package, eighteen times (0.77 s).
package xlsxfile
