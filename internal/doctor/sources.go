package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightjar/internal/config"
)

// sources looks whether each source answers, and has the files that it must
// have: where a pattern of a source that is not optional matches none, the night
// fails.
func (e *examination) sources(ctx context.Context, c *config.Config) {
	for _, s := range c.Sources {
		level := Fail
		if s.Optional {
			level = Warn
		}
		name := "source " + s.Name
		look, answered := e.ask(ctx, c.Dir, s)
		if look.modified.After(e.modified) {
			e.newest, e.modified = look.newest, look.modified
		}
		switch {
		case !answered:
			e.add(name, level, fmt.Sprintf("%v did not answer within %s", s.Files, e.patience), "look whether the share that it lies on is mounted and its server answers, or whether it is a pipe that nobody writes")
		case look.unreached != nil:
			e.add(name, level, fmt.Sprintf("cannot be reached: %v", look.unreached), "mount the share, correct `files` in "+c.Path+", or give the user that runs the nights the right to read it")
		case len(look.missing) > 0:
			do := "check the path, or whether the delivery has come; say `optional: true` if it may be missing"
			if s.Optional {
				do = "check the path, or whether the delivery has come; the night goes on without it"
			}
			e.add(name, level, "no file matches "+strings.Join(look.missing, ", "), do)
		default:
			e.add(name, OK, fmt.Sprintf("%d files", look.files), "")
		}
	}
}

// A look at a source's files.
type look struct {
	files int
	// missing are the patterns that no file matches.
	missing   []string
	unreached error
	newest    string
	modified  time.Time
}

// ask looks at a source, and waits no longer than the examination is patient: a
// share whose server is gone blocks whoever touches it.
func (e *examination) ask(ctx context.Context, dir string, s *config.Source) (look, bool) {
	answer := make(chan look, 1)
	go func() { answer <- lookAt(dir, s) }()
	late := time.NewTimer(e.patience)
	defer late.Stop()
	select {
	case l := <-answer:
		return l, true
	case <-late.C:
	case <-ctx.Done():
	}
	return look{}, false
}

func lookAt(dir string, s *config.Source) look {
	l := look{}
	for _, pattern := range s.Files {
		paths, err := filepath.Glob(config.PatternIn(dir, pattern))
		if err != nil {
			l.unreached = errors.Join(l.unreached, err)
		}
		if len(paths) == 0 {
			l.missing = append(l.missing, pattern)
			l.unreached = errors.Join(l.unreached, listable(config.FixedFolder(dir, pattern))) // Glob says nothing of what it could not list
		}
		for _, path := range paths {
			l.unreached = errors.Join(l.unreached, l.file(path))
		}
	}
	return l
}

// file counts one that can be read.
func (l *look) file(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	l.files++
	if info.ModTime().After(l.modified) {
		l.newest, l.modified = path, info.ModTime()
	}
	return nil
}

// listable says why a folder cannot be listed.
func listable(folder string) error {
	_, err := os.ReadDir(folder)
	return err
}
