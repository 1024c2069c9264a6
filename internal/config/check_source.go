package config

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

func (c *checker) source(s *Source, at string) {
	if !filename.MatchString(s.Name) {
		c.at(at, "is no name for a source: use small letters, digits, _ and -, beginning with a letter")
	}
	if s.System != "" && !word.MatchString(s.System) {
		c.at(join(at, "system"), "is %s: use small letters, digits and _, beginning with a letter", c.quote(join(at, "system"), s.System))
	}
	for i, glob := range s.Files {
		c.glob(c.listed(join(at, "files"), i), glob)
	}
	c.format(s, at)
	if s.Key == "none" && s.Mode != "append" && s.Mode != "replace" && s.Mode != "" {
		c.at(join(at, "key"), "is none, but mode is %s, which tells rows apart by their key: use mode append or replace, or the contract's key", s.Mode)
	}
	if _, given := c.places[join(at, "time_zone")]; given {
		c.zone(join(at, "time_zone"), s.TimeZone)
	}
	c.expression(join(at, "version_by"), s.VersionBy)
	c.formats(s.Formats, join(at, "formats"))
	c.dateFromName(s.DateFromName, join(at, "date_from_name"))
	for _, source := range sorted(s.Status) {
		c.status(join(at, "status."+source), s.Status[source])
	}
	for _, m := range s.Maps {
		c.mapping(s, m, join(at, "maps."+m.Input))
	}
	c.delivery(s, at)
}

func (c *checker) glob(at, glob string) {
	_, err := path.Match(glob, "")
	switch {
	case glob == "":
		c.at(at, "is empty: write a glob like landing/orders-*.csv")
	case strings.Contains(glob, "**"):
		c.at(at, "is %s: ** is not understood, name each folder (landing/*/orders.csv)", c.quote(at, glob))
	case err != nil:
		c.at(at, "is %s, which is no glob: a [ wants its ], and a \\ the character that it stands before", c.quote(at, glob))
	}
}

func (c *checker) dialect(d CSV, at string) {
	for _, mark := range []struct{ key, value, want string }{
		{"quote", d.Quote, "one ASCII character, or empty"}, {"escape", d.Escape, "one ASCII character, or empty"},
	} {
		here := join(at, mark.key)
		if len(mark.value) > 1 || mark.value == "\n" || mark.value == "\r" {
			c.at(here, "is %s: it is %s", c.quote(here, mark.value), mark.want)
		}
	}
	here := join(at, "delimiter")
	switch {
	case d.Delimiter == "" || strings.ContainsAny(d.Delimiter, "\r\n"):
		c.at(here, "is %s: it is at least one character, and no line end", c.quote(here, d.Delimiter))
	case !d.Simple() && d.Quote != "":
		c.at(here, "is %s, more than one ASCII character: fields cannot be quoted then, say quote: \"\"", c.quote(here, d.Delimiter))
	case d.Delimiter != "" && (d.Delimiter == d.Quote || d.Delimiter == d.Escape):
		c.at(join(at, "delimiter"), "is also the quote or the escape: fields could not be told apart")
	case d.Quote == "" && d.Escape != "":
		c.at(join(at, "escape"), "means something only within quotes, and quote is empty")
	}
	c.named(at, d.HasHeader(), d.Columns)
}

func (c *checker) formats(f Formats, at string) {
	c.strptime(join(at, "date"), f.Date, "date")
	c.strptime(join(at, "timestamp"), f.Timestamp, "timestamptz")
	here := join(at, "thousands")
	switch {
	case utf8.RuneCountInString(f.Thousands) > 1 || strings.ContainsAny(f.Thousands, "0123456789+-"):
		c.at(here, "is %s: it is one character that is no digit and no sign", c.quote(here, f.Thousands))
	case f.Thousands != "" && f.Thousands == f.Decimal:
		c.at(here, "is also the mark before decimals: say which is which")
	}
}

func (c *checker) dateFromName(pattern, at string) {
	if pattern == "" {
		return
	}
	re, err := regexp.Compile(pattern)
	switch {
	case err != nil:
		c.at(at, "is no regular expression (RE2)%s", c.why(at, err))
	case re.NumSubexp() != 1:
		c.at(at, "has %d groups: put brackets around the date, and (?:…) around anything else", re.NumSubexp())
	}
}

// why gives an error's text, unless it would show what a variable holds.
func (c *checker) why(at string, err error) string {
	if c.places[at].raw != "" {
		return ""
	}
	return ": " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// listed is the path of a list's item, or of the one value given in its place.
func (c *checker) listed(at string, i int) string {
	if _, ok := c.places[item(at, i)]; ok {
		return item(at, i)
	}
	return at
}
