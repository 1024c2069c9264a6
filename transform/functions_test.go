package transform

import (
	"context"
	"strings"
	"testing"

	"nightjar/internal/contact"
	"nightjar/internal/duck"

	"pgregory.net/rapid"
)

// What the engine tells by itself is what the function in Go says.
func TestContactDataHaveTheSameFormInSQLAndGo(t *testing.T) {
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := addFunctions(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	texts := rapid.OneOf(
		rapid.StringMatching("[ -~]{0,12}"),
		rapid.StringMatching("[aB0@.\u3000－ ]{0,9}"),
		rapid.StringMatching("[aB0]{1,2}@[aB0.,/@-]{1,6}"),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(texts.Draw(t, "text"), "\x00", "")
		for function, inGo := range map[string]func(string) (string, bool){"code": contact.Code, "email": contact.Email} {
			expression, err := (DuckDB{}).Functions()[function].(func(...string) (string, error))(duck.Text(text))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if err := db.QueryRow("select coalesce(" + expression + ", '')").Scan(&got); err != nil {
				t.Fatal(err)
			}
			want, ok := inGo(text)
			if !ok {
				want = ""
			}
			if got != want {
				t.Errorf("%s(%q) is %q in SQL, %q in Go", function, text, got, want)
			}
		}
	})
}
