package extract

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"nightjar/internal/duck"
)

// databases are those of the cases that run side by side.
var databases = sync.OnceValues(func() (chan *sql.DB, error) {
	pool := make(chan *sql.DB, max(2, runtime.GOMAXPROCS(0)))
	for range cap(pool) {
		db, err := duck.Open(context.Background(), duck.Options{Threads: 2, MemoryLimit: "1GB"})
		if err != nil {
			return nil, err
		}
		pool <- db
	}
	return pool, nil
})

// raced says whether the race detector is on.
var raced = sync.OnceValue(func() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
})

func (c *corpusCase) run(t *testing.T) {
	broken, isBroken := c.keys["broken"]
	_, heavy := c.keys["heavy"]
	limit, measured := c.keys["memory"]
	switch {
	case heavy && (testing.Short() || raced()):
		t.Skip("it is heavy: " + c.keys["heavy"])
	case !heavy && !measured:
		t.Parallel()
	}
	pool, err := databases()
	if err != nil {
		t.Fatal(err)
	}
	db := <-pool
	defer func() { pool <- db }()
	stop := func() {}
	if measured && !raced() {
		stop = watchMemory(t, limit)
	}
	var problems []string
	for _, road := range c.roads() {
		if problem := c.along(t, db, road); problem != "" {
			problems = append(problems, road.name+", "+problem)
		}
	}
	stop()
	switch {
	case isBroken && len(problems) == 0:
		t.Error("it is broken no more: take its mark away")
	case isBroken:
		t.Skip("broken: " + broken)
	case len(problems) > 0:
		t.Error(strings.Join(problems, "\n"))
	}
}

// watchMemory fails a case whose heap grows beyond a limit in MB; call stop at its
// end.
func watchMemory(t *testing.T, limit string) (stop func()) {
	most, err := strconv.ParseUint(strings.TrimSuffix(limit, " MB"), 10, 64)
	if err != nil {
		t.Fatalf("memory: %v", err)
	}
	runtime.GC()
	heap := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, peak, ended, done := heap(), uint64(0), make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			peak = max(peak, heap())
			select {
			case <-ended:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(ended)
		<-done
		if grown := (peak - min(peak, before)) >> 20; grown > most {
			t.Errorf("the heap grew by %d MB, beyond %s", grown, limit)
		}
	}
}

// A road is how the bytes of a case come: as they are, which DuckDB reads where they
// are regular, or in an archive, which Go rewrites for it. What becomes of the rows is
// the same on both.
type road struct {
	name   string
	packed bool
}

var asTheyAre, asMember = road{name: "as they are"}, road{name: "in an archive", packed: true}

// renamed is the name of a file on the road.
func (r road) renamed(name string) string {
	if r.packed {
		return name + ".zip"
	}
	return name
}

// roads are those that a case can take: both, if it is about plain delimited text.
func (c *corpusCase) roads() []road {
	for _, key := range []string{"heavy", "memory", "alone"} {
		if _, given := c.keys[key]; given {
			return []road{asTheyAre}
		}
	}
	given := slices.Clone(c.settings)
	for _, night := range c.nights {
		given = append(given, night.given...)
	}
	for _, f := range given {
		name, directives := split2(f.Name)
		otherFormat := name == "source" && strings.Contains(string(f.Data), "format: ")
		if name == "project" || otherFormat || inArchive.MatchString(name+"/x") || strings.Contains(directives, "zip") || strings.Contains(directives, "zstd") {
			return []road{asTheyAre}
		}
	}
	return []road{asTheyAre, asMember}
}

// split2 parts a section's name from what is done with its text.
func split2(section string) (name, directives string) {
	name, directives, _ = strings.Cut(section, " | ")
	return strings.TrimSpace(name), directives
}

// along takes a case along a road, night by night, and says what is not as expected.
func (c *corpusCase) along(t *testing.T, db *sql.DB, r road) (problem string) {
	s := aShop(t, "")
	s.db = db
	p := &corpusProject{shop: s, road: r}
	if err := p.deliver(c.settings); err != nil {
		return err.Error()
	}
	for i := range c.nights {
		night := &c.nights[i]
		if err := p.deliver(night.given); err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		err := p.night()
		if _, broken := c.keys["broken"]; *rewriteCorpus && !broken && r.name == asTheyAre.name {
			night.expected = p.observed(night.expected, err)
		}
		if problem := p.compare(night.expected, err); problem != "" {
			return fmt.Sprintf("night %d: %s", i+1, problem)
		}
	}
	return ""
}
