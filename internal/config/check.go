package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zones, also where the machine has none

	"golang.org/x/text/currency"

	"nightjar/internal/contact"
	"nightjar/models"
)

// A checker finds what the types alone cannot rule out.
type checker struct {
	*reader
	config  *Config
	catalog *models.Catalog
	// statuses are the canonical words of the catalog's status columns.
	statuses []string
	// extra remembers the type of each x_ column and where it was first given.
	extra map[string]*Expr
}

var (
	clock    = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	size     = regexp.MustCompile(`^\d+(\.\d+)? ?([KMGT]i?B)$`)
	filename = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	word     = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func (c *checker) check() {
	p := c.config
	c.statuses, c.extra = statuses(c.catalog), map[string]*Expr{}
	c.currency(p.Currency)
	c.zone("time_zone", p.TimeZone)
	if !clock.MatchString(p.DayStartsAt) {
		c.at("day_starts_at", "is %s: write a time like 04:00", c.quote("day_starts_at", p.DayStartsAt))
	}
	if _, err := time.Parse(time.DateOnly, p.AsOf); p.AsOf != "" && err != nil {
		c.at("as_of", "is %s: write a day like 2018-10-17", c.quote("as_of", p.AsOf))
	}
	c.country(p.Country)
	c.priority(p.Identity.SystemPriority)
	c.size("memory_limit", p.MemoryLimit)
	c.size("temp_limit", p.TempLimit)
	c.deals("deals.is_deal", p.Deals.IsDeal)
	c.deals("deals.is_fulfilled", p.Deals.IsFulfilled)
	c.moves("deals.moves", p.Deals.Moves)
	for _, name := range sorted(p.Audits) {
		c.audit(join("audits", name), name)
	}
	for _, source := range p.Sources {
		c.source(source, join("sources", source.Name))
	}
	for _, input := range sorted(p.Rows) {
		c.rows(input, p.Rows[input])
	}
}

// sorted lists the keys of a map in an order that stays the same.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// statuses lists the accepted words of every status column, each once.
func statuses(catalog *models.Catalog) []string {
	var words []string
	for _, name := range sorted(catalog.Inputs) {
		for _, column := range catalog.Inputs[name].Columns {
			if !column.StatusMap {
				continue
			}
			for _, word := range column.Accepted {
				if !slices.Contains(words, word) {
					words = append(words, word)
				}
			}
		}
	}
	return words
}

func (c *checker) currency(code string) {
	if code == "" {
		return // missing, and said
	}
	if unit, err := currency.ParseISO(code); err != nil || unit.String() != code {
		c.at("currency", "is %s, which is no ISO 4217 code: write one like EUR or CNY", c.quote("currency", code))
	}
}

func (c *checker) country(code string) {
	if contact.IsCountry(code) {
		return
	}
	hint := ""
	if upper := strings.ToUpper(code); contact.IsCountry(upper) {
		hint = " (did you mean \"" + upper + "\"?)"
	}
	c.at("default_country", "is %s, which is no ISO 3166 code of two letters%s: write one like CN or DE", c.quote("default_country", code), hint)
}

// priority checks that each system is there, and named once.
func (c *checker) priority(systems []string) {
	known := c.config.Sources.Systems()
	for i, system := range systems {
		path := c.listed("identity.system_priority", i)
		switch {
		case !slices.Contains(known, system):
			c.at(path, "is %s, which is no system of the sources%s: they are %s", c.quote(path, system), c.near(path, system, known), orNone(known))
		case slices.Index(systems, system) < i:
			c.at(path, "is %s, which stands before: name each system once", c.quote(path, system))
		}
	}
}

// zones are proposed for a misspelt one; any other of IANA's is as good.
var zones = []string{
	"UTC", "Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
	"Europe/Zurich", "Europe/Vienna", "Europe/Amsterdam", "Europe/Brussels", "Europe/Stockholm", "Europe/Warsaw",
	"Europe/Athens", "Europe/Istanbul", "Europe/Moscow", "Africa/Cairo", "Africa/Lagos", "Africa/Nairobi",
	"Africa/Johannesburg", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta",
	"Asia/Ho_Chi_Minh", "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Hong_Kong", "Asia/Taipei",
	"Asia/Shanghai", "Asia/Urumqi", "Asia/Seoul", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney",
	"Pacific/Auckland", "America/Sao_Paulo", "America/Buenos_Aires", "America/Santiago", "America/Bogota",
	"America/Lima", "America/Mexico_City", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "America/Toronto", "America/Vancouver",
}

func (c *checker) zone(path, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		c.at(path, "is %s, which is no IANA time zone%s: write one like Asia/Shanghai", c.quote(path, name), c.near(path, name, zones))
	}
}

func (c *checker) size(path, amount string) {
	if amount != "" && !size.MatchString(amount) {
		c.at(path, "is %s: write an amount like 4GB or 800MB", c.quote(path, amount))
	}
}

func (c *checker) deals(path string, words []string) {
	if len(words) == 0 {
		c.at(path, "is empty: name at least one of %s", either(c.statuses))
	}
	for i, status := range words {
		c.status(c.listed(path, i), status)
	}
}

func (c *checker) status(path, status string) {
	if !slices.Contains(c.statuses, status) {
		c.at(path, "is %s: use %s%s", c.quote(path, status), either(c.statuses), c.near(path, status, c.statuses))
	}
}

func (c *checker) moves(path string, moves map[string][]string) {
	for _, from := range sorted(moves) {
		here := join(path, from)
		c.status(here, from)
		for i, to := range moves[from] {
			c.status(c.listed(here, i), to)
		}
	}
}

// audit checks that a key of audits names a test of a model, an input or a source.
func (c *checker) audit(path, name string) {
	model, test, found := strings.Cut(name, ".")
	m := c.catalog.Models[model]
	if test == models.Freshness {
		c.freshness(path, model)
		return
	}
	if in := c.catalog.Inputs[model]; m == nil && in != nil {
		column, ok := in.Column(strings.TrimSuffix(test, ".references"))
		if !ok || column.References == "" || !strings.HasSuffix(test, ".references") {
			c.at(path, "is no test of the input %s: only columns with references have one, <column>.references", model)
		}
		return
	}
	switch {
	case !found:
		c.at(path, "names no test: write <model>.<test>, or <source>.freshness")
	case m == nil:
		c.at(path, "names no model%s", c.near(path, model, sorted(c.catalog.Models)))
	case !slices.Contains(m.Audits(), test):
		c.at(path, "is no test of %s%s: its tests are %s", model, c.near(path, test, m.Audits()), orNone(m.Audits()))
	}
}

func (c *checker) freshness(path, source string) {
	switch s := c.config.Sources.Named(source); {
	case s == nil:
		c.at(path, "names no source%s", c.near(path, source, c.config.Sources.Names()))
	case s.ExpectDays == 0:
		c.at(path, "is about a source of which nothing is expected: say expect_days on it")
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
