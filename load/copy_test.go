package load

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestACopyHasTheBytesOfItsFileWhateverItsLength(t *testing.T) {
	dir := t.TempDir()
	random := rand.NewChaCha8([32]byte{1})
	for _, length := range []int{0, 1, 4095, 4096, 64<<10 + 1, copySize, copySize + 12288, 2*copySize + 7} {
		want := make([]byte, length)
		_, _ = random.Read(want)
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, want, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := copyFile(t.Context(), from, to); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, want) {
			t.Errorf("a copy of %d bytes has %d, or others: %v", length, len(got), err)
		}
		var plain bytes.Buffer
		if size, err := copyBlocks(t.Context(), &plain, bytes.NewReader(want), make([]byte, 1000), 1); err != nil || size != int64(length) || !bytes.Equal(plain.Bytes(), want) {
			t.Errorf("%d of %d bytes, or others: %v", size, length, err)
		}
	}
}

func TestACopyEndsWhenItsContextDoes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if size, err := copyBlocks(ctx, io.Discard, strings.NewReader("rows"), make([]byte, 2), 1); size != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d bytes, %v", size, err)
	}
}
