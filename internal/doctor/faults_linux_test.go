package doctor

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"nightjar/internal/project"
)

// bound runs do as one whom permissions bind, also when the tests run as root:
// on a thread that has given up root's rights, and ends with them.
func bound(t *testing.T, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies
		defer close(done)
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			done <- err
			return
		}
		do()
	}()
	if err := <-done; err != nil {
		t.Skipf("this machine lets no thread give up its rights: %v", err)
	}
}

func (s *shop) forbid(path string, mode os.FileMode) {
	s.Helper()
	s.must(os.Chmod(path, mode))
	s.Cleanup(func() { _ = os.Chmod(path, 0o700) })
}

func TestAStateThatCannotBeWrittenIsFound(t *testing.T) {
	for _, folder := range []string{"", "lake/manifests", "warehouse", "tmp"} {
		s := newShop(t)
		dir := filepath.Join(s.lake.Dir(), folder)
		s.forbid(dir, 0o500)
		bound(t, func() { s.finds("state", Fail, dir+" cannot be written", "chown") })
	}
}

// The examination looks at sources on a thread of its own, so rights are given up
// nearer to it.
func TestASourceThatMayNotBeReadIsFound(t *testing.T) {
	for _, path := range []string{"data/till-2024-02.csv", "data"} {
		s := newShop(t)
		p, err := project.Read(s.dir)
		s.must(err)
		s.forbid(filepath.Join(s.dir, path), 0)
		bound(t, func() {
			found := lookAt(s.dir, p.Config.Sources.Named("till"))
			if found.unreached == nil || !containsAll(found.unreached.Error(), []string{filepath.Join(s.dir, path), "permission denied"}) {
				t.Errorf("%s: %v", path, found.unreached)
			}
		})
	}
}

// Opening a pipe that nobody writes waits for ever, as a share does whose server
// is gone.
func TestASourceThatDoesNotAnswerIsFound(t *testing.T) {
	s := newShop(t)
	path := filepath.Join(s.dir, "data", "till-2024-04.csv")
	s.must(unix.Mkfifo(path, 0o600))
	s.finds("source till", Fail, "did not answer within 1s", "mounted")
	writer, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0) // the reader that waits goes on
	s.must(err)
	s.must(writer.Close())
}
