package config

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"nightjar/internal/charset"
)

// onlyFor lists the formats that have a part of a source, by its key.
var onlyFor = map[string][]string{
	"csv":      {"csv"},
	"aligned":  {"aligned"},
	"fixed":    {"fixed"},
	"json":     {"json"},
	"excel":    {"excel"},
	"lines":    {"csv", "aligned", "fixed"},
	"control":  {"csv", "aligned", "fixed"},
	"encoding": {"csv", "aligned", "fixed"},
}

// poslogTables are those that a POSLog holds; see extract/poslog.
var poslogTables = []string{"transaction", "line", "tender", "discount", "loyalty", "other"}

// format checks how a source's files are to be read.
func (c *checker) format(s *Source, at string) {
	for _, section := range sorted(onlyFor) {
		here := join(at, section)
		if _, given := c.places[here]; given && s.Format != "" && !slices.Contains(onlyFor[section], s.Format) {
			c.at(here, "is for format %s, and this is %s: leave it out", strings.Join(onlyFor[section], " or "), s.Format)
		}
	}
	if _, err := charset.Lookup(s.Encoding); err != nil {
		c.at(join(at, "encoding"), "is %s: %s", c.quote(join(at, "encoding"), s.Encoding), "use a name such as gb18030, big5, utf-16, windows-1252 or shift_jis")
	}
	if _, err := path.Match(s.Members, ""); err != nil {
		c.at(join(at, "members"), "is no glob: write one like *.csv")
	}
	switch s.Format {
	case "csv", "":
		c.dialect(s.CSV, join(at, "csv"))
	case "aligned":
		c.named(join(at, "aligned"), s.Aligned.HasHeader(), s.Aligned.Columns)
	case "fixed":
		c.fixed(s.Fixed, join(at, "fixed"))
	}
	c.lines(s.Lines, join(at, "lines"))
	c.control(s, join(at, "control"))
}

func (c *checker) fixed(f Fixed, at string) {
	if len(f.Columns) == 0 {
		c.at(at, "names no columns: give each a name and a width")
	}
	for i, column := range f.Columns {
		here := c.listed(join(at, "columns"), i)
		if column.Width == 0 && i < len(f.Columns)-1 {
			c.at(here, "has no width, which only the last may lack: it goes to the line's end")
		}
		if slices.ContainsFunc(f.Columns[:i], func(w Width) bool { return strings.EqualFold(w.Name, column.Name) }) {
			c.at(here, "names the column %q a second time", column.Name)
		}
	}
}

// named checks that the columns are named once: by a header or by the list.
func (c *checker) named(at string, header bool, columns []string) {
	if !header && len(columns) == 0 {
		c.at(join(at, "header"), "is false: name the file's columns, in order, in columns")
	}
	if header && len(columns) > 0 {
		c.at(join(at, "columns"), "names the columns, but so does the first line of the files: say header: false, or leave it out")
	}
	for i, name := range columns {
		if slices.Contains(columns[:i], name) {
			c.at(c.listed(join(at, "columns"), i), "names the column %q a second time", name)
		}
	}
}

func (c *checker) lines(l Lines, at string) {
	if len(l.Comment) > 1 || strings.ContainsAny(l.Comment, "\r\n") {
		c.at(join(at, "comment"), "is %s: it is one ASCII character", c.quote(join(at, "comment"), l.Comment))
	}
}

func (c *checker) control(s *Source, at string) {
	if s.Control == nil {
		return
	}
	if s.Lines.Footer == 0 {
		c.at(at, "checks the lines of the footer, and lines.footer says that there are none")
	}
	re, err := regexp.Compile(s.Control.Pattern)
	if err != nil {
		c.at(join(at, "pattern"), "is no regular expression (RE2)%s", c.why(join(at, "pattern"), err))
		return
	}
	for _, group := range re.SubexpNames()[1:] {
		if _, summed := s.Control.Sums[group]; !summed && group != "records" {
			c.at(join(at, "sums"), "says of no column that it is the sum %q of the pattern: name it, and the group records the number of records", group)
		}
	}
	for _, group := range sorted(s.Control.Sums) {
		if re.SubexpIndex(group) < 0 {
			c.at(join(at, "sums."+group), "is no named group of the pattern: write (?P<%s>…) in it", group)
		}
	}
}

// from checks the table that a mapping reads.
func (c *checker) from(s *Source, m *Mapping, at string) {
	here := join(at, "from")
	switch {
	case s.Format == "poslog" && !slices.Contains(poslogTables, m.From):
		if m.From == "" {
			here = at
		}
		c.at(here, "reads no table of the POSLog%s: say from: %s", c.near(here, m.From, poslogTables), strings.Join(poslogTables, ", or "))
	case m.From != "" && s.Format != "poslog" && s.Format != "json":
		c.at(here, "is for json and poslog: files of format %s hold one table", s.Format)
	}
}
