package delivered_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/simplifiedchinese"

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
	if _, err := delivered.Hash(context.Background(), delivered.File{Path: file(t, "a.zip", damaged), Member: "a.csv"}); err == nil {
		t.Error("a damaged member was read")
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

func TestUnpackLeavesPlainFilesWhereTheyAre(t *testing.T) {
	ctx := context.Background()
	plain := delivered.File{Path: file(t, "a.parquet", []byte("PAR1"))}
	if path, made, err := delivered.Unpack(ctx, plain, "nowhere"); path != plain.Path || made || err != nil {
		t.Error(path, made, err)
	}
	packed := delivered.File{Path: file(t, "a.zip", zipped(t, map[string]string{"a.parquet": "PAR1"})), Member: "a.parquet"}
	to := filepath.Join(t.TempDir(), "b")
	path, made, err := delivered.Unpack(ctx, packed, to)
	if content, _ := os.ReadFile(path); path != to || !made || err != nil || string(content) != "PAR1" {
		t.Error(path, made, err, string(content))
	}
}
