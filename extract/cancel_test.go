package extract

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestACancelledNightEndsAtOnce(t *testing.T) {
	s := aShop(t, tills)
	var text strings.Builder
	text.WriteString("receipt,line,day,amount\n")
	for i := range 300_000 {
		fmt.Fprintf(&text, "A%d,%d,2024-01-05,%d.5\n", i, i, i)
	}
	for i := range 4 {
		s.deliver(fmt.Sprintf("till%d.csv", i), text.String()+fmt.Sprintf("B,%d,2024-01-05,1\n", i))
	}
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 300 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		s.ctx = ctx
		begun := time.Now()
		err := s.try()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after %v: %v", after, err)
		}
		if took := time.Since(begun); took > after+5*time.Second {
			t.Fatalf("it went on for %v", took)
		}
		cancel()
	}
	if s.committed != nil {
		t.Fatal("something was committed")
	}
}
