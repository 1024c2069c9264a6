package lake_test

import (
	"os"
	"strings"
	"testing"

	"nightjar/internal/lake"
)

func TestALakeOfALaterFormatIsNotRead(t *testing.T) {
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Commit((*lake.Manifest)(nil).Next("20260101T000000.000000")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Current(); err != nil {
		t.Fatal(err)
	}
	path := l.Path("manifests/000001.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(string(text), `"format":1`, `"format":2`, 1)
	if err := os.WriteFile(path, []byte(later), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Current(); err == nil || !strings.Contains(err.Error(), "a newer Nightjar wrote it (format 2, this one knows 1)") {
		t.Errorf("got %v", err)
	}
}
