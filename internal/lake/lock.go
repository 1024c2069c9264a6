package lake

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// A Holder is who holds the lock, since when.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Run     string    `json:"run"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
}

// A LockedError says that a run is under way.
type LockedError struct {
	Holder Holder
	Now    time.Time
}

func (e *LockedError) Error() string {
	if e.Holder.PID == 0 {
		return "another run is starting in this project; wait for it to end"
	}
	return fmt.Sprintf("run %s holds the lock since %s (%s ago; process %d on %s): wait for it to end, or stop that process if it hangs",
		e.Holder.Run, e.Holder.Since.Format(time.RFC3339), e.Now.Sub(e.Holder.Since).Round(time.Second), e.Holder.PID, e.Holder.Host)
}

// A Lock is held by one run at a time. It dies with its process.
type Lock struct{ file *flock.Flock }

// Lock takes the project's lock for a run, or returns a *LockedError.
func (l *Lake) Lock(run string, now time.Time) (*Lock, error) {
	path := filepath.Join(l.dir, "lock")
	file := flock.New(path, flock.SetPermissions(0o600))
	taken, err := tryLock(file)
	if err != nil {
		return nil, fmt.Errorf("taking the lock %s: %w", path, err)
	}
	if !taken {
		holder, _, _ := l.Holder()
		return nil, &LockedError{Holder: holder, Now: now}
	}
	host, _ := os.Hostname()
	text, err := json.Marshal(Holder{PID: os.Getpid(), Host: host, Run: run, Since: now.UTC(), Command: filepath.Base(os.Args[0])})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("writing the lock %s: %w", path, err)
	}
	return &Lock{file: file}, nil
}

// Release gives the lock back.
func (k *Lock) Release() error {
	_ = os.Truncate(k.file.Path(), 0)
	return k.file.Unlock()
}

// Holder tells who holds the lock; held is false when nobody does.
func (l *Lake) Holder() (holder Holder, held bool, err error) {
	path := filepath.Join(l.dir, "lock")
	file := flock.New(path, flock.SetPermissions(0o600))
	free, err := file.TryRLock()
	if err != nil {
		return Holder{}, false, fmt.Errorf("asking for the lock %s: %w", path, err)
	}
	if free {
		return Holder{}, false, file.Unlock()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Holder{}, true, err
	}
	_ = json.Unmarshal(text, &holder)
	return holder, true, nil
}

// tryLock tries for a moment: whoever asks for the holder locks for an instant.
func tryLock(file *flock.Flock) (bool, error) {
	for range 10 {
		taken, err := file.TryLock()
		if taken || err != nil {
			return taken, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false, nil
}
