// Package doctor looks for what would make a night fail, before it does.
package doctor

import (
	"context"
	"time"

	"nightjar/internal/lake"
	"nightjar/internal/project"
)

// Levels of a check.
const (
	OK   = "ok"
	Warn = "warn"
	Fail = "fail"
)

// A Check is one thing looked at: what was found, and what to do about it.
type Check struct {
	Name  string `json:"check"`
	Level string `json:"level"`
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
}

// patience is how long a source may take to answer.
const patience = 10 * time.Second

// Examine looks at the project in dir; state replaces the configured state
// folder, and now is this machine's clock, in its zone. Checks come in the
// order in which they were made; one that others lean on ends the examination
// when it fails.
func Examine(ctx context.Context, dir, state string, now time.Time) []Check {
	e := &examination{now: now, patience: patience}
	e.examine(ctx, dir, state)
	return e.checks
}

func (e *examination) examine(ctx context.Context, dir, state string) {
	e.secrets(dir)
	p, err := project.Read(dir)
	if err != nil {
		e.add("project", Fail, err.Error(), "mend what is named; docs/config.md describes every setting")
		return
	}
	e.add("project", OK, p.Config.Path+" is in order", "")
	e.sources(ctx, p.Config)
	e.engine(ctx)
	path := p.StateDir(state)
	if !e.folder(path) {
		return
	}
	l, err := lake.Open(path)
	if err != nil {
		e.add("state", Fail, err.Error(), "give the user that runs the nights the folder")
		return
	}
	e.lock(l)
	m, err := l.Current()
	if err != nil {
		e.add("manifest", Fail, err.Error(), "restore the state folder from a backup, or remove the damaged manifest to go back to the night before")
		return
	}
	e.disk(l, m)
	e.clock(l, m)
	e.zone(p.Config, m)
	if m == nil {
		e.add("warehouse", Warn, "no night has been published yet", "run `nightjar run`")
		return
	}
	e.version(l, m)
	e.warehouse(ctx, l, m)
	e.link(l, m)
	e.leftovers(l)
}

// Failed says whether any check failed.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.Level == Fail {
			return true
		}
	}
	return false
}

type examination struct {
	now      time.Time
	patience time.Duration
	// newest is the delivered file that was modified last, and when.
	newest   string
	modified time.Time
	checks   []Check
}

func (e *examination) add(name, level, found, do string) {
	e.checks = append(e.checks, Check{name, level, found, do})
}
