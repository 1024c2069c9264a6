package extract

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func printedFile(tb rapid.TB, dir, system string, prints ...uint64) *printed {
	var content []byte
	for _, print := range prints {
		content = binary.LittleEndian.AppendUint64(content, print)
	}
	file, err := os.CreateTemp(dir, "*.keys")
	if err == nil {
		_, err = file.Write(content)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		tb.Fatal(err)
	}
	return &printed{path: file.Name(), system: system}
}

func TestSuspectsAreThoseWhoseFingerprintIsThereAgain(t *testing.T) {
	dir := t.TempDir()
	word := rapid.SampledFrom([]uint64{0, 1, 2, 1 << 56, 1<<56 + 1, 1 << 63, 1<<64 - 1})
	rapid.Check(t, func(rt *rapid.T) {
		var files []*printed
		count, want := map[string]map[uint64]int{"a": {}, "b": {}}, map[int][]int64{}
		var lists [][]uint64
		for range rapid.IntRange(1, 3).Draw(rt, "files") {
			system := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "system")
			list := rapid.SliceOfN(word, 0, 5).Draw(rt, "prints")
			for _, print := range list {
				count[system][print]++
			}
			files, lists = append(files, printedFile(rt, dir, system, list...)), append(lists, list)
		}
		for i, list := range lists {
			for at, print := range list {
				if count[files[i].system][print] > 1 {
					want[i] = append(want[i], int64(at)+1)
				}
			}
		}
		got, err := suspects(files)
		if err != nil {
			rt.Fatal(err)
		}
		for i, rows := range want {
			for _, row := range rows {
				if !slices.Contains(got[i], row) {
					rt.Fatalf("%v: found %v, want %v", lists, got, want)
				}
			}
		}
	})
}

func TestAsManyAgainAsNobodyLooksAtOneByOne(t *testing.T) {
	prints := make([]uint64, suspectsAtMost+1)
	for i := range prints {
		prints[i] = uint64(i) * 0x9e3779b97f4a7c15
	}
	f := printedFile(t, t.TempDir(), "a", append(prints, prints...)...)
	if _, err := suspects([]*printed{f}); !errors.Is(err, errSuspects) {
		t.Error(err)
	}
}

// Where fingerprints cannot tell keys apart, DuckDB does: 07 and 7 are one line.
func TestAKeyWrittenInTwoWaysIsOneKey(t *testing.T) {
	for name, lines := range map[string]string{
		"zeros":  "A,7,2024-01-05,1\nA,07,2024-01-05,2\n",
		"blanks": "A,7,2024-01-05,1\nA ,7,2024-01-05,2\n",
		"plus":   "A,7,2024-01-05,1\nA,+7,2024-01-05,2\n",
		"quotes": "A,7,2024-01-05,1\n\"A\",\"7\",2024-01-05,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := shopIn(t, t.TempDir(), tills)
			s.deliver("till_1.csv", "receipt,line,day,amount\n"+lines+"B,1,2024-01-05,3\n")
			s.night()
			if diff := cmp.Diff("rule         \nduplicate_key\n", s.rejects("rule")); diff != "" {
				t.Error(diff)
			}
			left, _ := filepath.Glob(filepath.Join(s.lake.TempDir(), "*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
