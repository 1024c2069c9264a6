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
	Format       string            `yaml:"format" default:"csv" oneof:"csv|aligned|fixed|json|parquet|excel|poslog" doc:"Format of the files: csv (any delimited text), aligned (columns set apart by blanks), fixed (columns of fixed width), json (one value, a list, or one object a line), parquet, excel (.xlsx), poslog (NRF/ARTS POSLog XML). Files may be packed (.gz, .zst, .zip); each member of a zip archive is a delivery of its own."`
	Encoding     string            `yaml:"encoding" doc:"Encoding of csv, aligned and fixed text, such as gb18030, big5, utf-16 or windows-1252; without it, UTF-8. XML says its own."`
	Members      string            `yaml:"members" doc:"Of zip archives: glob of the names of the members to read (folders left out). Without it, all."`
	CSV          CSV               `yaml:"csv" doc:"Dialect of the csv files. It is never guessed at night."`
	Aligned      Aligned           `yaml:"aligned" doc:"Columns of aligned text."`
	Fixed        Fixed             `yaml:"fixed" doc:"Columns of text of fixed width."`
	JSON         JSON              `yaml:"json" doc:"Where the records of json files are."`
	Excel        Excel             `yaml:"excel" doc:"Where the records of Excel files are."`
	Lines        Lines             `yaml:"lines" doc:"Lines of csv, aligned or fixed text that are no records."`
	Control      *Control          `yaml:"control" doc:"What the lines at the end of a file say about it; it is checked."`
	Mode         string            `yaml:"mode" default:"append" oneof:"append|upsert|snapshot|replace" doc:"What a delivery means: append adds rows (a new version of the same file replaces what the old one gave), upsert brings newer versions of rows by key, snapshot holds everything there is (what is missing has been deleted), replace holds everything within its scope (what was there before, of the scope, goes)."`
	Scope        []string          `yaml:"scope" doc:"Columns of the input. With replace: a delivery replaces all earlier rows that agree with one of its own in them, such as [document_id], or [business_date, store_id]. With snapshot: what is missing is deleted only where it agrees with one of the delivery's rows in them."`
	Window       *Window           `yaml:"window" doc:"With replace, in place of scope: a delivery replaces all earlier rows of a span of days."`
	DeletedWhen  string            `yaml:"deleted_when" doc:"Condition over the source's columns under which a row says that its key is deleted. Such a row needs its key alone. Not with append."`
	Parts        string            `yaml:"parts" doc:"With snapshot: regular expression with the named groups set, part and of that finds in a delivery's name which part of which snapshot it is, such as (?P<set>\\d{8})-(?P<part>\\d+)of(?P<of>\\d+). A snapshot waits until all its parts are there."`
	Settle       string            `yaml:"settle" doc:"How long a file must have been left unchanged before it is read, such as 5m: a younger one may still be being written, and waits."`
	Done         string            `yaml:"done" doc:"Name of the marker that says that a file is whole, beside it, with {name} for its own name, such as {name}.done. A file without it waits."`
	Key          string            `yaml:"key" oneof:"none" doc:"none: the rows have no key, every row counts, identical twins included. Without it, the key of the input's contract."`
	TimeZone     string            `yaml:"time_zone" doc:"IANA time zone of stamps that carry none. Without it, the project's."`
	VersionBy    string            `yaml:"version_by" doc:"Expression over the source's columns that says which version of a row is newer: the greater. Without it, the order of arrival. delivery_name is the file's."`
	SameContent  string            `yaml:"same_content" default:"hold" oneof:"hold|load" doc:"What happens to a file equal to one loaded under another name: hold keeps it back with a warning, load takes it (two tills may truly deliver equal files)."`
	Optional     bool              `yaml:"optional" default:"false" doc:"Whether the night goes on when no file of this source is there, or a delivery of it is bad; the bad one is held, and said."`
	ExpectDays   int               `yaml:"expect_days" default:"0" min:"0" doc:"Days within which new rows are expected: when the source's newest business date (of inputs without one, the day of its last delivery) lies more days than that before as_of, the guard <source>.freshness warns. 0 expects nothing."`
	RenamedFrom  string            `yaml:"renamed_from" doc:"Name that the source had before: what it gave under that name is its own."`
	Formats      Formats           `yaml:"formats" doc:"How dates, times and numbers are written."`
	DateFromName string            `yaml:"date_from_name" doc:"Regular expression with one group that finds the delivery's own date (yyyy-mm-dd or yyyymmdd) in the file's name."`
	Status       map[string]string `yaml:"status" doc:"What the source's status words mean: placed, paid, shipped, delivered, cancelled or returned, by word. A canonical word means itself."`
	Maps         Maps              `yaml:"maps" required:"true" doc:"For each input that the source feeds, how it is made."`

	dayStartsAt string
}

// CSV is the dialect of a source's files.
type CSV struct {
	Delimiter string   `yaml:"delimiter" default:"," doc:"What stands between fields; a tab is \"\\t\". With more than one character, or one that is not ASCII, quote must be empty."`
	Quote     string   `yaml:"quote" default:"\"" doc:"Character around fields; empty for none."`
	Escape    string   `yaml:"escape" doc:"Character before a quote within a quoted field. Without it, the quote itself (doubled quotes)."`
	Header    *bool    `yaml:"header" default:"true" doc:"Whether the first line names the columns."`
	Columns   []string `yaml:"columns" doc:"Names of the columns, in order, with header: false."`
}

// HasHeader says whether the first line of a file names its columns.
func (c CSV) HasHeader() bool { return c.Header == nil || *c.Header }

// Simple says whether fields are set apart by one ASCII character.
func (c CSV) Simple() bool { return len(c.Delimiter) == 1 && c.Delimiter[0] < 0x80 }

// Aligned is text whose columns are set apart by blanks.
type Aligned struct {
	Header  *bool    `yaml:"header" default:"false" doc:"Whether the first line names the columns."`
	Columns []string `yaml:"columns" doc:"Names of the columns, in order, without a header."`
}

// HasHeader says whether the first line of a file names its columns.
func (a Aligned) HasHeader() bool { return a.Header != nil && *a.Header }

// Fixed is text whose columns have fixed widths.
type Fixed struct {
	Columns []Width `yaml:"columns" doc:"The columns, in order."`
	Unit    string  `yaml:"unit" default:"character" oneof:"character|byte" doc:"What from and width count: characters, or bytes of the file's own encoding, as old systems do (a Chinese character is then two)."`
	Trimmed bool    `yaml:"trimmed" default:"false" doc:"Whether lines may end early, since their writer leaves blanks at the end out. Else a line that is too short is rejected."`
}

// A Width is where a column lies in a line.
type Width struct {
	Name  string `yaml:"name" required:"true" doc:"Name of the column."`
	From  int    `yaml:"from" default:"0" min:"0" doc:"Where it begins, from 1; without it, behind the column before."`
	Width int    `yaml:"width" default:"0" min:"0" doc:"How wide it is. Without it, to the line's end."`
}

// JSON says where in a file records are.
type JSON struct {
	Records string   `yaml:"records" doc:"Path of the list of records, with dots: data.orders. Without it, the file itself is a list, one record, or one record a line."`
	Columns []string `yaml:"columns" doc:"Fields, by path, that a file may lack altogether. They are then empty; any other that a mapping names and no record has is an error."`
}

// Excel says where in a workbook records are.
type Excel struct {
	Sheet      string   `yaml:"sheet" doc:"Name of the sheet; without it, the one visible sheet that holds anything."`
	HeaderRow  int      `yaml:"header_row" default:"0" min:"0" doc:"Row of the column names, from 1; without it, the first that holds anything."`
	HeaderRows int      `yaml:"header_rows" default:"1" min:"1" doc:"How many rows the column names span; the parts of one name are joined by \" / \", and those of merged cells stand above all columns that they span."`
	Columns    []string `yaml:"columns" doc:"Names of the columns, in order, of a sheet without a header."`
}

// Lines of a text file that are no records.
type Lines struct {
	Skip    int    `yaml:"skip" default:"0" min:"0" doc:"How many lines stand before the header, or before the first record."`
	Comment string `yaml:"comment" doc:"Character with which lines begin that are comments."`
	Footer  int    `yaml:"footer" default:"0" min:"0" doc:"How many lines at the end are no records, such as a total; control checks what they say."`
}

// Control is what a file says about itself at its end.
type Control struct {
	Pattern string            `yaml:"pattern" required:"true" doc:"Regular expression with named groups, such as ^TOTAL;(?P<records>\\d+);(?P<amount>.+)$, that one of the footer's lines matches. The group records is the number of records; the others are sums."`
	Sums    map[string]string `yaml:"sums" doc:"For each further group, the column of the file whose sum it is; written as formats says."`
}

// Formats say how a source writes its values.
type Formats struct {
	Date      string `yaml:"date" default:"%Y-%m-%d" doc:"Dates, as strptime writes it; a time of day in it is read and dropped."`
	Timestamp string `yaml:"timestamp" default:"%Y-%m-%d %H:%M:%S" doc:"Points in time, as strptime writes it; with %z where they carry a zone."`
	Decimal   string `yaml:"decimal" default:"." oneof:".|," doc:"Mark before decimals: a point or a comma."`
	Thousands string `yaml:"thousands" doc:"Mark between thousands, one character; none by default."`
}

// A Window is a span of days that a delivery replaces.
type Window struct {
	By   string `yaml:"by" required:"true" doc:"Column of the input, a date."`
	Days int    `yaml:"days" default:"0" min:"0" doc:"How many days up to the delivery's own date, that day included. Without it, from the first to the last date in the delivery."`
}

// Maps are in the order in which they are written.
type Maps []*Mapping

// A Mapping says how one input is made of a source's rows.
type Mapping struct {
	Input   string            `yaml:"-" key:"input"`
	From    string            `yaml:"from" doc:"Which table of a delivery: of json, the path of a list within each record, whose elements are then the rows, with the fields of the record around them; of poslog, transaction, line, tender, …"`
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

// Names lists the sources' names, in order of appearance.
func (ss Sources) Names() []string {
	names := make([]string, len(ss))
	for i, s := range ss {
		names[i] = s.Name
	}
	return names
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
