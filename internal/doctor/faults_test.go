package doctor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/internal/lake"
	"nightjar/internal/project"
)

// A shop is a healthy project with a published night, for a fault to be planted in.
type shop struct {
	*testing.T
	dir  string
	lake *lake.Lake
	m    *lake.Manifest
	now  time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	now := time.Now().UTC()
	dir, l, m := published(t, now.Add(-time.Hour))
	return &shop{t, dir, l, m, now}
}

// rewrite replaces a text in the project file.
func (s *shop) rewrite(old, with string) {
	s.Helper()
	path := filepath.Join(s.dir, project.FileName)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		s.Fatalf("%s does not say %q (%v)", path, old, err)
	}
	s.write(path, strings.Replace(string(text), old, with, 1), 0o644)
}

func (s *shop) write(path, text string, mode os.FileMode) {
	s.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.Fatal(err)
	}
	s.must(os.Chmod(path, mode))
}

func (s *shop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// finds holds the doctor to a finding of that level that says all of these words,
// as what was found or what to do.
func (s *shop) finds(check, level string, words ...string) {
	s.Helper()
	said := "nothing"
	e := &examination{now: s.now, patience: time.Second}
	e.examine(s.Context(), s.dir, "")
	for _, c := range e.checks {
		if c.Name != check {
			continue
		}
		said = c.Level + ": " + c.Found + " → " + c.Do
		if c.Level == level && containsAll(said, words) {
			return
		}
	}
	s.Errorf("%s says %q, not %s with %q", check, said, level, words)
}

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func TestAClockBehindTheLastNightIsFound(t *testing.T) {
	s := newShop(t)
	s.now = s.m.ReceivedAt.Add(-24 * time.Hour)
	s.finds("clock", Fail, s.m.Run, "still to come", "timedatectl")
}

func TestAClockFarOffIsFound(t *testing.T) {
	s := newShop(t)
	s.now = s.now.AddDate(10, 0, 0)
	s.finds("clock", Fail, "one of the clocks is wrong", s.dir, "timedatectl")
}

func TestADeliveryFromTheFutureIsFound(t *testing.T) {
	s := newShop(t)
	late := s.now.AddDate(0, 0, 3)
	s.must(os.Chtimes(filepath.Join(s.dir, "data", "till-2024-02.csv"), late, late))
	s.finds("clock", Warn, "till-2024-02.csv", "still to come")
}

func TestANightLongAgoIsFound(t *testing.T) {
	s := newShop(t)
	s.dir, _, _ = published(t, s.now.AddDate(0, 0, -90))
	s.finds("clock", Warn, "90 days ago", "systemctl list-timers")
}

// The warehouse is a sparse file, larger than what the disk still holds.
func TestADiskTooSmallForANightIsFound(t *testing.T) {
	s := newShop(t)
	free, known := freeBytes(s.lake.Dir())
	if !known {
		t.Skip("what is free is not known on this system")
	}
	for _, c := range []struct {
		level string
		bytes int64
	}{{Warn, free}, {Fail, 3 * free}} {
		s.must(os.Truncate(s.lake.WarehousePath(s.m.Warehouse), c.bytes))
		s.finds("disk", c.level, "GB free", s.lake.Dir(), "make room")
	}
}

func TestAStateFolderThatCannotBeMadeIsFound(t *testing.T) {
	s := newShop(t)
	s.must(os.RemoveAll(s.lake.Dir()))
	s.write(s.lake.Dir(), "a file", 0o600)
	s.finds("state", Fail, s.lake.Dir(), "the user that runs the nights")
}

func TestARunThatHangsIsFound(t *testing.T) {
	s := newShop(t)
	lock, err := s.lake.Lock("r2", s.now.Add(-25*time.Hour))
	s.must(err)
	defer func() { _ = lock.Release() }()
	s.finds("lock", Fail, "run r2", "25h0m0s", "kill ")
}

func TestAConfigErrorIsFound(t *testing.T) {
	s := newShop(t)
	s.rewrite("currency: EUR", "curency: EUR")
	s.finds("project", Fail, "nightjar.yaml:10", "curency", "docs/config.md")
}

// What a newer Nightjar wrote is more than this one knows.
func TestALakeOfANewerNightjarIsFound(t *testing.T) {
	s := newShop(t)
	path := s.lake.Path("manifests/000001.json")
	text, err := os.ReadFile(path)
	s.must(err)
	var manifest map[string]any
	s.must(json.Unmarshal(text, &manifest))
	manifest["tombstones"] = []string{"sale/month=2024-01"}
	text, err = json.Marshal(manifest)
	s.must(err)
	s.write(path, string(text), 0o600)
	s.finds("version", Fail, "000001.json", "newer Nightjar", "tombstones", "nightjar version")
}

func TestMissingFilesOfASourceAreFound(t *testing.T) {
	s := newShop(t)
	paths, err := filepath.Glob(filepath.Join(s.dir, "data", "till-*.csv"))
	s.must(err)
	for _, path := range paths {
		s.must(os.Remove(path))
	}
	s.finds("source till", Fail, "no file matches data/till-*.csv", "optional: true")
	s.rewrite("    system: pos ", "    optional: true\n    system: pos ")
	s.finds("source till", Warn, "no file matches data/till-*.csv", "goes on without it")
}

// One pattern of several that matches nothing fails the night, too.
func TestAMissingFileBesideOthersIsFound(t *testing.T) {
	s := newShop(t)
	s.rewrite("[data/till-*.csv]", "[data/till-*.csv, data/kiosk-*.csv]")
	s.finds("source till", Fail, "no file matches data/kiosk-*.csv →")
}

func TestAnUnreachableSourceIsFound(t *testing.T) {
	s := newShop(t)
	s.rewrite("data/till-*.csv", "share/tills/till-*.csv")
	s.finds("source till", Fail, "cannot be reached", filepath.Join("share", "tills"), "mount the share")
}

func TestABrokenLinkToASourceIsFound(t *testing.T) {
	s := newShop(t)
	s.must(os.Symlink(filepath.Join(s.dir, "gone.csv"), filepath.Join(s.dir, "data", "till-2024-04.csv")))
	s.finds("source till", Fail, "cannot be reached", "till-2024-04.csv")
}

func TestAProjectInAFolderWithBracketsIsFoundWhole(t *testing.T) {
	s := newShop(t)
	dir := filepath.Join(t.TempDir(), "shop [new]*")
	s.must(os.Rename(s.dir, dir))
	s.dir = dir
	s.finds("source till", OK, "3 files")
}

func TestSecretsThatEveryoneReadsAreFound(t *testing.T) {
	for _, c := range []struct{ name, file, text, line string }{
		{"a password in .env", ".env", "# the shop's database\nDB_HOST=db\nDB_PASSWORD=mockingbird\n", ".env:3"},
		{"a token in another .env", ".env.night", "export API_TOKEN='mockingbird'\n", ".env.night:1"},
		{"a password in an address", ".env", "SHOP=postgres://reader:mockingbird@db/shop\n", ".env:1"},
		{"a key in the project file, wrong otherwise", project.FileName, "currency: EUR\napi_key: mockingbird\n", "nightjar.yaml:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t)
			path := filepath.Join(s.dir, c.file)
			s.write(path, c.text, 0o644)
			s.finds("secrets", Warn, c.line+" holds a credential", "chmod o-rwx "+path)
			for _, check := range Examine(t.Context(), s.dir, "", s.now) {
				if check.Name == "secrets" && strings.Contains(check.Found+check.Do, "mockingbird") {
					t.Error("the credential is shown")
				}
			}
			s.write(path, c.text, 0o640)
			s.finds("secrets", OK)
		})
	}
}

func TestWhatIsTakenFromTheEnvironmentIsNoSecret(t *testing.T) {
	s := newShop(t)
	s.write(filepath.Join(s.dir, ".env"), "PASSWORD=\n# TOKEN=x\nSHOP=https://shop.example:8443/a@b\nKEYS=7\n", 0o644)
	s.write(filepath.Join(s.dir, ".env.example"), "PASSWORD=changeme\n", 0o644)
	s.rewrite("          discount_amount: discount", "          discount_amount: discount\n          x_card_token: member")
	s.rewrite("currency: EUR", "# password: ${DB_PASSWORD}\n# sftp://u:${PASSWORD}@host\ncurrency: EUR")
	s.finds("secrets", OK)
}

func TestAWrongTimeZoneIsFound(t *testing.T) {
	t.Run("no such zone", func(t *testing.T) {
		s := newShop(t)
		s.rewrite("Europe/Berlin", "Europe/Bärlin")
		s.finds("project", Fail, "nightjar.yaml:11", "time_zone")
	})
	t.Run("a sign turned about", func(t *testing.T) {
		s := newShop(t)
		s.rewrite("Europe/Berlin", "Etc/GMT+8")
		s.finds("time zone", Warn, "Etc/GMT+8", "-08:00", "Asia/Shanghai")
	})
	t.Run("none given, on a machine that has one", func(t *testing.T) {
		s := newShop(t)
		s.rewrite("time_zone: Europe/Berlin", "# none")
		s.finds("time zone", OK)
		s.now = s.now.In(time.FixedZone("CST", 8*60*60))
		s.finds("time zone", Warn, "in UTC", "+08:00")
	})
	t.Run("the last night's day is not over here", func(t *testing.T) {
		s := newShop(t)
		s.rewrite("as_of: 2024-03-31", "# none")
		next := s.m.Next("r2")
		next.ReceivedAt, next.Warehouse, next.Person = s.m.ReceivedAt, s.m.Warehouse, s.m.Person
		next.AsOf = s.now.AddDate(0, 0, 1).Format(time.DateOnly)
		s.must(s.lake.Commit(next))
		s.finds("time zone", Warn, "run r2", next.AsOf, "goes back in time")
	})
}
