package inspect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/page"
	"nightjar/internal/charset"
	"nightjar/internal/config"
	"nightjar/models"
)

var update = flag.Bool("update", false, "write the pages that are wanted")

// The cases are files in testdata: what the case is about, the files to look into, and
// the page that is wanted. "encode: gb18030" writes the files in that encoding, "flags:"
// are those of the command line.
func TestPages(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { testPage(t, path) })
	}
}

func testPage(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	arguments, want := unpack(t, archive, dir)
	desk := doubt.NewDesk(answers(archive), nil)
	kinds, err := inspect.Inspect(context.Background(), arguments, inspect.Options{
		Dir: dir, Catalog: catalog(t), Desk: desk, Rows: 1000, Profile: strings.Contains(setting(archive, "flags"), "--profile"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := page.Write(&got, kinds, desk.Open(), page.Options{}); err != nil {
		t.Fatal(err)
	}
	if len(desk.Open()) == 0 {
		isConfig(t, dir, page.Sources(kinds))
	}
	if *update {
		archive.Files = append(archive.Files[:len(arguments)], txtar.File{Name: "page", Data: got.Bytes()})
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("the page (-want +got; go test ./extract/inspect -update):\n%s", diff)
	}
}

// unpack writes the case's files, and returns their paths and the page wanted.
func unpack(t *testing.T, archive *txtar.Archive, dir string) (paths []string, want string) {
	t.Helper()
	for _, f := range archive.Files {
		if f.Name == "page" {
			want = string(f.Data)
			continue
		}
		data := f.Data
		if name := setting(archive, "encode"); name != "" {
			coding, err := charset.Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			if data, err = coding.NewEncoder().Bytes(data); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths, want
}

// setting is what a line of the case says behind a word.
func setting(archive *txtar.Archive, word string) string {
	for line := range strings.Lines(string(archive.Comment)) {
		if value, found := strings.CutPrefix(line, word+":"); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

var dateFlag = regexp.MustCompile(`--date (\S+)`)

func answers(archive *txtar.Archive) map[string]string {
	given := map[string]string{}
	if match := dateFlag.FindStringSubmatch(setting(archive, "flags")); match != nil {
		given[evidence.DateKey] = match[1]
	}
	return given
}

var standard = sync.OnceValues(func() (*models.Catalog, error) { return models.Load(models.Standard) })

func catalog(t *testing.T) *models.Catalog {
	t.Helper()
	c, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// isConfig demands that sources make a project.
func isConfig(t *testing.T, dir, sources string) {
	t.Helper()
	path := filepath.Join(dir, "nightjar.yaml")
	if err := os.WriteFile(path, []byte("currency: EUR\n"+sources), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path, func(string) (string, bool) { return "", false }, catalog(t)); err != nil {
		t.Errorf("%v in\n%s", err, sources)
	}
}

// Whatever is in a file, inspect does not panic, and what it proposes without a
// question is right for nightjar.yaml.
func FuzzInspect(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Add([]byte("order id,order id,\"a\nb\",,${x}\n1,2,3,4,5\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "file.txt")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		desk := doubt.NewDesk(nil, nil)
		kinds, err := inspect.Inspect(context.Background(), []string{path}, inspect.Options{Dir: dir, Catalog: catalog(t), Desk: desk, Rows: 5, Profile: true})
		if err != nil {
			return
		}
		var got bytes.Buffer
		if err := page.Write(&got, kinds, desk.Open(), page.Options{}); err != nil {
			t.Fatal(err)
		}
		if len(desk.Open()) == 0 {
			isConfig(t, dir, page.Sources(kinds))
		}
	})
}

func asJSON(t *testing.T, object any) string {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
