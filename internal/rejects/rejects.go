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
	Raw        string `json:"raw,omitempty"`
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

func each(rows *sql.Rows, take func(Reject) error) error {
	defer rows.Close()
	for rows.Next() {
		r := Reject{}
		if err := rows.Scan(&r.DeliveryID, &r.Source, &r.Delivery, &r.Input, &r.Rule, &r.Column, &r.Line, &r.SourceRow, &r.Reason, &r.Action, &r.Raw); err != nil {
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
	raw := "coalesce(raw, '')"
	if o.NoRaw {
		raw = "''"
	}
	return `select coalesce(delivery_id, 0), coalesce(source, ''), coalesce(delivery, ''), coalesce(input, ''), coalesce(rule, ''), coalesce("column", ''), coalesce(line, 0), coalesce(source_row, 0), coalesce(reason, ''), coalesce(action, ''), ` + raw
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
