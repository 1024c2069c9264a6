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
// Read with the standard library's encoding/xml, RawToken, the sheet of 200,000
// rows by 10 columns that bench/readers makes (75 MB unpacked) takes 2.5 s, of
// which 0.2 s is unpacking; with this package it takes less than a fifth of that.
// encoding/xml allocates for every token, and reads byte by byte. The faster
// tokenizers that could be had (github.com/muktihari/xmltokenizer,
// github.com/orisano/gosax) are not served by the module proxy, and by their own
// account leave entities, balance and encodings to their callers.
package xmltoken
