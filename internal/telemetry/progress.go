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
// time: Stage ends the one before. Total counts what Add adds up to, Expect
// raises it; 0 means that nobody knows. Add may be called from several
// goroutines. Done ends the stage under way, if any, also after an error;
// another may follow.
type Progress interface {
	Stage(name string, total int64)
	Expect(more int64)
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
		return &bars{w: w}
	}
	return &lines{w: w, say: sentence}
}

type silent struct{}

func (silent) Stage(string, int64) {}
func (silent) Expect(int64)        {}
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

func (l *lines) Expect(int64) {}

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

// bars draws one bar, in a container of its own: one that was waited for
// takes no further bars.
type bars struct {
	w         io.Writer
	container *mpb.Progress
	bar       *mpb.Bar
	total     int64
}

func (b *bars) Stage(name string, total int64) {
	b.Done()
	counts := decor.Any(func(s decor.Statistics) string {
		if s.Total == 0 {
			return fmt.Sprintf(" %d", s.Current)
		}
		return fmt.Sprintf(" %d / %d", s.Current, s.Total)
	})
	b.total = total
	b.container = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond), mpb.WithAutoRefresh())
	b.bar = b.container.AddBar(total,
		mpb.PrependDecorators(decor.Name(name, decor.WC{W: 24, C: decor.DindentRight})),
		mpb.AppendDecorators(counts, decor.Elapsed(decor.ET_STYLE_MMSS, decor.WC{W: 7})))
}

func (b *bars) Expect(more int64) {
	b.total += more
	b.bar.SetTotal(b.total, false)
}

func (b *bars) Add(n int64) {
	if b.bar != nil {
		b.bar.IncrInt64(n)
	}
}

func (b *bars) Done() {
	if b.bar == nil {
		return
	}
	b.bar.SetTotal(-1, true) // ends one of unknown total,
	b.bar.Abort(false)       // and one that fell short
	b.container.Wait()
	b.bar = nil
}
