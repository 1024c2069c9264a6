// Package telemetry tells people and machines what is going on: logs and
// progress.
package telemetry

import (
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// Options say how to tell.
type Options struct {
	// JSON makes every line an object.
	JSON bool
	// Quiet leaves out all below warnings, and progress.
	Quiet bool
	// Verbose adds what helps to find an error.
	Verbose bool
}

// NewLogger returns a logger: coloured lines on a terminal, plain ones
// elsewhere, JSON when asked. Times are UTC.
func NewLogger(w io.Writer, o Options) *slog.Logger {
	level := slog.LevelInfo
	switch {
	case o.Quiet:
		level = slog.LevelWarn
	case o.Verbose:
		level = slog.LevelDebug
	}
	if o.JSON {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: utc}))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{
		Level: level, ReplaceAttr: utc, NoColor: !IsTerminal(w) || os.Getenv("NO_COLOR") != "",
		TimeFormat: "2006-01-02 15:04:05Z",
	}))
}

func utc(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		a.Value = slog.TimeValue(a.Value.Time().UTC().Truncate(time.Millisecond))
	}
	return a
}

// IsTerminal says whether a person looks at what is written.
func IsTerminal(w any) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Width of the terminal in columns; 0 when it is none.
func Width(w any) int {
	if file, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return width
		}
	}
	return 0
}
