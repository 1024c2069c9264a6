package agree

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

var (
	header   = csvfile.Dialect{Delimiter: ',', Quote: '"', Header: true}
	twoNames = csvfile.Dialect{Delimiter: ',', Quote: '"', Columns: []string{"a", "b"}}
	oneName  = csvfile.Dialect{Delimiter: ',', Quote: '"', Columns: []string{"a"}}
	escaped  = csvfile.Dialect{Delimiter: ';', Quote: '\'', Escape: '\\', Columns: []string{"a", "b"}}
	unquoted = csvfile.Dialect{Delimiter: '|', Columns: []string{"a", "b"}}
)

func TestDuckDBReadsRegularFilesAlike(t *testing.T) {
	db := openDuckDB(t)
	for name, c := range map[string]struct {
		text    string
		dialect csvfile.Dialect
		records int64
	}{
		"header and unix line ends":           {"a,b\n1,2\n3,4\n", header, 2},
		"header alone":                        {"a,b\n", header, 0},
		"header without line end":             {"a,b", header, 0},
		"no newline at the end":               {"1,2\n3,4", twoNames, 2},
		"windows line ends":                   {"1,2\r\n3,4\r\n", twoNames, 2},
		"windows, no newline at the end":      {"1,2\r\n3,4", twoNames, 2},
		"byte order mark":                     {"\ufeffa,b\n1,2\n", header, 1},
		"byte order mark before a quote":      {"\ufeff\"a\",b\n1,2\n", header, 1},
		"doubled quotes":                      {"\"a \"\"b\"\" c\",\"\"\"\"\n", twoNames, 1},
		"empty fields, quoted and not":        {",\n\"\",\"\"\n", twoNames, 2},
		"line breaks in quotes":               {"a,b\n\"x\ny\",2\n\"x\r\ny\",2\n\"x\ry\",2\n", header, 3},
		"line breaks in quotes, windows":      {"a,b\r\n\"x\ny\",2\r\n\"x\r\ny\",2\r\n", header, 2},
		"blank lines between":                 {"1,2\n\n\n3,4\n\n", twoNames, 2},
		"blank lines in front, no header":     {"\n\n1,2\n", twoNames, 1},
		"empty values in one column":          {"1\n\"\"\n2\n", oneName, 3},
		"blanks around values":                {" 1 ,\t2\t\n", twoNames, 1},
		"a line of a blank in one column":     {" \n1\n", oneName, 2},
		"an empty file without header":        {"", twoNames, 0},
		"escaped quotes and escapes":          {"'it\\'s';'a\\\\'\nb\\;c\n", escaped, 2},
		"quotes that mean nothing":            {"a\"|\"b\n", unquoted, 1},
		"chinese":                             {"名,数\n茶,１\n", header, 1},
		"names that differ by case or repeat": {"a,A,a,\n1,2,3,4\n", header, 1},
		"a quoted line break in the header":   {"\"a\nb\",c\n1,2\n", header, 1},
		"a hash is no comment":                {"#1,2\n3,#\n", twoNames, 2},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "file.csv", c.text)
			r := mustScan(t, path, c.dialect)
			if !r.Regular() || r.Records != c.records {
				t.Fatalf("regular %v with %d records, want %d: %+v", r.Regular(), r.Records, c.records, r.Irregular)
			}
			if err := compare(db, path, c.dialect, r); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDuckDBReadsALongRecordGivenItsSize(t *testing.T) {
	db := openDuckDB(t)
	for _, size := range []int{2<<20 - 100, 2 << 20, 2<<20 + 1, 5 << 20, 15 << 20} {
		path := writeFile(t, "long.csv", "1,2\n3,\""+strings.Repeat("x", size)+"\"\n5,6\n")
		r := mustScan(t, path, twoNames)
		if !r.Regular() {
			t.Fatal(r.Irregular)
		}
		if err := compare(db, path, twoNames, r); err != nil {
			t.Errorf("a record of %d bytes: %.300v", size, err)
		}
	}
}

func TestPropertyDuckDBReadsRegularFilesAlike(t *testing.T) {
	db := openDuckDB(t)
	dir := t.TempDir()
	regular := 0
	rapid.Check(t, func(rt *rapid.T) {
		d, text := drawFile(rt)
		path := filepath.Join(dir, "file.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			rt.Fatal(err)
		}
		was, err := check(db, path, d)
		if err != nil {
			rt.Fatalf("%+v of %q: %v", d, text, err)
		}
		if was {
			regular++
		}
	})
	if regular == 0 {
		t.Error("no file was regular: the property says nothing")
	}
}

// drawFile draws a dialect and a file of it that is often regular.
func drawFile(rt *rapid.T) (csvfile.Dialect, string) {
	d := rapid.SampledFrom([]csvfile.Dialect{header, twoNames, oneName, escaped, unquoted}).Draw(rt, "dialect")
	lineEnd := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(rt, "line end")
	columns := max(len(d.Columns), 2*btoi(d.Header))
	field := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("ab0 é茶#\ufeff")), 0, 5, -1),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("ab,;|\n\r '\"\\")), 0, 6, -1), func(s string) string { return quote(d, s) }),
		rapid.StringOfN(rapid.RuneFrom([]rune("a,;|\n\r '\"\\")), 0, 2, -1),
	)
	if rapid.Bool().Draw(rt, "tame") {
		field = rapid.OneOf(
			rapid.StringOfN(rapid.RuneFrom([]rune("ab0 é茶#")), 0, 5, -1),
			rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("ab,;|\n\r '\"\\")), 0, 6, -1), func(s string) string { return quote(d, s) }))
	}
	var b strings.Builder
	for i := range rapid.IntRange(0, 8).Draw(rt, "records") {
		if i > 0 {
			b.WriteString(lineEnd)
		}
		for c := range columns {
			if c > 0 {
				b.WriteByte(d.Delimiter)
			}
			b.WriteString(field.Draw(rt, "field"))
		}
	}
	if rapid.Bool().Draw(rt, "line end at the end") {
		b.WriteString(lineEnd)
	}
	return d, b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// quote writes a value in the dialect's quotes, if it has any.
func quote(d csvfile.Dialect, value string) string {
	if d.Quote == 0 {
		return strings.Map(func(r rune) rune {
			if r == rune(d.Delimiter) || r == '\n' || r == '\r' {
				return '_'
			}
			return r
		}, value)
	}
	q, e := string(rune(d.Quote)), d.Escape
	if e == 0 {
		e = d.Quote
	}
	escape := string(rune(e))
	if escape != q {
		value = strings.ReplaceAll(value, escape, escape+escape)
	}
	return q + strings.ReplaceAll(value, q, escape+q) + q
}

// corpus is the delimited text of extract/testdata/corpus, as far as it stands there
// as it is, or in quotes and once.
func corpus(tb testing.TB) [][]byte {
	tb.Helper()
	paths, err := filepath.Glob("../../testdata/corpus/*.txt")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	var texts [][]byte
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range archive.Files {
			switch text := string(file.Data); {
			case strings.HasSuffix(file.Name, ".csv | quoted"):
				if unquoted, ok := unquote(text); ok {
					texts = append(texts, unquoted)
				}
			case strings.HasSuffix(file.Name, ".csv"):
				texts = append(texts, file.Data)
			}
		}
	}
	return texts
}

func unquote(lines string) ([]byte, bool) {
	var text []byte
	for line := range strings.Lines(lines) {
		part, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil && strings.TrimSpace(line) != "" {
			return nil, false
		}
		text = append(text, part...)
	}
	return text, true
}

func FuzzScan(f *testing.F) {
	db := openDuckDB(f)
	dir := f.TempDir()
	for i, text := range []string{
		"a,b\n1,2\n", "\"a\"\"b\",c\r\n1,2\r\n", "\ufeffa,b\n\n\"x\ny\",2", "'it\\'s';b\n", "a|b\nc|\"\n", "a\rb\r",
		"\ufeff\ufeffa,b\n1,2\n", "a,b\n\ufeff1,2\n\ufeff\"3\",4\n",
		"a,b\n1,\"2\" \n", "5\" pipe,x\n", "a,b,\n1,2\n", "\r\n\r\n1,2\r\n", "a, \"b\"\n",
	} {
		f.Add([]byte(text), uint8(i))
	}
	for i, text := range corpus(f) {
		f.Add(text, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, pick uint8) {
		d := []csvfile.Dialect{header, twoNames, oneName, escaped, unquoted}[pick%5]
		path := filepath.Join(dir, fmt.Sprintf("file%d.csv", os.Getpid()))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := check(db, path, d); err != nil {
			t.Fatalf("%+v of %q: %v", d, text, err)
		}
	})
}

// check holds every promise of the package to one file, and reports whether the
// file was regular.
func check(db *sql.DB, path string, d csvfile.Dialect) (regular bool, err error) {
	r, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, d, nil)
	if unclosed, empty, mistaken := new(csvfile.UnclosedQuoteError), new(csvfile.EmptyFileError), new(delivered.MistakenError); errors.As(err, &unclosed) || errors.As(err, &empty) || errors.As(err, &mistaken) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if r.Regular() {
		if err := compare(db, path, d, r); err != nil {
			return true, err
		}
	}
	return r.Regular(), checkNormalised(db, path, d, r)
}

func compare(db *sql.DB, path string, d csvfile.Dialect, r csvfile.Result) error {
	ours, err := readByUs(path, d, r)
	if err != nil {
		return err
	}
	theirs, err := readByDuckDB(db, path, d, r)
	if err != nil {
		return fmt.Errorf("DuckDB: %w", err)
	}
	if !slices.EqualFunc(ours, theirs, slices.Equal) {
		return fmt.Errorf("we read %.300q, DuckDB %.300q", ours, theirs)
	}
	return compareFacts(r, ours)
}

// compareFacts derives the facts about columns once more, simply.
func compareFacts(r csvfile.Result, records [][]string) error {
	want := make([]csvfile.ColumnFacts, len(r.Header))
	for i, name := range r.Header {
		want[i].Name = name
		for _, record := range records {
			value := record[i]
			want[i].MaxLen = max(want[i].MaxLen, len(value))
			want[i].Empty += int64(btoi(value == ""))
			want[i].Padded = want[i].Padded || strings.Trim(value, " \t\u00a0\u3000") != value
		}
	}
	if !reflect.DeepEqual(r.Columns, want) {
		return fmt.Errorf("the facts are %+v, want %+v", r.Columns, want)
	}
	return nil
}

// checkNormalised holds Normalise to its promises: every record is kept or handed
// back, and what is written is regular and says the same.
func checkNormalised(db *sql.DB, path string, d csvfile.Dialect, r csvfile.Result) error {
	var out bytes.Buffer
	kept, unreadable, err := csvfile.Normalise(context.Background(), delivered.File{Path: path}, d, &out)
	if err != nil {
		return err
	}
	if kept+int64(len(unreadable)) != r.Records {
		return fmt.Errorf("%d kept and %d unreadable of %d records", kept, len(unreadable), r.Records)
	}
	normal := path + ".normal"
	if err := os.WriteFile(normal, out.Bytes(), 0o600); err != nil {
		return err
	}
	n, err := csvfile.Scan(context.Background(), delivered.File{Path: normal}, header, nil)
	if err != nil {
		return fmt.Errorf("scanning %q: %w", out.String(), err)
	}
	if !n.Regular() || n.Records != kept || len(n.Header) != len(r.Header)+1 {
		return fmt.Errorf("normalised as %q: %+v", out.String(), n)
	}
	return compare(db, normal, header, n)
}

func mustScan(t *testing.T, path string, d csvfile.Dialect) csvfile.Result {
	t.Helper()
	r, err := csvfile.Scan(context.Background(), delivered.File{Path: path}, d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
