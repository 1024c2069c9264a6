package extract

import (
	"maps"
	"slices"

	"nightjar/internal/lake"
)

// judge applies what somebody decided about a delivery that lies there. One that
// is held keeps the place it has, and has it again when it is released.
func (d *discovery) judge(f *Found) {
	verdict, decided := d.Verdicts[d.source.Name+"/"+f.Delivery.Name]
	old := d.known[f.Delivery.Name].latest
	switch {
	case decided && verdict.Held && old != nil && old.ByHand && old.State == "held" && f.Delivery.SHA256 == old.SHA256:
		f.State, f.Reason, f.Delivery.ID = Unchanged, "", old.ID
	case decided && verdict.Held:
		d.holdByHand(f, verdict)
	case decided && verdict.Replay && old != nil && old.State == "current" && old.Run < verdict.Run && f.State != Waiting:
		f.State, f.Reason, f.replayed = Remapped, "it is to be replayed", true
		f.Delivery.ID, f.Delivery.Place, f.Delivery.ReceivedAt = 0, old.Place, old.ReceivedAt
	case decided && verdict.Replay:
	case old == nil || old.State != "held" || f.State != Unchanged && f.State != New:
	case decided && old.Run < verdict.Run, !decided && old.ByHand:
		f.State, f.Reason, f.released = New, "it was held, and is released", true
		f.Delivery.ID, f.Delivery.Place, f.Delivery.ReceivedAt = 0, old.Place, old.ReceivedAt
	}
}

func (d *discovery) holdByHand(f *Found, verdict Verdict) {
	f.State, f.Reason, f.Delivery.ID, f.Delivery.ByHand = Held, "held by hand", 0, true
	if verdict.Reason != "" {
		f.Reason += ": " + verdict.Reason
	}
	if old := d.known[f.Delivery.Name].latest; old != nil {
		f.Delivery.SHA256, f.Delivery.Place, f.Delivery.ReceivedAt = old.SHA256, old.Place, old.ReceivedAt
	}
}

// heldElsewhere lists deliveries that count, are held now, and lie there no longer.
func (d *discovery) heldElsewhere() []Found {
	there := map[string]bool{}
	for _, f := range d.found {
		there[f.Delivery.Name] = true
	}
	var held []Found
	for _, name := range slices.Sorted(maps.Keys(d.known)) {
		verdict := d.Verdicts[d.source.Name+"/"+name]
		if v := d.known[name]; v.counting != nil && verdict.Held && !there[name] {
			f := Found{Source: d.source, Path: name, Delivery: forget(*v.counting)}
			d.holdByHand(&f, verdict)
			held = append(held, f)
		}
	}
	return held
}

// forget is a delivery as it was before it was read.
func forget(d lake.Delivery) lake.Delivery {
	d.ID, d.Counts, d.Reason, d.Twin = 0, nil, "", ""
	return d
}

// readOthersAgain has the deliveries of a source read again of which one that
// counted is held now, or is replayed with other content: what it overruled may
// count once more.
func (d *discovery) readOthersAgain() {
	gone := ""
	for _, f := range d.found {
		counted := d.known[f.Delivery.Name].counting
		if counted != nil && (f.State == Held && f.Delivery.ByHand || f.replayed && f.Delivery.SHA256 != counted.SHA256) {
			gone = f.Delivery.Name
		}
	}
	if gone == "" || d.source.Mode == "append" {
		return
	}
	for i := range d.found {
		f := &d.found[i]
		if old := d.known[f.Delivery.Name].counting; f.State == Unchanged && old != nil {
			f.State, f.Reason = Remapped, gone+" is held or replayed, and may have overruled it"
			f.Delivery.Place, f.Delivery.ReceivedAt = old.Place, old.ReceivedAt
		}
	}
}
