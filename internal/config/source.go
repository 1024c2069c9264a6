package config

import (
	"slices"
	"strings"

	"nightjar/models"
)

// Sources are in the order in which they are written.
type Sources []*Source

// A Source is one place from which a system's data comes.
type Source struct {
	Name         string            `yaml:"-" key:"name"`
	System       string            `yaml:"system" required:"true" doc:"Business system whose keys mean the same thing, such as pos or shop. Every key lives within its system."`
	Files        []string          `yaml:"files" required:"true" doc:"Globs of the delivered files, relative to nightjar.yaml. What arrives in one night counts in natural order of the names (9 before 10)."`
	Format       string            `yaml:"format" default:"csv" oneof:"csv" doc:"Format of the files. A csv file may be compressed (.gz, .zst)."`
	CSV          CSV               `yaml:"csv" doc:"Dialect of the csv files. It is never guessed at night."`
	Mode         string            `yaml:"mode" default:"append" oneof:"append|upsert|snapshot" doc:"What a delivery means: append adds rows (a new version of the same file replaces what the old one gave), upsert brings newer versions of rows by key, snapshot holds everything there is (what is missing has been deleted)."`
	Key          string            `yaml:"key" oneof:"none" doc:"none: the rows have no key, every row counts, identical twins included. Without it, the key of the input's contract."`
	TimeZone     string            `yaml:"time_zone" doc:"IANA time zone of stamps that carry none. Without it, the project's."`
	VersionBy    string            `yaml:"version_by" doc:"Expression over the source's columns that says which version of a row is newer: the greater. Without it, the order of arrival. delivery_name is the file's."`
	SameContent  string            `yaml:"same_content" default:"hold" oneof:"hold|load" doc:"What happens to a file equal to one loaded under another name: hold keeps it back with a warning, load takes it (two tills may truly deliver equal files)."`
	Optional     bool              `yaml:"optional" default:"false" doc:"Whether the night goes on when no file of this source is there, or a delivery of it is bad; the bad one is held, and said."`
	Formats      Formats           `yaml:"formats" doc:"How dates, times and numbers are written."`
	DateFromName string            `yaml:"date_from_name" doc:"Regular expression with one group that finds the delivery's own date (yyyy-mm-dd or yyyymmdd) in the file's name."`
	Status       map[string]string `yaml:"status" doc:"What the source's status words mean: placed, paid, shipped, delivered, cancelled or returned, by word. A canonical word means itself."`
	Maps         Maps              `yaml:"maps" required:"true" doc:"For each input that the source feeds, how it is made."`

	dayStartsAt string
}

// CSV is the dialect of a source's files.
type CSV struct {
	Delimiter string   `yaml:"delimiter" default:"," doc:"Character between fields; a tab is \"\\t\"."`
	Quote     string   `yaml:"quote" default:"\"" doc:"Character around fields; empty for none."`
	Escape    string   `yaml:"escape" doc:"Character before a quote within a quoted field. Without it, the quote itself (doubled quotes)."`
	Header    *bool    `yaml:"header" default:"true" doc:"Whether the first line names the columns."`
	Columns   []string `yaml:"columns" doc:"Names of the columns, in order, with header: false."`
}

// HasHeader says whether the first line of a file names its columns.
func (c CSV) HasHeader() bool { return c.Header == nil || *c.Header }

// Formats say how a source writes its values.
type Formats struct {
	Date      string `yaml:"date" default:"%Y-%m-%d" doc:"Dates, as strptime writes it; a time of day in it is read and dropped."`
	Timestamp string `yaml:"timestamp" default:"%Y-%m-%d %H:%M:%S" doc:"Points in time, as strptime writes it; with %z where they carry a zone."`
	Decimal   string `yaml:"decimal" default:"." oneof:".|," doc:"Mark before decimals: a point or a comma."`
	Thousands string `yaml:"thousands" doc:"Mark between thousands, one character; none by default."`
}

// Maps are in the order in which they are written.
type Maps []*Mapping

// A Mapping says how one input is made of a source's rows.
type Mapping struct {
	Input   string            `yaml:"-" key:"input"`
	Filter  string            `yaml:"filter" doc:"Condition over the source's columns; other rows are counted as filtered."`
	Unpivot *Unpivot          `yaml:"unpivot" doc:"Makes one row of each of several columns, before the filter and the expressions."`
	Columns Columns           `yaml:"columns" required:"true" doc:"For each column of the input, an expression over the source's columns. Expressions may also name source_row (the record's number) and delivery_name (the file's name, with folders below those that files fixes). Columns named x_… are your own and are carried along."`
	Rules   map[string]string `yaml:"rules" oneof:"reject|null|warn|fail" doc:"What happens to a row that breaks a rule, by rule or column.rule: reject keeps it out, null empties the column, warn takes it and counts it, fail stops the night."`

	// Contract is the input's, from the catalog.
	Contract *models.Input `yaml:"-" json:"-"`
}

// An Unpivot makes many rows of one: a survey with a column per question.
type Unpivot struct {
	Columns []string `yaml:"columns" required:"true" doc:"The source's columns that become rows."`
	Name    string   `yaml:"name" required:"true" doc:"Name under which expressions find the column's name."`
	Value   string   `yaml:"value" required:"true" doc:"Name under which expressions find the column's value."`
}

// Columns are in the order in which they are written.
type Columns []Expr

// An Expr is the expression that gives one column of an input.
type Expr struct {
	Column string      `yaml:"-" key:"column"`
	SQL    string      `yaml:"sql" required:"true" short:"true" doc:"Expression over the source's columns, which are text."`
	Format string      `yaml:"format" doc:"strptime format of a date or point in time, where it is not the source's."`
	Type   models.Type `yaml:"type" doc:"Type of a column named x_…: boolean, int, bigint, decimal(p,s), double, date, timestamptz or string. Without it, string."`
	// Personal columns stay in the lake.
	Personal bool `yaml:"personal" doc:"Of a column named x_…: whether it says who somebody is. It then stays in the lake, out of the warehouse."`
	Line     int  `yaml:"-" json:"-" line:"true"`
}

// OwnColumns are the columns named x_… that the sources give each input, in
// order of their names.
func (c *Config) OwnColumns() map[string][]models.Column {
	own := map[string][]models.Column{}
	for _, s := range c.Sources {
		for _, m := range s.Maps {
			for _, column := range m.Own() {
				if !slices.ContainsFunc(own[m.Input], func(k models.Column) bool { return k.Name == column.Name }) {
					own[m.Input] = append(own[m.Input], column)
				}
			}
		}
	}
	for _, columns := range own {
		slices.SortFunc(columns, func(a, b models.Column) int { return strings.Compare(a.Name, b.Name) })
	}
	return own
}

// Named returns the source of that name, or nil.
func (ss Sources) Named(name string) *Source {
	i := slices.IndexFunc(ss, func(s *Source) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return ss[i]
}

// Systems lists the systems of the sources, each once, in order of appearance.
func (ss Sources) Systems() []string {
	var systems []string
	for _, s := range ss {
		if !slices.Contains(systems, s.System) {
			systems = append(systems, s.System)
		}
	}
	return systems
}

// HasKey says whether rows of the source are told apart by their input's key.
func (s *Source) HasKey() bool { return s.Key != "none" }

// For returns the mapping onto the input, or nil.
func (ms Maps) For(input string) *Mapping {
	i := slices.IndexFunc(ms, func(m *Mapping) bool { return m.Input == input })
	if i < 0 {
		return nil
	}
	return ms[i]
}

// Column returns the expression of an input's column, and whether it is mapped.
func (cs Columns) Column(name string) (Expr, bool) {
	i := slices.IndexFunc(cs, func(e Expr) bool { return e.Column == name })
	if i < 0 {
		return Expr{}, false
	}
	return cs[i], true
}
