package jsonfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nightjar/extract/delivered"
	"nightjar/extract/jsonfile"
	"nightjar/extract/record"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read gives the columns and each row as line: its fields joined by |, or !rule.
func read(t *testing.T, text string, o jsonfile.Options) []string {
	t.Helper()
	path := file(t, text)
	f, err := jsonfile.Open(delivered.File{Path: path}, o)
	if err != nil {
		return []string{strings.ReplaceAll(err.Error(), path, "file.json")}
	}
	defer f.Close()
	got := []string{strings.Join(f.Columns(), "|")}
	var r record.Record
	for {
		r.Rule = ""
		err := f.Next(&r)
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			return append(got, err.Error())
		}
		line := strconv.FormatInt(r.Line, 10) + ": "
		if r.Rule != "" {
			got = append(got, line+"!"+r.Rule)
			continue
		}
		var fields []string
		for _, field := range r.Fields {
			fields = append(fields, string(field))
		}
		got = append(got, line+strings.Join(fields, "|"))
	}
}

func TestJSONBecomesATable(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    jsonfile.Options
		want []string
	}{
		"a record a line": {
			"{\"id\": 12345678901234567890, \"客户\": {\"名\": \"李明\", \"ok\": true}}\n\n{\"id\": 1.50, \"note\": null, \"tags\": [1,  \"a\"]}\n",
			jsonfile.Options{},
			[]string{"id|客户.名|客户.ok|note|tags", "1: 12345678901234567890|李明|true||", `3: 1.50||||[1,"a"]`},
		},
		"a bad line takes no other with it": {
			"{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": 2, \"a\": 3}\n{\"a\": \"\xff\"}\n{\"a\": 4}\n",
			jsonfile.Options{},
			[]string{"a", "1: 1", "2: !bad_record", "3: !bad_record", "4: !bad_record", "5: !bad_encoding", "6: 4"},
		},
		"a list":                        {"[{\"a\": 1},\n {\"b\": \"x\\ny\"}\n]", jsonfile.Options{}, []string{"a|b", "1: 1|", "2: |x\ny"}},
		"one record over several lines": {"{\n \"a\": 1,\n \"b\": {}\n}\n", jsonfile.Options{}, []string{"a", "1: 1"}},
		"a list deep within": {
			`{"code": 0, "data": {"total": 2, "orders": [{"id": 1}, {"id": 2}]}, "more": [1]}`,
			jsonfile.Options{Records: "data.orders"},
			[]string{"id", "1: 1", "1: 2"},
		},
		"lines of orders": {
			`[{"id": 7, "lines": [{"sku": "A", "q": 1}, {"sku": "B", "x": {"y": 2}}]}, {"id": 8, "lines": []}, {"id": 9}]`,
			jsonfile.Options{From: "lines"},
			[]string{"lines.#|id|lines.sku|lines.q|lines.x.y", "1: 1|7|A|1|", "1: 2|7|B||2"},
		},
		"lists within lists": {
			`[{"id": 7, "a": [{"n": 1, "b": ["x", "y"]}, {"n": 2, "b": ["z"]}]}]`,
			jsonfile.Options{From: "a.b"},
			[]string{"a.b.#|id|a.n|a.b", "1: 1|7|1|x", "1: 2|7|1|y", "1: 1|7|2|z"},
		},
		"numbers with exponents are written out": {`[{"a": 1.25e3, "b": 5E-3, "c": -0, "d": 1e400}]`, jsonfile.Options{}, []string{"a|b|c|d", "1: 1250|0.005|-0|1e400"}},
		"a field that may be missing":            {`{"a": 1}`, jsonfile.Options{Columns: []string{"b.c"}}, []string{"a|b.c", "1: 1|"}},
		"names that differ by case":              {`{"Id": 1, "id": 2}`, jsonfile.Options{}, []string{"Id|id_2", "1: 1|2"}},
		"two fields of one path":                 {`{"a.b": 1, "a": {"b": 2}}`, jsonfile.Options{}, []string{"", "1: !bad_record"}},
		"cut off":                                {"[{\"a\": 1},\n{\"a\"", jsonfile.Options{}, []string{"reading file.json: the JSON ends too early, at line 2: the file is cut off, ask for it again"}},
		"cut off behind its list":                {`{"data": [{"a": 1}]`, jsonfile.Options{Records: "data"}, []string{"reading file.json: the JSON ends too early, at line 1: the file is cut off, ask for it again"}},
		"two lists":                              {"[{\"a\": 1}]\n[{\"a\": 2}, {\"a\": 3}]\n{\"a\": 4}\n", jsonfile.Options{}, []string{"a", "1: 1", "2: 2", "2: 3", "3: 4"}},
		"pages":                                  {"{\"d\": {\"l\": [{\"a\": 1}], \"n\": 1}}\n{\"d\": {\"l\": []}}\n{\"d\": {\"l\": [{\"a\": 2}]}}", jsonfile.Options{Records: "d.l"}, []string{"a", "1: 1", "3: 2"}},
		"a page without":                         {"{\"d\": [{\"a\": 1}]}\n{}\n", jsonfile.Options{Records: "d"}, []string{`reading file.json: there is no list at d: the field "d" is missing; correct json.records`}},
		"the list twice":                         {"{\"d\": [{\"a\": 1}],\n \"d\": [{\"a\": 2}]}", jsonfile.Options{Records: "d"}, []string{`reading file.json: at line 2, the field "d" stands twice in one object, and one of them would be lost: ask for the file again`}},
		"no list of rows":                        {"{\"i\": 1, \"l\": {\"n\": 1}}\n{\"i\": 2, \"l\": \"x\"}\n{\"i\": 3, \"l\": null}\n{\"i\": 4}\n{\"i\": 5, \"l\": [{\"n\": 2}]}\n", jsonfile.Options{From: "l"}, []string{"l.#|i|l.n", "1: !bad_record", "2: !bad_record", "5: 1|5|2"}},
		"no way to the rows":                     {"{\"i\": 1, \"m\": {\"l\": [{\"n\": 1}]}}\n{\"i\": 2, \"m\": 5}\n", jsonfile.Options{From: "m.l"}, []string{"m.l.#|i|m.l.n", "1: 1|1|1", "2: !bad_record"}},
		"text behind a record":                   {"{\"a\": 1}\n{\"a\": 2} // two\n{\"a\": 3},\n{\"a\": 4}\n", jsonfile.Options{}, []string{"a", "1: 1", "2: !bad_record", "3: !bad_record", "4: 4"}},
		"a path around a list too":               {`[{"l.n": 1, "l": [{"n": 2}]}]`, jsonfile.Options{From: "l"}, []string{"l.#", "1: !bad_record"}},
		"marks where files join":                 {"\ufeff{\"a\": 1}\n\ufeff{\"a\": 2}\n", jsonfile.Options{}, []string{"a", "1: 1", "2: 2"}},
		"no JSON":                                {"id,amount\n1,2\n", jsonfile.Options{}, []string{"reading file.json: at line 1, byte 1, it is no JSON any more: have it written anew, or deliver one record a line, so that one bad record does not take the others with it"}},
		"no such list":                           {`{"data": {"a": 1}}`, jsonfile.Options{Records: "data.orders"}, []string{"reading file.json: there is no list at data.orders: the field \"orders\" is missing; correct json.records"}},
		"nothing":                                {"", jsonfile.Options{}, []string{""}},
		"an empty list":                          {"[]", jsonfile.Options{}, []string{""}},
	} {
		if diff := cmp.Diff(c.want, read(t, c.text, c.o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A value in a list that memory would not hold is refused, not read to its end.
func TestAValueThatDoesNotEndIsRefused(t *testing.T) {
	long := strings.Repeat("x", 5*record.Max)
	for text, want := range map[string]string{
		"[{\"a\": 1},\n{\"a\": \"" + long + "\"}]": "a value on line 1 or behind it has more than 32 MiB",
		"{\"a\": 1}\n{\"a\": \"" + long + "\"}\n":  "2: !too_long",
	} {
		got := read(t, text, jsonfile.Options{})
		if last := got[len(got)-1]; !strings.Contains(last, want) {
			t.Errorf("%.200s, want %s", last, want)
		}
	}
}

// What is around rows is held once, however many fields and rows there are.
func TestManyFieldsAroundManyRows(t *testing.T) {
	text := "{\"l\": [1" + strings.Repeat(",1", 100_000) + "]"
	for i := range 500 {
		text += fmt.Sprintf(", \"k%d\": %d", i, i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := jsonfile.Open(delivered.File{Path: file(t, text+"}")}, jsonfile.Options{From: "l"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 200 {
		t.Errorf("%d MiB for 100,000 rows", used)
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `[{"a":[{"b":1e9}]}]`, "{}\n{", `{"a":{"a":{"a":[1,2,[3]]}}}`, "\xef\xbb\xbf[1,\"\\u0000\"]"} {
		f.Add(seed, "a")
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		read(t, text, jsonfile.Options{From: path})
		read(t, text, jsonfile.Options{Records: path})
	})
}
