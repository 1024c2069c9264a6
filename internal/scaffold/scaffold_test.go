package scaffold

import (
	"os"
	"path/filepath"
	"testing"

	"nightjar/internal/project"
)

func TestTheNewProjectIsInOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	if _, err := Write(dir); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Config.Sources {
		for _, glob := range s.Files {
			if paths, _ := filepath.Glob(filepath.Join(dir, glob)); len(paths) == 0 {
				t.Errorf("source %s: nothing matches %s", s.Name, glob)
			}
		}
	}
	if p.Catalog.Models["mart_store_month"] == nil {
		t.Error("its own model is not in the catalog")
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "README.md")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir); err == nil {
		t.Error("no error")
	}
	entries, _ := os.ReadDir(dir)
	if text, _ := os.ReadFile(mine); string(text) != "mine" || len(entries) != 1 {
		t.Errorf("%q, %d files", text, len(entries))
	}
}
