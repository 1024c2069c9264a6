package extract

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// Properties run this often unless -rapid.checks says otherwise.
func init() { _ = flag.Set("rapid.checks", "25") }

// reporter is what a test and a property have in common.
type reporter interface {
	Helper()
	Fatalf(format string, arguments ...any)
}

// A shop is a little project in a folder of its own: its file, what its
// sources deliver, and the nights that read it.
type shop struct {
	t       reporter
	dir     string
	db      *sql.DB
	lake    *lake.Lake
	catalog *models.Catalog
	// committed is the manifest of the last night that went well.
	committed *lake.Manifest
	// accepted guards let pass what they would stop.
	accepted map[string]string
	// last is the last night, whatever became of it.
	last  *Night
	found []Found
	runs  int
	// clock is when the next night begins; each is a day after the one before.
	clock time.Time
	// verdicts about deliveries, by source/name.
	verdicts map[string]Verdict
	ctx      context.Context
}

var testDB = sync.OnceValues(func() (*sql.DB, error) {
	return duck.Open(context.Background(), duck.Options{Threads: 2, MemoryLimit: "1GB"})
})

// aShop begins a project whose file holds text, after a reporting currency.
func aShop(t *testing.T, text string) *shop {
	t.Helper()
	return shopIn(t, t.TempDir(), text)
}

func shopIn(t reporter, dir, text string) *shop {
	t.Helper()
	s := &shop{t: t, dir: dir, clock: time.Date(2024, 6, 30, 22, 0, 0, 0, time.UTC), ctx: context.Background()}
	var err error
	if s.db, err = testDB(); err != nil {
		t.Fatalf("%v", err)
	}
	if s.lake, err = lake.Open(filepath.Join(dir, "state")); err != nil {
		t.Fatalf("%v", err)
	}
	s.describe(text)
	return s
}

// describe writes the project file anew.
func (s *shop) describe(text string) {
	s.t.Helper()
	s.deliver("nightjar.yaml", "currency: EUR\n"+text)
}

// deliver writes a file of the project's folder.
func (s *shop) deliver(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatalf("%v", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatalf("%v", err)
	}
}

// lose removes a delivered file.
func (s *shop) lose(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, filepath.FromSlash(name))); err != nil {
		s.t.Fatalf("%v", err)
	}
}

// night reads what is new, which must go well.
func (s *shop) night() {
	s.t.Helper()
	if err := s.try(); err != nil {
		s.t.Fatalf("the night failed: %v", err)
	}
}

// fails reads what is new, which must fail, saying all the words.
func (s *shop) fails(words ...string) {
	s.t.Helper()
	err := s.try()
	if err == nil {
		s.t.Fatalf("the night went well, and was to fail with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			s.t.Fatalf("the error lacks %q:\n%v", word, err)
		}
	}
}

func (s *shop) try() error {
	s.t.Helper()
	trees := []fs.FS{models.Standard}
	if _, err := os.Stat(filepath.Join(s.dir, "models")); err == nil {
		trees = append(trees, os.DirFS(filepath.Join(s.dir, "models")))
	}
	var err error
	if s.catalog, err = models.Load(trees...); err != nil {
		s.t.Fatalf("the catalog: %v", err)
	}
	c, err := config.Load(filepath.Join(s.dir, "nightjar.yaml"), func(string) (string, bool) { return "", false }, s.catalog)
	if err != nil {
		s.t.Fatalf("the project file: %v", err)
	}
	s.runs++
	manifest := s.committed.Next(fmt.Sprintf("run%d", s.runs))
	manifest.ReceivedAt = s.clock
	if s.found, err = Discover(s.ctx, c, Look{Manifest: manifest, Now: s.clock, Verdicts: s.verdicts, Landing: Landed(s.lake)}); err != nil {
		return err
	}
	s.last = &Night{DB: s.db, Lake: s.lake, Config: c, Catalog: s.catalog, Manifest: manifest, ReceivedAt: s.clock, Workers: 2, Accepted: s.accepted}
	s.clock = s.clock.AddDate(0, 0, 1)
	if err := Extract(s.ctx, s.last, s.found); err != nil {
		return err
	}
	s.committed = manifest
	return nil
}

// live shows the live rows of an input: its columns, in their order.
func (s *shop) live(input, columns string) string {
	s.t.Helper()
	return s.liveRows(input, s.set(input).Files(), columns)
}

// pending shows the rows that wait for their owner.
func (s *shop) pending(input, columns string) string {
	s.t.Helper()
	return s.liveRows(input, s.set(input).Pending, columns)
}

func (s *shop) liveRows(input string, files []lake.File, columns string) string {
	s.t.Helper()
	if len(files) == 0 {
		return table(split(columns))
	}
	return s.ask("select " + columns + " from " + s.relation(input, files) + " order by all")
}

// relation is the rows of live files with all columns of the input's contract.
func (s *shop) relation(input string, files []lake.File) string {
	in := s.catalog.Inputs[input]
	m := merging{Night: &Night{Lake: s.lake}, input: in}
	return m.full(in, files)
}

func (s *shop) set(input string) *lake.LiveSet {
	if set := s.committed.Inputs[input]; set != nil {
		return set
	}
	return &lake.LiveSet{}
}

func (s *shop) rows(files []lake.File, columns string) string {
	s.t.Helper()
	if len(files) == 0 {
		return table(split(columns))
	}
	return s.ask("select " + columns + " from " + duck.Parquet(s.lake.Paths(files)) + " order by all")
}

// rejects shows what the last night did not take as it was, by line.
func (s *shop) rejects(columns string) string {
	s.t.Helper()
	var files []lake.File
	for _, f := range s.found {
		for _, d := range s.last.Manifest.Deliveries {
			if file, has := s.last.Manifest.Rejects[d.ID]; has && d.Run == s.last.Manifest.Run && d.Name == f.Delivery.Name && d.Source == f.Delivery.Source {
				files = append(files, file)
			}
		}
	}
	return s.rows(files, columns)
}

// ledger shows the last night's counts, less the columns that are zero
// throughout.
func (s *shop) ledger() string {
	names := []string{"read", "taken", "filtered", "unreadable", "emitted", "staged", "pending", "rejected", "superseded", "nulled", "warned"}
	var heads, inputs []string
	var counts [][]int64
	total := make([]int64, len(names))
	for _, d := range s.committed.Deliveries {
		if d.Run != s.last.Manifest.Run {
			continue
		}
		for _, c := range d.Counts {
			if !c.Balanced() {
				s.t.Fatalf("%s: the ledger does not balance: %+v", d.Name, c)
			}
			row := []int64{c.Read, c.Taken, c.Filtered, c.Unreadable, c.Emitted, c.Staged, c.Pending, c.Rejected, c.Superseded, c.Nulled, c.Warned}
			for i, n := range row {
				total[i] += n
			}
			heads, inputs, counts = append(heads, d.Name), append(inputs, c.Input), append(counts, row)
		}
	}
	head := []string{"delivery", "input"}
	for i, name := range names {
		if total[i] > 0 {
			head = append(head, name)
		}
	}
	lines := [][]string{head}
	for r, row := range counts {
		line := []string{heads[r], inputs[r]}
		for i, n := range row {
			if total[i] > 0 {
				line = append(line, fmt.Sprint(n))
			}
		}
		lines = append(lines, line)
	}
	return table(lines...)
}

// discovered shows the state of each delivery as the last night found it.
func (s *shop) discovered() string {
	lines := [][]string{{"delivery", "state"}}
	for _, f := range s.found {
		lines = append(lines, []string{f.Delivery.Name, string(f.State)})
	}
	return table(lines...)
}

// ask shows a query's result as a pipe table; null is an empty cell.
func (s *shop) ask(query string) string {
	s.t.Helper()
	rows, err := s.db.Query("select columns(*)::varchar from (" + query + ")")
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	lines := [][]string{names}
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			s.t.Fatalf("%v", err)
		}
		line := make([]string, len(names))
		for i, v := range values {
			line[i] = v.String
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatalf("%v", err)
	}
	return table(lines...)
}

func split(columns string) []string {
	names := strings.Split(columns, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}
