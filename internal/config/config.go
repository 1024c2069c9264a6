package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nightjar/models"
)

// A Config is a project: the content of its nightjar.yaml, defaults filled in.
type Config struct {
	Project     string `yaml:"project" doc:"Name of the project, shown in reports. Without it, the name of its folder."`
	Currency    string `yaml:"currency" required:"true" doc:"Reporting currency, an ISO 4217 code such as EUR. Every fact by customer and month is in it, and every amount without a currency of its own."`
	TimeZone    string `yaml:"time_zone" default:"UTC" doc:"IANA time zone of the business, such as Asia/Shanghai: stamps without a zone are read in it, and business dates are cut in it."`
	DayStartsAt string `yaml:"day_starts_at" default:"00:00" doc:"Time (hh:mm) at which a business day begins. A bar that says 06:00 counts its night to the day before."`
	Country     string `yaml:"default_country" default:"CN" doc:"Country in which a telephone number without a country code lies, an ISO 3166 code of two letters such as CN."`
	AsOf        string `yaml:"as_of" doc:"Day (yyyy-mm-dd) as of which everything is reckoned. Without it, the last complete business day at the start of the run; examples pin it."`

	Sources Sources                     `yaml:"sources" doc:"Where the data comes from, by name."`
	Rows    map[string][]map[string]any `yaml:"rows" doc:"Small inputs given in place: for each input, its rows as column: value."`
	Models  string                      `yaml:"models" default:"models" doc:"Folder of the project's own models and contracts, relative to nightjar.yaml; it need not exist."`

	Deals            Deals    `yaml:"deals" doc:"Which statuses count."`
	Identity         Identity `yaml:"identity" doc:"Which customer keys are one customer, and what is known of it."`
	LapseMonths      int      `yaml:"lapse_months" default:"12" min:"1" doc:"Calendar months without a deal after which a customer has lapsed."`
	Service          Service  `yaml:"service" doc:"How soon customers are to be served."`
	FiscalYearStarts int      `yaml:"fiscal_year_starts" default:"1" min:"1" max:"12" doc:"Month, 1 to 12, in which the fiscal year begins."`
	Rejects          Rejects  `yaml:"rejects" doc:"How many rejected rows stop the night."`
	Landing          Landing  `yaml:"landing" doc:"Copies of what was delivered."`
	Guards           Guards   `yaml:"guards" doc:"How far tables may move from one night to the next."`

	Audits map[string]string `yaml:"audits" oneof:"block|warn|off" doc:"What a failed audit does, by <model>.<test>: block keeps last night's warehouse, warn publishes and says so, off does not run it."`

	State       string `yaml:"state" default:"state" doc:"Folder of the lake and the warehouses, relative to nightjar.yaml. Everything that Nightjar writes lies in it."`
	Keep        int    `yaml:"keep" default:"3" min:"1" doc:"Number of warehouse versions that are kept."`
	MemoryLimit string `yaml:"memory_limit" doc:"Memory that DuckDB may use, such as 4GB. Without it, 80 % of the machine's."`
	Threads     int    `yaml:"threads" default:"0" min:"0" doc:"Threads that DuckDB may use; 0 means one per core."`
	TempLimit   string `yaml:"temp_limit" doc:"Disk that DuckDB may spill to, such as 50GB. Without it, 90 % of what is free."`

	// Path is the file as it was named to Load, Dir the folder it lies in,
	// which Files, Models and State are relative to.
	Path string `yaml:"-" json:"-"`
	Dir  string `yaml:"-" json:"-"`

	contracts map[string]string // of the inputs in Rows
}

// Deals say which canonical statuses make a document count.
type Deals struct {
	IsDeal      []string `yaml:"is_deal" default:"placed,paid,shipped,delivered,returned" doc:"Statuses that make a document a deal."`
	IsFulfilled []string `yaml:"is_fulfilled" default:"shipped,delivered,returned" doc:"Statuses of which the goods have left."`

	Moves map[string][]string `yaml:"moves" doc:"What a document's status may become from one night to the next, by status; one that is not named may become any. Another move fails the guard fact_document.status.moves. Without it: paid becomes shipped, delivered, cancelled or returned; shipped becomes delivered, cancelled or returned; delivered becomes returned; cancelled and returned stay."`
}

// Service says how soon customers are to be served.
type Service struct {
	FirstAnswerHours AnswerHours `yaml:"first_answer_hours" doc:"Hours within which a case is to be answered for the first time, by its severity. Cases without a severity have no standard."`
	AnswerSeconds    int         `yaml:"answer_seconds" default:"20" min:"1" max:"86400" doc:"Seconds within which a call or chat is to be answered: mart_service.service_level is the share that was."`
}

// AnswerHours are standards by severity of a case.
type AnswerHours struct {
	Low      float64 `yaml:"low" default:"72" min:"0.01" max:"8760" doc:"Hours for cases of severity low."`
	Normal   float64 `yaml:"normal" default:"24" min:"0.01" max:"8760" doc:"Hours for cases of severity normal."`
	High     float64 `yaml:"high" default:"8" min:"0.01" max:"8760" doc:"Hours for cases of severity high."`
	Critical float64 `yaml:"critical" default:"2" min:"0.01" max:"8760" doc:"Hours for cases of severity critical."`
}

// literal is the standards as an SQL map of severity to hours.
func (h AnswerHours) literal() string {
	return fmt.Sprintf("map {'low': %s, 'normal': %s, 'high': %s, 'critical': %s}", hours(h.Low), hours(h.Normal), hours(h.High), hours(h.Critical))
}

func hours(h float64) string { return strconv.FormatFloat(h, 'f', -1, 64) + "::double" }

// Identity says how customer keys become customers.
type Identity struct {
	MaxKeys        int      `yaml:"max_keys" default:"20" min:"2" max:"100" doc:"Customer keys that may share one master id, member card, telephone number or e-mail address; a value that more keys carry links nobody, and stands in dim_customer_link_refused."`
	SystemPriority []string `yaml:"system_priority" doc:"Systems in the order in which dim_customer believes them, the best first: each attribute is that of the first one that has it. Those not named follow in the order of the sources."`
}

// Rejects are the limits, for each delivery and mapping, above either of which
// the night stops.
type Rejects struct {
	MaxRows     int64   `yaml:"max_rows" default:"10000" min:"0" doc:"Rejected rows of one delivery and mapping beyond which the night stops."`
	MaxShare    float64 `yaml:"max_share" default:"0.02" min:"0" max:"1" doc:"Share of the rows of one delivery and mapping, rejected, beyond which the night stops, from the eleventh reject on; 0.02 is 2 %."`
	KeepRawDays int     `yaml:"keep_raw_days" default:"90" min:"1" doc:"Days after which the raw text and the value of a reject are removed; which rule it broke, and where, stays."`
}

// Landing says how long delivered files are kept in the lake.
type Landing struct {
	KeepDays int `yaml:"keep_days" default:"0" min:"0" doc:"Days for which a packed copy of every delivered file is kept, to be read again when a mapping changed and the file is no longer there; 0 keeps none."`
}

// Guards are thresholds that compare a night with the one before.
type Guards struct {
	RowDrop float64 `yaml:"row_drop" default:"0.5" min:"0" max:"1" doc:"Share of its rows that a table may lose from one night to the next; beyond it the night is not published."`

	LastNight     float64 `yaml:"last_night" default:"0.5" min:"0" max:"1" doc:"Share by which a fact's measure of a month may fall from one night to the next, or, once the month is over, rise: 0.5 lets it halve or double. Beyond it the guard <model>.<measure>.last_night warns; 0 turns it off."`
	ComparableDay float64 `yaml:"comparable_day" default:"0.8" min:"0" max:"1" doc:"Share by which a fact's rows or measure of a new day may differ from those of the comparable day of the year before (dim_date.comparable_date): 0.8 lets it be a fifth to five times. Beyond it the guard <model>.<measure>.comparable_day warns; 0 turns it off."`

	Deleted float64 `yaml:"deleted" default:"0.2" min:"0" max:"1" doc:"Share of an input's rows that one delivery may delete or a snapshot may leave out; beyond it the night is not published."`
}

// Load reads the project file at path, fills in the environment's values and
// the defaults, and checks it against the catalog. All problems are returned
// joined, each a *Problem, in order of their lines.
func Load(path string, env func(string) (string, bool), catalog *models.Catalog) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the project file: %w", err)
	}
	return parse(path, text, env, catalog)
}

func parse(path string, text []byte, env func(string) (string, bool), catalog *models.Catalog) (*Config, error) {
	c := &Config{Path: path, Dir: filepath.Dir(path), contracts: map[string]string{}}
	r := newReader(env)
	if r.document(text, c) {
		c.settle()
		r.checking = true
		(&checker{reader: r, config: c, catalog: catalog}).check()
	}
	if err := r.failure(path); err != nil {
		return nil, err
	}
	return c, nil
}

// ModelsFolder reads only where the project's own models lie, which is needed
// before there is a catalog to Load with. It reports no problem of the file
// but that it cannot be read at all: Load will.
func ModelsFolder(path string, env func(string) (string, bool)) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the project file: %w", err)
	}
	c := &Config{}
	r := newReader(env)
	if !r.document(text, c) {
		return "", r.failure(path)
	}
	return under(filepath.Dir(path), c.Models), nil
}

// settle fills in what defaults to another value of the file.
func (c *Config) settle() {
	if c.Project == "" {
		if dir, err := filepath.Abs(c.Dir); err == nil {
			c.Project = filepath.Base(dir)
		}
	}
	for _, s := range c.Sources {
		s.TimeZone = cmp.Or(s.TimeZone, c.TimeZone)
		s.dayStartsAt = c.DayStartsAt
	}
}

// StateDir is the path of the state folder.
func (c *Config) StateDir() string { return under(c.Dir, c.State) }

// ModelsDir is the path of the folder of the project's own models.
func (c *Config) ModelsDir() string { return under(c.Dir, c.Models) }

func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// Vars gives the project variables of the models as SQL literals, asOf
// (yyyy-mm-dd) being the night's.
func (c *Config) Vars(asOf string) map[string]string {
	return map[string]string{
		"currency":           text(c.Currency),
		"time_zone":          text(c.TimeZone),
		"as_of":              "date " + text(asOf),
		"is_deal":            list(c.Deals.IsDeal),
		"is_fulfilled":       list(c.Deals.IsFulfilled),
		"default_country":    text(c.Country),
		"identity_max_keys":  strconv.Itoa(c.Identity.MaxKeys),
		"system_priority":    list(c.systems()),
		"lapse_months":       strconv.Itoa(c.LapseMonths),
		"first_answer_hours": c.Service.FirstAnswerHours.literal(),
		"answer_seconds":     strconv.Itoa(c.Service.AnswerSeconds),
		"fiscal_year_starts": strconv.Itoa(c.FiscalYearStarts),
	}
}

// systems are those of the sources, in the order of their priority.
func (c *Config) systems() []string {
	systems := slices.Clone(c.Identity.SystemPriority)
	for _, system := range c.Sources.Systems() {
		if !slices.Contains(systems, system) {
			systems = append(systems, system)
		}
	}
	return systems
}

// text is a SQL text literal.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// list is one of SQL texts in parentheses; an empty one equals nothing.
func list(words []string) string {
	if len(words) == 0 {
		return "(null)"
	}
	literals := make([]string, len(words))
	for i, word := range words {
		literals[i] = text(word)
	}
	return "(" + strings.Join(literals, ", ") + ")"
}

// A Problem is one thing wrong with a project file, and what to do about it.
type Problem struct {
	Path    string
	Line    int
	Message string
}

func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Message) }

// failure joins the problems found, by line; nil when there are none.
func (r *reader) failure(path string) error {
	slices.SortStableFunc(r.problems, func(a, b *Problem) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(r.problems))
	for i, p := range r.problems {
		p.Path = path
		errs[i] = p
	}
	return errors.Join(errs...)
}
