// Package rejects reads the rows that could not be taken, with their raw text,
// back from the lake.
package rejects

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
)

// A Reject is one source row that could not be taken. Raw, its text as
// delivered, may hold personal data.
type Reject struct {
	DeliveryID int64  `json:"delivery_id"`
	Source     string `json:"source"`
	Delivery   string `json:"delivery"`
	Input      string `json:"input"`
	Rule       string `json:"rule"`
	Column     string `json:"column"`
	Line       int64  `json:"line"`
	SourceRow  int64  `json:"source_row"`
	Reason     string `json:"reason"`
	Action     string `json:"action"`
	// Shape is what the value of the column looked like.
	Shape string `json:"shape,omitempty"`
	Value string `json:"value,omitempty"`
	Raw   string `json:"raw,omitempty"`
}

// Options say which rejects to list. Empty texts mean all.
type Options struct {
	Source, Delivery, Input, Rule string
	// Run is a run whose own rejects are listed, a failed one's too; empty
	// means those of the current night.
	Run string
	// NoRaw leaves the raw text out.
	NoRaw bool
	// Limit of what is listed; 0 means all.
	Limit int
}

// Each hands the rejects over, by source, delivery and line, until one is not
// taken. It returns how many there are in all, beyond the limit too.
func Each(ctx context.Context, l *lake.Lake, o Options, take func(Reject) error) (int64, error) {
	files, err := files(l, o.Run)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: "256MB", Temp: l.TempDir()})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	where, values := o.where()
	from := " from " + duck.Parquet(files) + where
	var total int64
	if err := db.QueryRowContext(ctx, "select count(*)"+from, values...).Scan(&total); err != nil {
		return 0, fmt.Errorf("counting the rejects: %w", duck.Scrub(err))
	}
	rows, err := db.QueryContext(ctx, o.selected()+from+` order by source, delivery, line, source_row, input, rule, "column"`+o.limit(), values...)
	if err != nil {
		return 0, fmt.Errorf("reading the rejects: %w", duck.Scrub(err))
	}
	return total, each(rows, take)
}

// A Tally is how many rejects have some of their words in common.
type Tally struct {
	Words []string `json:"words"`
	// Rejects were kept out, Amended were taken with a value emptied or a warning.
	Rejects int64 `json:"rejects"`
	Amended int64 `json:"amended"`
	// First of them, for an example.
	Delivery string `json:"delivery"`
	Line     int64  `json:"line"`
	Shape    string `json:"shape"`
}

// Dimensions are the words by which rejects can be tallied.
var Dimensions = []string{"rule", "source", "delivery", "input", "column", "action", "shape"}

// By tallies the rejects by some of the Dimensions, the most frequent first.
func By(ctx context.Context, l *lake.Lake, o Options, dimensions []string) ([]Tally, error) {
	for _, d := range dimensions {
		if !slices.Contains(Dimensions, d) {
			return nil, exitcode.With(exitcode.Usage, fmt.Errorf("tallying the rejects: there is no %q: use %s", d, strings.Join(Dimensions, ", ")))
		}
	}
	files, err := files(l, o.Run)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: "256MB", Temp: l.TempDir()})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	where, values := o.where()
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`select [%[1]s], count(*) filter (action in ('reject', 'fail')), count(*) filter (action not in ('reject', 'fail')),
		min_by(delivery, (delivery, line)), coalesce(min_by(line, (delivery, line)), 0), coalesce(min_by(shape, (delivery, line)), '')
		from %[2]s%[3]s group by all order by count(*) desc, 1`, "coalesce("+strings.ReplaceAll(duck.Names(dimensions), ", ", ", ''), coalesce(")+", '')", duck.Parquet(files), where), values...)
	if err != nil {
		return nil, fmt.Errorf("tallying the rejects: %w", duck.Scrub(err))
	}
	defer rows.Close()
	var tallies []Tally
	for rows.Next() {
		t := Tally{}
		var words duck.List[string]
		if err := rows.Scan(&words, &t.Rejects, &t.Amended, &t.Delivery, &t.Line, &t.Shape); err != nil {
			return nil, fmt.Errorf("tallying the rejects: %w", duck.Scrub(err))
		}
		t.Words = words
		tallies = append(tallies, t)
	}
	return tallies, duck.Scrub(rows.Err())
}

func each(rows *sql.Rows, take func(Reject) error) error {
	defer rows.Close()
	for rows.Next() {
		r := Reject{}
		if err := rows.Scan(&r.DeliveryID, &r.Source, &r.Delivery, &r.Input, &r.Rule, &r.Column, &r.Line, &r.SourceRow, &r.Reason, &r.Action, &r.Raw, &r.Value, &r.Shape); err != nil {
			return fmt.Errorf("reading the rejects: %w", duck.Scrub(err))
		}
		if err := take(r); err != nil {
			return err
		}
	}
	return duck.Scrub(rows.Err())
}

// files are those of the run, or of the current night.
func files(l *lake.Lake, run string) ([]string, error) {
	if run != "" {
		return filesOfRun(l, run)
	}
	m, err := l.Current()
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, exitcode.With(exitcode.NoWarehouse, errors.New("listing the rejects: no night has been published yet: run `nightjar run`, or name a failed run with --run (`nightjar status` lists them)"))
	}
	var paths []string
	for _, id := range slices.Sorted(maps.Keys(m.Rejects)) {
		paths = append(paths, l.Path(m.Rejects[id].Path))
	}
	return paths, nil
}

func filesOfRun(l *lake.Lake, run string) ([]string, error) {
	if filepath.Base(run) != run {
		return nil, exitcode.With(exitcode.Usage, fmt.Errorf("listing the rejects: %q is no run: `nightjar status` lists them", run))
	}
	if _, err := os.Stat(l.RunDir(run)); err != nil {
		return nil, exitcode.With(exitcode.Usage, fmt.Errorf("listing the rejects: there is no run %s: `nightjar status` lists them", run))
	}
	path := filepath.Join(l.RunDir(run), "rejects.parquet")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading the rejects of run %s: %w", run, err)
	}
	return []string{path}, nil
}

func (o Options) selected() string {
	raw := "coalesce(raw, ''), coalesce(value, '')"
	if o.NoRaw {
		raw = "'', ''"
	}
	return `select coalesce(delivery_id, 0), coalesce(source, ''), coalesce(delivery, ''), coalesce(input, ''), coalesce(rule, ''), coalesce("column", ''), coalesce(line, 0), coalesce(source_row, 0), coalesce(reason, ''), coalesce(action, ''), ` + raw + `, coalesce(shape, '')`
}

func (o Options) where() (string, []any) {
	var conditions []string
	var values []any
	for _, f := range []struct{ column, value string }{{"source", o.Source}, {"delivery", o.Delivery}, {"input", o.Input}, {"rule", o.Rule}} {
		if f.value != "" {
			conditions = append(conditions, f.column+" = ?")
			values = append(values, f.value)
		}
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " where " + strings.Join(conditions, " and "), values
}

func (o Options) limit() string {
	if o.Limit <= 0 {
		return ""
	}
	return fmt.Sprintf(" limit %d", o.Limit)
}
