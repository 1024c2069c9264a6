package evidence

import (
	"context"
	"database/sql"
	"fmt"
	"nightjar/internal/duck"
	"os"
	"testing"
)

func TestQ(t *testing.T) {
	db, err := duck.Open(context.Background(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile("/tmp/ts.sql")
	rows, err := db.Query(string(b))
	if err != nil {
		t.Fatal(err)
	}
	cs, _ := rows.Columns()
	for rows.Next() {
		v := make([]sql.NullString, len(cs))
		p := make([]any, len(cs))
		for i := range v {
			p[i] = &v[i]
		}
		rows.Scan(p...)
		for i, c := range cs {
			fmt.Println(c, v[i])
		}
	}
}
