package csvfile_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
)

// fingerprints of a file by the columns a (text) and b (whole numbers).
func fingerprints(t *testing.T, text string) (told bool, prints []string) {
	t.Helper()
	var out bytes.Buffer
	file := delivered.File{Path: writeFile(t, "file.csv", "a,b,c\n"+text)}
	r, err := csvfile.ScanKeyed(context.Background(), file, commas, []csvfile.Shape{{Column: "b", Kind: csvfile.Integer}}, csvfile.Key{Columns: []string{"a", "b"}, To: &out})
	if err != nil {
		t.Fatal(err)
	}
	for out.Len() > 0 {
		prints = append(prints, fmt.Sprintf("%x", out.Next(csvfile.FingerprintSize)))
	}
	return r.KeyTold, prints
}

func TestEqualKeysHaveEqualFingerprintsHoweverTheyAreQuoted(t *testing.T) {
	long := strings.Repeat("filler,1,2\n", 5000) // for the fast road and the careful one
	told, prints := fingerprints(t, "x,1,one\n\"x\",\"1\",two\nx,2,three\ny,1,four\n\"x\"\"\",1,five\n"+long)
	if !told || len(prints) != 5005 {
		t.Fatal(told, len(prints))
	}
	if prints[0] != prints[1] {
		t.Error("quotes make another key")
	}
	if prints[0] == prints[2] || prints[0] == prints[3] || prints[0] == prints[4] {
		t.Error("other keys have the same fingerprint")
	}
}

func TestFingerprintsTellNothingWhereAKeyHasSeveralTexts(t *testing.T) {
	for name, text := range map[string]string{
		"zeros in front":   "x,01,\n",
		"a plus":           "x,+1,\n",
		"minus zero":       "x,-0,\n",
		"a blank behind":   "x ,1,\n",
		"a blank in front": "x, 1,\n",
		"no number":        "x,one,\n",
		"a wide blank":     "x\u3000,1,\n",
	} {
		if told, _ := fingerprints(t, "y,7,\n"+text); told {
			t.Error(name)
		}
	}
	if told, _ := fingerprints(t, "y,-7,\nz,0,\n,,\n"); !told {
		t.Error("a plain key tells nothing")
	}
}
