package sniff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"nightjar/extract/delivered"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/poslog"
	"nightjar/internal/charset"
	"nightjar/internal/config"
)

// Found is how a file is written.
type Found struct {
	File        delivered.File
	Compression string     // none, gzip or zstd
	Size        int64      // bytes, unpacked
	Encodings   []Encoding // of text, the likeliest first
	Ends        LineEnds   // of text
	// Source says so in the words of nightjar.yaml: format, encoding, dialect, lines.
	Source config.Source
	// Tables are those that the file holds: From of a mapping.
	Tables []string
	// Header are the names of the columns as the first row gives them; nil where the
	// format has none. Files of one kind have equal ones.
	Header []string
	// Footer are the lines at the end that are no records.
	Footer []string
	// Notes are what speaks for all this, a sentence each. They quote no values.
	Notes []string
	// ASCII says that every byte is, so that any encoding would do.
	ASCII bool
	// Stopped says that a question is open without whose answer the file cannot be
	// read.
	Stopped bool
}

// Options say whom to ask, and what a column may be called.
type Options struct {
	Desk *doubt.Desk
	// Known says whether a text is the name of a column as companies call it.
	Known func(string) bool
	// Temp is a folder for what must be unpacked.
	Temp string
}

// Sniff finds out how a file is written. Its errors name the file: one that cannot
// be read, or that is of no format that Nightjar reads.
func Sniff(ctx context.Context, f delivered.File, o Options) (*Found, error) {
	survey, err := surveyFile(ctx, f)
	if err != nil {
		return nil, err
	}
	s := &sniffer{
		Options: o, desk: o.Desk, survey: survey, file: f,
		found: &Found{File: f, Compression: survey.compression, Size: survey.size, Tables: []string{""}, Source: config.Source{
			Format: "csv", CSV: config.CSV{Delimiter: ",", Quote: `"`}, Excel: config.Excel{HeaderRows: 1},
		}},
	}
	if err := s.sniff(ctx); err != nil {
		return nil, err
	}
	s.found.Stopped, s.found.ASCII = s.stopped, survey.nonASCII == 0 && survey.nul == 0
	s.found.File.Encoding = s.found.Source.Encoding
	return s.found, nil
}

// A sniffer is at work on one file.
type sniffer struct {
	Options
	desk    *doubt.Desk
	survey  *survey
	file    delivered.File
	found   *Found
	text    []byte // the file's beginning in UTF-8
	stopped bool
}

func (s *sniffer) note(format string, arguments ...any) {
	s.found.Notes = append(s.found.Notes, fmt.Sprintf(format, arguments...))
}

// whole says whether the file's beginning is all of it.
func (s *sniffer) whole() bool { return s.survey.size <= headLimit }

// magic begins files that are no text.
var magic = []struct{ bytes, format string }{
	{"PAR1", "parquet"},
	{"PK\x03\x04", "zip"},
	{"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), or a document of another program: save it as .xlsx, or as CSV"},
	{"%PDF", "a PDF document: ask for the data that it was made of"},
	{"SQLite format 3", "an SQLite database: export its tables as CSV"},
	{"BZh", "packed by bzip2: unpack it, or have it packed by gzip or zstd"},
	{"7z\xbc\xaf", "packed by 7-Zip: unpack it, or have it packed as zip"},
	{"Rar!", "packed by RAR: unpack it, or have it packed as zip"},
	{"\xfd7zXZ", "packed by xz: unpack it, or have it packed by gzip or zstd"},
}

func (s *sniffer) sniff(ctx context.Context) error {
	if s.survey.size == 0 {
		return fmt.Errorf("reading %s: it is empty", s.file)
	}
	for _, m := range magic {
		if !bytes.HasPrefix(s.survey.head, []byte(m.bytes)) {
			continue
		}
		switch m.format {
		case "parquet":
			s.found.Source.Format = "parquet"
			s.note("it begins with PAR1")
			return nil
		case "zip":
			return s.workbook(ctx)
		}
		return fmt.Errorf("reading %s: it is %s", s.file, m.format)
	}
	return s.sniffText()
}

// workbook unpacks a workbook where it must be, since its reader seeks.
func (s *sniffer) workbook(ctx context.Context) error {
	if !bytes.Contains(s.survey.head, []byte("xl/")) && !bytes.Contains(s.survey.tail, []byte("xl/")) {
		return fmt.Errorf("reading %s: it is a zip archive: name it .zip, so that its members are read", s.file)
	}
	path, remove, err := delivered.Unpack(ctx, s.file, s.Temp)
	if err != nil {
		return err
	}
	defer remove()
	return s.excel(path)
}

func (s *sniffer) sniffText() error {
	if err := s.decode(); err != nil || s.stopped {
		return err
	}
	start := bytes.TrimLeft(s.text, " \t\r\n")
	switch {
	case bytes.HasPrefix(start, []byte("<")):
		return s.xml()
	case s.json():
		return nil
	}
	s.found.Ends = s.survey.ends
	if s.wideText() || s.found.Source.Encoding == "" && s.survey.nul > 0 {
		s.found.Ends = endsOf(s.text)
	}
	if control := controls(s.text); control*100 > len(s.text) {
		return fmt.Errorf("reading %s: it is of no format that Nightjar reads: its beginning holds %d control characters, as no text does", s.file, control)
	}
	return s.lines()
}

// decode reads the file's beginning in its encoding, which a person decides where
// the bytes do not.
func (s *sniffer) decode() error {
	ranked := s.survey.encodings()
	s.found.Encodings = ranked
	name := ranked[0].Name
	if given, ok := s.desk.Given("encoding"); ok {
		if _, err := charset.Lookup(given); err != nil {
			return &doubt.AnswerError{Key: "encoding", Answer: given, Why: "use a name such as utf-8, gb18030, big5, utf-16, shift_jis or windows-1252"}
		}
		name = given
	} else if !settled(ranked) {
		answer, err := s.desk.Decide(encodingQuestion(ranked))
		if err != nil {
			return err
		}
		if s.stopped = answer == ""; s.stopped {
			return nil
		}
		name = answer
	}
	coding, err := charset.Lookup(name)
	if err != nil {
		return err
	}
	if coding == nil {
		s.text = bytes.TrimPrefix(s.survey.head, []byte("\xef\xbb\xbf"))
		return nil
	}
	s.found.Source.Encoding = strings.ToLower(name)
	s.text, err = coding.NewDecoder().Bytes(s.survey.head)
	s.text = bytes.TrimPrefix(s.text, []byte("\xef\xbb\xbf"))
	return err
}

func encodingQuestion(ranked []Encoding) doubt.Question {
	q := doubt.Question{Key: "encoding", Flag: "--encoding NAME", Text: "The text is not UTF-8, and too little of it tells what else. How is it encoded?"}
	for _, e := range ranked {
		if e.Score > 0.05 {
			q.Choices = append(q.Choices, doubt.Choice{Answer: e.Name, Means: e.Why})
		}
	}
	q.Accept = func(answer string) error {
		if _, err := charset.Lookup(answer); err != nil {
			return errors.New("use a name such as utf-8, gb18030, big5, utf-16, shift_jis or windows-1252")
		}
		return nil
	}
	return q
}

// wideText says whether characters have more than one byte each, line ends too.
func (s *sniffer) wideText() bool {
	return strings.HasPrefix(s.found.Source.Encoding, "utf-16") || strings.HasPrefix(s.found.Source.Encoding, "utf-32")
}

func endsOf(text []byte) (e LineEnds) {
	e.CRLF = int64(bytes.Count(text, []byte("\r\n")))
	e.LF = int64(bytes.Count(text, []byte("\n"))) - e.CRLF
	e.CR = int64(bytes.Count(text, []byte("\r"))) - e.CRLF
	return e
}

// controls counts what stands in no text.
func controls(text []byte) (n int) {
	for _, b := range text {
		if b < ' ' && !strings.ContainsRune("\t\r\n\x01\x1a\x1e\x1f\f", rune(b)) {
			n++
		}
	}
	return n
}

func (s *sniffer) xml() error {
	for _, mark := range []string{"POSLog", "<Transaction", ":Transaction"} {
		if bytes.Contains(s.text, []byte(mark)) {
			s.found.Source.Format, s.found.Source.Encoding = "poslog", ""
			s.found.Tables = []string{poslog.Transaction, poslog.Line, poslog.Tender}
			s.note("it is XML, and holds POSLog transactions")
			return nil
		}
	}
	return fmt.Errorf("reading %s: it is XML, but no POSLog: of XML, Nightjar reads POSLogs alone; have the data delivered as CSV or JSON", s.file)
}

// json says whether the file is JSON; a person says where its records are.
func (s *sniffer) json() bool {
	t := readTree(s.text, s.whole())
	if t == nil {
		return false
	}
	paths := t.records()
	path := paths[0]
	if given, ok := s.desk.Given("records"); ok {
		path = given
	}
	s.found.Source.Format, s.found.Source.JSON.Records = "json", path
	s.found.Source.Encoding = ""
	s.found.Tables = t.tables(path)
	switch {
	case t.lines:
		s.note("each line is one JSON object")
	case path == "" && t.kind == "[":
		s.note("it is a JSON list")
	case path != "":
		s.note("it is one JSON object; the longest list of objects in it is %s", path)
	default:
		s.note("it is JSON, an object a record")
	}
	return true
}
