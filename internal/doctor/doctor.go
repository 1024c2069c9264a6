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

// Examine looks at the project in dir; state replaces the configured state
// folder. Checks come in the order in which they were made; one that others
// lean on ends the examination when it fails.
func Examine(ctx context.Context, dir, state string, now time.Time) []Check {
	e := &examination{now: now}
	p, err := project.Read(dir)
	if err != nil {
		e.add("project", Fail, err.Error(), "mend what is named; docs/config.md describes every setting")
		return e.checks
	}
	e.add("project", OK, p.Config.Path+" is in order", "")
	e.zone(p.Config.TimeZone)
	e.sources(p.Config)
	e.engine(ctx)
	path := p.StateDir(state)
	if !e.folder(path) {
		return e.checks
	}
	l, err := lake.Open(path)
	if err != nil {
		e.add("state", Fail, err.Error(), "give the user that runs the nights the folder")
		return e.checks
	}
	e.lock(l)
	m, err := l.Current()
	if err != nil {
		e.add("manifest", Fail, err.Error(), "restore the state folder from a backup, or remove the damaged manifest to go back to the night before")
		return e.checks
	}
	e.disk(l, m)
	if m == nil {
		e.add("warehouse", Warn, "no night has been published yet", "run `nightjar run`")
		return e.checks
	}
	e.clock(m)
	e.warehouse(ctx, l, m)
	e.link(l, m)
	e.leftovers(l)
	return e.checks
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
	now    time.Time
	checks []Check
}

func (e *examination) add(name, level, found, do string) {
	e.checks = append(e.checks, Check{name, level, found, do})
}
