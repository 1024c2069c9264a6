// Package xmltoken reads XML as a stream of tokens: tags and text, one after the
// other, in memory that does not grow with the file and without allocating in
// steady state. Excel sheets and POSLogs are both read through it.
//
// # What it checks
//
// Tags balance, there is one root element, names and attributes are formed as XML
// wants them, references name one of XML's five entities or a character. A DOCTYPE
// is refused, so that no file can define entities of its own (which is how a file
// of some kilobytes unpacks to gigabytes, or makes its reader fetch another).
// Depth and the length of a tag are bounded. Not checked, because no reader here
// depends on it: that attributes are unique, that a comment holds no "--", that
// text holds no "]]>" and no control characters.
//
// Encodings go by the byte order mark, else by the XML declaration. Bytes that the
// encoding does not have stay as they are in UTF-8, and become U+FFFD in any other
// (see [Reader.Decoded]).
//
// # Why not a library
//
// The standard library's encoding/xml is the measure of correctness, which the fuzz
// test holds this package to, and too slow: it allocates for every token and reads
// byte by byte. Of the sheet of 200,000 rows by 10 columns that bench/readers makes
// (75 MB unpacked), its RawToken takes 1.6 s in memory, this package 0.3 s; of the
// POSLog there, 44 MB/s against 500. The faster tokenizers that there are for Go,
// github.com/muktihari/xmltokenizer and github.com/orisano/gosax, are not served
// by the module proxy, and the first says of itself that it trades namespaces for
// speed and may not cover all XML files.
package xmltoken
