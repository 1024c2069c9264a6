package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"nightjar/internal/project"
	"os"
	"testing"
	"time"
)

type np struct {
	t *testing.T
	b time.Time
}

func (p *np) Stage(s string, n int64) { p.t.Log(s, n); p.b = time.Now() }
func (p *np) Add(int64)               {}
func (p *np) Done()                   { p.t.Log("  ", time.Since(p.b)) }
func TestOlistRun(t *testing.T) {
	dir, st := os.Getenv("PROJ"), os.Getenv("ST")
	for i := 0; i < 2; i++ {
		p, err := project.Open(dir, st)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), p, Options{Now: time.Now()}, slog.New(slog.DiscardHandler), &np{t: t})
		j, _ := json.Marshal(r.Seconds)
		fmt.Println(r.ModelSeconds)
		fmt.Println(r.Outcome, r.Total, string(j), len(r.LeftOut), r.Findings)
		if err != nil {
			t.Fatal(err)
		}
	}
}
