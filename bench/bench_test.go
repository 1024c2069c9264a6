package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestNothingIsLeftToFillIn(t *testing.T) {
	open := regexp.MustCompile(`\{[a-z_][\w.*]*(:[^}]*)?\}`)
	for _, name := range contenders[1:] {
		all, err := statements(name)
		if err != nil || len(all) < 20 {
			t.Fatalf("%s has %d statements: %v", name, len(all), err)
		}
		values := traces(name)
		for _, known := range []string{"data", "out", "as_of", "parquet", "begins", "ends", "received"} {
			values[known] = "x"
		}
		for _, s := range all {
			for each, of := range map[string]func(time.Time) map[string]string{"month": ofMonth, "year": ofYear} {
				if s.each == each {
					maps.Copy(values, of(time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)))
				}
			}
			if left := open.FindString(filled(s.sql, values)); left != "" && !strings.Contains(left, ": ") {
				t.Errorf("%s, %s: %s has no value", name, s.name, left)
			}
			if strings.TrimSpace(s.sql) == "" {
				t.Errorf("%s, %s is empty", name, s.name)
			}
		}
	}
}

func TestRecordsAreCountedByTheBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"a,b\n":                      0,
		"a,b\n1,2\n":                 1,
		"a,b\n1,2\n3,4":              2,
		"a,b\n1,\"two\nlines\"\n":    1,
		"a,b\n1,\"a \"\"q\"\"\n\"\n": 1,
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, bytes, records, err := fingerprint(path)
		if err != nil || records != want || bytes != int64(len(text)) {
			t.Errorf("%q: %d records, %d bytes, %v", text, records, bytes, err)
		}
	}
}

func TestPackedLinesAreAllRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.jsonl.gz")
	var packed bytes.Buffer
	pack := gzip.NewWriter(&packed)
	_, err := pack.Write([]byte("{\"a\": 1}\n{\"a\": 2}\n"))
	if err := errors.Join(err, pack.Close(), os.WriteFile(path, packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	sum, size, records, err := fingerprint(path)
	if whole := sha256.Sum256(packed.Bytes()); err != nil || records != 2 || size != int64(packed.Len()) || sum != hex.EncodeToString(whole[:]) {
		t.Errorf("%d records, %d bytes, %s, %v", records, size, sum, err)
	}
}

func TestMedians(t *testing.T) {
	if m := median([]measure{{wall: 3}, {wall: 1}, {wall: 2}}, wall); m != 2 {
		t.Error(m)
	}
	if m := median([]measure{{wall: 3}, {wall: 1}}, wall); m != 2 {
		t.Error(m)
	}
}
