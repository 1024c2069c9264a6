// Package status says how a project stands: the current night, its age, the
// last runs, and who holds the lock.
package status

import (
	"time"

	"nightjar/internal/lake"
)

// A Status is how a project stands at one moment.
type Status struct {
	// Current is nil before the first night.
	Current *Night       `json:"current"`
	Lock    *lake.Holder `json:"lock"`
	// Runs are the last ones, newest first, failed ones included.
	Runs []Run `json:"runs"`
}

// A Night is what the current manifest says.
type Night struct {
	Run        string    `json:"run"`
	Number     int       `json:"number"`
	AsOf       string    `json:"as_of"`
	ReceivedAt time.Time `json:"received_at"`
	AgeSeconds int64     `json:"age_seconds"`
	Warehouse  string    `json:"warehouse"`
	Rows       int64     `json:"rows"`
	// Pending rows wait for their owner, by input.
	Pending map[string]int64 `json:"pending,omitempty"`
	// Held deliveries were kept back, and why.
	Held []Held `json:"held,omitempty"`
}

// A Held delivery was kept back.
type Held struct {
	Source string `json:"source"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Of reads how the project of the lake stands at now, with its last runs.
func Of(l *lake.Lake, now time.Time, runs int) (Status, error) {
	s := Status{}
	m, err := l.Current()
	if err != nil {
		return s, err
	}
	if m != nil {
		s.Current = night(l, m, now)
	}
	holder, held, err := l.Holder()
	if err != nil {
		return s, err
	}
	if held {
		s.Lock = &holder
	}
	s.Runs, err = Runs(l, runs)
	return s, err
}

func night(l *lake.Lake, m *lake.Manifest, now time.Time) *Night {
	n := &Night{
		Run: m.Run, Number: m.Number, AsOf: m.AsOf, ReceivedAt: m.ReceivedAt.UTC(),
		AgeSeconds: int64(now.Sub(m.ReceivedAt).Seconds()), Warehouse: l.WarehousePath(m.Warehouse),
		Pending: map[string]int64{},
	}
	for name, set := range m.Inputs {
		n.Rows += set.Rows()
		if pending := set.PendingRows(); pending > 0 {
			n.Pending[name] = pending
		}
	}
	for _, d := range m.Deliveries {
		if d.State == "held" {
			n.Held = append(n.Held, Held{d.Source, d.Name, d.Reason})
		}
	}
	return n
}
