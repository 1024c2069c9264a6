package delivered_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"nightjar/extract/delivered"
)

func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, members map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, NonUTF8: true})
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAMemberIsReadByItsNameAndHashedUnpacked(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("订单.csv")
	if err != nil {
		t.Fatal(err)
	}
	path := file(t, "a.zip", zipped(t, map[string]string{gbk: "a,b\n"}))
	members, err := delivered.Members(path, "")
	if diff := cmp.Diff([]delivered.Member{{Name: "订单.csv", Size: 4}}, members); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	f := delivered.File{Path: path, Member: "订单.csv"}
	s, err := delivered.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text, err := io.ReadAll(s)
	if err != nil || string(text) != "a,b\n" {
		t.Fatalf("%q, %v", text, err)
	}
	want := sha256.Sum256([]byte("a,b\n"))
	if sum, err := delivered.Hash(context.Background(), f); err != nil || sum != hex.EncodeToString(want[:]) {
		t.Errorf("%s, %v", sum, err)
	}
}

func TestWhatIsNoArchiveOrDamagedSaysSo(t *testing.T) {
	whole := zipped(t, map[string]string{"a.csv": strings.Repeat("a,b\n", 1000)})
	for name, content := range map[string][]byte{"text": []byte("a,b\n"), "cut off": whole[:len(whole)-10], "empty": nil} {
		if _, err := delivered.Members(file(t, "a.zip", content), ""); err == nil || !strings.Contains(err.Error(), "no zip archive, or damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
	damaged := bytes.Clone(whole)
	damaged[45] ^= 0xff
	if _, err := delivered.Hash(context.Background(), delivered.File{Path: file(t, "a.zip", damaged), Member: "a.csv"}); err == nil || !strings.Contains(err.Error(), "damaged there: ask for it again") {
		t.Error(err)
	}
	if _, err := delivered.Open(delivered.File{Path: file(t, "a.zip", whole), Member: "b.csv"}); err == nil || !strings.Contains(err.Error(), "no such member") {
		t.Error(err)
	}
}

func TestABombIsRefusedBeforeItFillsTheDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a gigabyte of nothing to memory's stream")
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	for range 1100 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := delivered.Open(delivered.File{Path: file(t, "a.csv.gz", packed.Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := io.Copy(io.Discard, s); err == nil || !strings.Contains(err.Error(), "times its size") {
		t.Error(err)
	}
}

func TestTwoMembersOfOneNameAreRefused(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range []string{"a/b.csv", `a\b.csv`} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := file(t, "a.zip", out.Bytes())
	if _, err := delivered.Members(path, ""); err == nil || !strings.Contains(err.Error(), "two of its members are named a/b.csv") {
		t.Error(err)
	}
	if members, err := delivered.Members(path, "c*"); err != nil || len(members) != 0 {
		t.Error(members, err)
	}
}

func TestAPackedFileOfNoByteIsCutOff(t *testing.T) {
	for _, f := range []delivered.File{
		{Path: file(t, "a.csv.zst", nil)},
		{Path: file(t, "a.csv.gz", nil)},
		{Path: file(t, "a.zip", zipped(t, map[string]string{"a.csv.zst": ""})), Member: "a.csv.zst"},
		{Path: file(t, "a.zip", zipped(t, map[string]string{"a.csv.gz": ""})), Member: "a.csv.gz"},
	} {
		if _, err := delivered.Open(f); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestTextOfAnotherEncodingThanTheSourceSaysIsRefused(t *testing.T) {
	chinese, german := "苹果,香蕉,白米,一斤\n", "Müller,Jörg,Straße\n"
	encoded := func(coding encoding.Encoding, text string) string {
		b, err := coding.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	gbk, latin := simplifiedchinese.GBK, charmap.Windows1252
	wide := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	bare := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	for name, c := range map[string]struct{ says, text, problem string }{
		"UTF-8":                             {"", chinese, ""},
		"no byte":                           {"gbk", "", ""},
		"GBK":                               {"gbk", encoded(gbk, chinese), ""},
		"GBK that looks like UTF-8 a bit":   {"gbk", strings.Repeat(encoded(gbk, "台,模\n"), 100), ""},
		"windows-1252":                      {"windows-1252", encoded(latin, german), ""},
		"a letter twice mistaken":           {"windows-1252", "Ã¼\n", ""},
		"UTF-16 with its mark":              {"utf-16", encoded(wide, chinese), ""},
		"UTF-16 without":                    {"utf-16", encoded(bare, chinese), ""},
		"UTF-16 without saying so":          {"", encoded(wide, chinese), "byte order mark of UTF-16"},
		"UTF-16 for GBK":                    {"gbk", encoded(wide, chinese), "byte order mark of UTF-16"},
		"UTF-8 for GBK, by its mark":        {"gbk", "\ufeffa\n", "byte order mark of UTF-8"},
		"UTF-8 for GBK, by its characters":  {"gbk", chinese, "reads as UTF-8 throughout"},
		"UTF-8 for GBK, cut by the sample":  {"gbk", strings.Repeat(chinese, 10_000), "reads as UTF-8 throughout"},
		"UTF-8 for 1252, by its characters": {"windows-1252", german, "reads as UTF-8 throughout"},
		"ASCII for UTF-16":                  {"utf-16", "a,b\n", "it is UTF-8"},
		"a workbook":                        {"", "PK\x03\x04…", "Excel workbook"},
		"a name like Parquet's":             {"", "PAR1,PAR2\n", ""},
	} {
		s, err := delivered.OpenText(delivered.File{Path: file(t, "a.csv", []byte(c.text)), Encoding: c.says})
		if err == nil {
			if c.says != "" && c.text != "" {
				if text, err := io.ReadAll(s); err != nil || strings.Contains(string(text), "\uFFFD") {
					t.Errorf("%s: %v %.30q", name, err, text)
				}
			}
			s.Close()
		}
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnpackLeavesPlainFilesWhereTheyAre(t *testing.T) {
	ctx := context.Background()
	plain := delivered.File{Path: file(t, "a.parquet", []byte("PAR1"))}
	path, remove, err := delivered.Unpack(ctx, plain, "nowhere")
	if path != plain.Path || err != nil {
		t.Error(path, err)
	}
	if remove(); !isThere(plain.Path) {
		t.Error("the delivery itself was removed")
	}
	packed := delivered.File{Path: file(t, "a.zip", zipped(t, map[string]string{"a.parquet": "PAR1"})), Member: "a.parquet"}
	folder := t.TempDir()
	path, remove, err = delivered.Unpack(ctx, packed, folder)
	if content, _ := os.ReadFile(path); filepath.Dir(path) != folder || err != nil || string(content) != "PAR1" {
		t.Error(path, err, string(content))
	}
	if remove(); isThere(path) {
		t.Error("what was unpacked is still there")
	}
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
