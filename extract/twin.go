package extract

import (
	"context"
	"fmt"

	"nightjar/extract/delivered"
)

// holdTwins holds a delivery whose content counts under another name: the first
// name in natural order keeps it. In modes in which a later delivery overrules an
// earlier one, only the last of them can have a twin: once another came, the first
// says something new when it comes again. Held or not, a new version takes the place of
// its name's older one, so that what counts is what lies there. Snapshots are
// never held: nothing of them counts twice, and one equal to last month's says
// that everything is as it was then.
func (d *discovery) holdTwins(ctx context.Context) error {
	if d.source.SameContent == "load" || d.source.Mode == "snapshot" {
		return nil
	}
	first := d.countingStill()
	sizes := map[int64]int{}
	for _, v := range d.known {
		if v.counting != nil {
			sizes[v.counting.Size]++
		}
	}
	for _, f := range d.found {
		sizes[f.Delivery.Size]++
	}
	for i := range d.found {
		f := &d.found[i]
		if f.released || f.State != New && f.State != Changed {
			continue
		}
		// A file is hashed here only where another one has its size.
		if f.Delivery.SHA256 == "" && sizes[f.Delivery.Size] > 1 {
			sum, err := delivered.Hash(ctx, f.File)
			if err != nil {
				return fmt.Errorf("reading a file: %w", err)
			}
			f.Delivery.SHA256 = sum
		}
		if twin, isTwin := first[f.Delivery.SHA256]; isTwin {
			d.hold(f, twin)
			continue
		}
		if d.source.Mode != "append" {
			clear(first)
		}
		if f.Delivery.SHA256 != "" {
			first[f.Delivery.SHA256] = f.Delivery.Name
		}
	}
	return nil
}

// countingStill lists, by content, the names that count and do so after tonight,
// whatever becomes of the new and changed ones.
func (d *discovery) countingStill() map[string]string {
	first := map[string]string{}
	last := int64(0)
	for _, v := range d.known {
		if v.counting != nil {
			last = max(last, v.counting.Place)
		}
	}
	for name, v := range d.known {
		if v.counting != nil && (d.source.Mode == "append" || v.counting.Place == last) {
			first[v.counting.SHA256] = name
		}
	}
	for _, f := range d.found {
		v := d.known[f.Delivery.Name]
		if v.counting != nil && (f.State == New || f.State == Changed) && first[v.counting.SHA256] == f.Delivery.Name {
			delete(first, v.counting.SHA256)
		}
	}
	return first
}

// hold keeps a twin back; one that was held for the same reason is no news.
func (d *discovery) hold(f *Found, twin string) {
	old := d.known[f.Delivery.Name].latest
	if old != nil && old.State == "held" && old.Twin == twin && old.SHA256 == f.Delivery.SHA256 {
		f.State, f.Reason, f.Delivery.ID = Unchanged, "", old.ID
		return
	}
	f.State, f.Delivery.Twin = Held, twin
	f.Reason = fmt.Sprintf("its content is that of %s, which counts already; say `same_content: load` on the source if both are true", twin)
	if d.known[f.Delivery.Name].counting != nil && d.source.Mode == "append" {
		f.Reason += fmt.Sprintf("; what %s gave before counts no longer", f.Delivery.Name)
	}
}
