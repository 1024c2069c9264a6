package doctor

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/internal/project"
	"nightjar/internal/scaffold"
)

// published is a new project with one night, received at the time given.
func published(t *testing.T, at time.Time) (dir string, l *lake.Lake, m *lake.Manifest) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop")
	if _, err := scaffold.Write(dir); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	l, m = p.Lake, (*lake.Manifest)(nil).Next("r1")
	m.Warehouse, m.Person, m.ReceivedAt, m.AsOf = "warehouse-r1.duckdb", "person-r1.duckdb", at, "2024-03-31"
	for _, name := range []string{m.Warehouse, m.Person} {
		db, err := duck.Open(t.Context(), duck.Options{Path: l.WarehousePath(name), Temp: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Commit(m); err != nil {
		t.Fatal(err)
	}
	if err := l.Point(m); err != nil {
		t.Fatal(err)
	}
	return dir, l, m
}

func levels(t *testing.T, dir string, now time.Time) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, c := range Examine(t.Context(), dir, "", now) {
		found[c.Name] = c.Level
		if c.Level != OK && (c.Do == "" || c.Found == "") {
			t.Errorf("%s does not say what was found and what to do", c.Name)
		}
	}
	return found
}

func TestAHealthyProjectPassesEveryCheck(t *testing.T) {
	now := time.Now()
	dir, _, _ := published(t, now.Add(-time.Hour))
	found := levels(t, dir, now)
	for _, name := range []string{"secrets", "project", "time zone", "source till", "source members", "source cards", "engine", "state", "lock", "disk", "clock", "version", "warehouse", "link", "leftovers"} {
		if found[name] != OK {
			t.Errorf("%s: %q", name, found[name])
		}
	}
}

func TestWhatIsWrongIsFound(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		check, level string
		spoil        func(dir string, l *lake.Lake, m *lake.Manifest) error
	}{
		{"source till", Fail, func(dir string, _ *lake.Lake, _ *lake.Manifest) error {
			for month := range 3 {
				if err := os.Remove(filepath.Join(dir, "data", "till-2024-0"+string(rune('1'+month))+".csv")); err != nil {
					return err
				}
			}
			return nil
		}},
		{"state", Warn, func(_ string, l *lake.Lake, _ *lake.Manifest) error { return os.Chmod(l.Dir(), 0o777) }},
		{"lock", Fail, func(_ string, l *lake.Lake, _ *lake.Manifest) error {
			lock, err := l.Lock("r2", now.Add(-25*time.Hour))
			if err == nil {
				t.Cleanup(func() { _ = lock.Release() })
			}
			return err
		}},
		{"warehouse", Fail, func(_ string, l *lake.Lake, m *lake.Manifest) error { return os.Remove(l.WarehousePath(m.Warehouse)) }},
		{"warehouse", Fail, func(_ string, l *lake.Lake, m *lake.Manifest) error {
			return os.WriteFile(l.WarehousePath(m.Warehouse), []byte("no database, but as long as the header of one is: 64 bytes at least"), 0o600)
		}},
		{"link", Warn, func(_ string, l *lake.Lake, _ *lake.Manifest) error {
			return os.Remove(filepath.Join(l.Dir(), "warehouse.duckdb"))
		}},
		{"leftovers", Warn, func(_ string, l *lake.Lake, _ *lake.Manifest) error {
			return os.WriteFile(filepath.Join(l.TempDir(), "x"), nil, 0o600)
		}},
		{"manifest", Fail, func(_ string, l *lake.Lake, _ *lake.Manifest) error {
			return os.WriteFile(l.Path("manifests/000001.json"), []byte("{"), 0o600)
		}},
		{"project", Fail, func(dir string, _ *lake.Lake, _ *lake.Manifest) error {
			return os.WriteFile(filepath.Join(dir, project.FileName), []byte("curency: EUR\n"), 0o600)
		}},
	} {
		dir, l, m := published(t, now.Add(-time.Hour))
		if err := c.spoil(dir, l, m); err != nil {
			t.Fatal(err)
		}
		if found := levels(t, dir, now); found[c.check] != c.level {
			t.Errorf("%s: %q, not %q", c.check, found[c.check], c.level)
		}
	}
	dir, _, _ := published(t, now.Add(time.Hour))
	if found := levels(t, dir, now); found["clock"] != Fail {
		t.Errorf("a night from the future: %q", found["clock"])
	}
}
