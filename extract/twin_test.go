package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// However files are copied, rotated and overwritten, what lies in the folder
// counts, and nothing counts twice.
func TestEveryContentInTheFolderCountsOnce(test *testing.T) {
	rapid.Check(test, func(t *rapid.T) {
		s := shopIn(t, test.TempDir(), strings.Replace(tills, "system: pos", "system: pos\n    key: none", 1))
		folder, told := map[string]string{}, ""
		for range rapid.IntRange(1, 4).Draw(t, "nights") {
			for _, name := range []string{"till1.csv", "till2.csv", "till3.csv"} {
				content := rapid.SampledFrom([]string{"", "", "X", "Y", "Z"}).Draw(t, name)
				if content != "" {
					folder[name] = content
					s.deliver(name, till(content, 1))
				}
			}
			if len(folder) == 0 {
				return
			}
			s.night()
			told += fmt.Sprintln(folder, s.discovered())
			counted := strings.Fields(s.live("sale_line", "document_id"))[1:]
			if want := slices.Compact(slices.Sorted(maps.Values(folder))); !slices.Equal(counted, want) {
				t.Fatalf("%v count, and not %v, of\n%s", counted, want, told)
			}
		}
	})
}
