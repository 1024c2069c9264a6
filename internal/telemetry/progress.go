package telemetry

import (
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A Progress shows how far long work has come. One stage is under way at a
// time: Stage ends the one before. Total counts what Add adds up to; 0 means
// that nobody knows. Add may be called from several goroutines. Done ends the
// last stage, and is called once, also after an error.
type Progress interface {
	Stage(name string, total int64)
	Add(n int64)
	Done()
}

// NewProgress returns bars on a terminal, a line for each stage elsewhere
// (JSON when asked), and silence for the quiet.
func NewProgress(w io.Writer, o Options) Progress {
	switch {
	case o.Quiet:
		return silent{}
	case o.JSON:
		return &lines{w: w, say: object}
	case IsTerminal(w):
		return newBars(w)
	}
	return &lines{w: w, say: sentence}
}

type silent struct{}

func (silent) Stage(string, int64) {}
func (silent) Add(int64)           {}
func (silent) Done()               {}

// lines says each stage when it is over.
type lines struct {
	w     io.Writer
	say   func(stage string, count int64, took time.Duration) string
	stage string
	start time.Time
	count atomic.Int64
}

func (l *lines) Stage(name string, _ int64) {
	l.Done()
	l.stage, l.start = name, time.Now()
	l.count.Store(0)
}

func (l *lines) Add(n int64) { l.count.Add(n) }

func (l *lines) Done() {
	if l.stage != "" {
		_, _ = fmt.Fprintln(l.w, l.say(l.stage, l.count.Load(), time.Since(l.start)))
	}
	l.stage = ""
}

func sentence(stage string, count int64, took time.Duration) string {
	if count == 0 {
		return fmt.Sprintf("%s: %.1f s", stage, took.Seconds())
	}
	return fmt.Sprintf("%s: %d in %.1f s", stage, count, took.Seconds())
}

func object(stage string, count int64, took time.Duration) string {
	text, _ := json.Marshal(map[string]any{"stage": stage, "count": count, "seconds": took.Seconds()})
	return string(text)
}

type bars struct {
	container *mpb.Progress
	bar       *mpb.Bar
}

func newBars(w io.Writer) *bars {
	return &bars{container: mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond), mpb.WithAutoRefresh())}
}

func (b *bars) Stage(name string, total int64) {
	b.end()
	counts := decor.Any(func(s decor.Statistics) string { return fmt.Sprintf(" %d", s.Current) })
	if total > 0 {
		counts = decor.CountersNoUnit(" %d / %d")
	}
	b.bar = b.container.AddBar(total,
		mpb.PrependDecorators(decor.Name(name, decor.WC{W: 24, C: decor.DindentRight})),
		mpb.AppendDecorators(counts, decor.Elapsed(decor.ET_STYLE_MMSS, decor.WC{W: 7})))
}

func (b *bars) Add(n int64) {
	if b.bar != nil {
		b.bar.IncrInt64(n)
	}
}

func (b *bars) end() {
	if b.bar != nil {
		b.bar.SetTotal(-1, true) // ends one of unknown total,
		b.bar.Abort(false)       // and one that fell short
		b.bar.Wait()
	}
	b.bar = nil
}

func (b *bars) Done() {
	b.end()
	b.container.Wait()
}
