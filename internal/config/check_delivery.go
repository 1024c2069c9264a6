package config

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"nightjar/models"
)

// delivery checks what a source says of its deliveries.
func (c *checker) delivery(s *Source, at string) {
	c.replacing(s, at)
	c.expression(join(at, "deleted_when"), s.DeletedWhen)
	if s.DeletedWhen != "" && (s.Mode == "append" || s.Mode == "" || s.Key == "none") {
		c.at(join(at, "deleted_when"), "is for rows that are told apart by their key, in mode upsert, snapshot or replace")
	}
	if s.RenamedFrom != "" && c.config.Sources.Named(s.RenamedFrom) != nil {
		c.at(join(at, "renamed_from"), "names the source %s, which is still there: a source that was renamed has its new name alone", s.RenamedFrom)
	}
	if s.Parts != "" {
		c.parts(s, join(at, "parts"))
	}
	if _, err := time.ParseDuration(s.Settle); s.Settle != "" && err != nil {
		c.at(join(at, "settle"), "is %s: write a time like 90s, 5m or 1h", c.quote(join(at, "settle"), s.Settle))
	}
	if s.Done != "" && (!strings.Contains(s.Done, "{name}") || s.Done == "{name}") {
		c.at(join(at, "done"), "is %s: write the marker's name with {name} for the file's, such as {name}.done", c.quote(join(at, "done"), s.Done))
	}
}

// replacing checks what a delivery replaces.
func (c *checker) replacing(s *Source, at string) {
	switch {
	case s.Mode == "replace" && len(s.Scope) == 0 && s.Window == nil:
		c.at(join(at, "mode"), "is replace, and nothing says what: give the columns of its scope, such as scope: [document_id], or a window of days")
	case len(s.Scope) > 0 && s.Window != nil:
		c.at(join(at, "window"), "and scope both say what is replaced: give one")
	case s.Window != nil && s.Mode != "replace":
		c.at(join(at, "window"), "is for mode replace")
	case len(s.Scope) > 0 && s.Mode != "replace" && s.Mode != "snapshot":
		c.at(join(at, "scope"), "is for modes replace and snapshot")
	}
	for _, m := range s.Maps {
		if m.Contract == nil {
			continue
		}
		for i, name := range s.Scope {
			if column, ok := m.Contract.Column(name); !ok || len(column.FromOwner) > 0 {
				c.at(c.listed(join(at, "scope"), i), "is no column of %s%s, which this source feeds", m.Input, c.near(at, name, models.Names(m.Contract.Columns)))
			}
		}
		if s.Window == nil {
			continue
		}
		if column, ok := m.Contract.Column(s.Window.By); !ok || column.Type != "date" {
			c.at(join(at, "window.by"), "is no date of %s%s, which this source feeds", m.Input, c.near(at, s.Window.By, models.Names(m.Contract.Columns)))
		}
	}
}

func (c *checker) parts(s *Source, at string) {
	re, err := regexp.Compile(s.Parts)
	switch {
	case s.Mode != "snapshot":
		c.at(at, "is for mode snapshot: files of other modes stand for themselves")
	case err != nil:
		c.at(at, "is no regular expression (RE2)%s", c.why(at, err))
	case slices.ContainsFunc([]string{"set", "part", "of"}, func(group string) bool { return re.SubexpIndex(group) < 0 }):
		c.at(at, "lacks one of its groups: (?P<set>…), (?P<part>…) and (?P<of>…)")
	}
}
