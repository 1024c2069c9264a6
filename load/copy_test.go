package load

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func TestACopyHasTheBytesOfItsFileWhateverItsLength(t *testing.T) {
	dir := t.TempDir()
	random := rand.NewChaCha8([32]byte{1})
	for _, length := range []int{0, 1, 4095, 4096, 64<<10 + 1, 4 << 20, 4<<20 + 12288, 9<<20 + 7} {
		want := make([]byte, length)
		_, _ = random.Read(want)
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, want, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := copyFile(from, to); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to); err != nil || string(got) != string(want) {
			t.Errorf("a copy of %d bytes has %d of them, %v", length, len(got), err)
		}
	}
}
