package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"nightjar/internal/config"
	"nightjar/internal/lake"
)

const (
	// apart is how far the clocks of two machines may be apart.
	apart = 5 * time.Minute
	// idle is how long a project that works goes without a night.
	idle = 30 * 24 * time.Hour
)

// clock holds this machine's clock against all that it can be held against
// without a network: the last night, the disk, which may be another machine's,
// and the delivered files.
func (e *examination) clock(l *lake.Lake, m *lake.Manifest) {
	const set = "set this machine's clock (timedatectl set-ntp true)"
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch disk, known := diskTime(l.TempDir()); {
	case m != nil && m.ReceivedAt.Sub(e.now) > time.Minute:
		e.add("clock", Fail, fmt.Sprintf("it is %s here, and run %s received its deliveries at %s, which is still to come: a clock is wrong", at(e.now), m.Run, at(m.ReceivedAt)), set+", or wait")
	case known && e.now.Sub(disk).Abs() > apart:
		e.add("clock", Fail, fmt.Sprintf("it is %s here, and %s on the disk of %s: one of the clocks is wrong", at(e.now), at(disk), l.Dir()), set+", or that of the file server")
	case e.modified.Sub(e.now) > 24*time.Hour:
		e.add("clock", Warn, fmt.Sprintf("it is %s here, and %s was modified at %s, which is still to come: a clock is wrong", at(e.now), e.newest, at(e.modified)), set+", or that of the machine that delivers")
	case m != nil && e.now.Sub(m.ReceivedAt) > idle:
		e.add("clock", Warn, fmt.Sprintf("it is %s here, and the last night was %d days ago, at %s", at(e.now), int(e.now.Sub(m.ReceivedAt).Hours()/24), at(m.ReceivedAt)), "look whether the timer still runs (systemctl list-timers); if it does, "+set)
	default:
		e.add("clock", OK, at(e.now), "")
	}
}

// diskTime is what the disk of a folder says that the time is.
func diskTime(dir string) (now time.Time, known bool) {
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return now, false
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	info, err := probe.Stat()
	if err != nil {
		return now, false
	}
	return info.ModTime(), true
}

// zone looks whether the business's time zone can be meant as it is written. That
// there is such a zone was checked with the project file.
func (e *examination) zone(c *config.Config, m *lake.Manifest) {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		e.add("time zone", Fail, err.Error(), "use an IANA name such as Asia/Shanghai in "+c.Path)
		return
	}
	today := e.now.In(zone).Format(time.DateOnly)
	_, here := e.now.Zone()
	_, there := e.now.In(zone).Zone()
	const place = "write the place whose clocks the business goes by as time_zone, such as Asia/Shanghai"
	switch fixed := strings.HasPrefix(c.TimeZone, "Etc/") || slices.Contains([]string{"UTC", "GMT", "EST", "MST", "HST"}, c.TimeZone); {
	case fixed && there != 0:
		e.add("time zone", Warn, fmt.Sprintf("%s in %s means %s from UTC, in summer too (signs after Etc/GMT are turned about)", c.TimeZone, c.Path, e.now.In(zone).Format("-07:00")), place)
	case fixed && here != 0:
		e.add("time zone", Warn, fmt.Sprintf("%s cuts business days in %s, while this machine lies %s from it", c.Path, c.TimeZone, e.now.Format("-07:00")), place+"; if it is UTC, give the machine that zone (timedatectl set-timezone UTC)")
	case m != nil && c.AsOf == "" && m.AsOf >= today:
		e.add("time zone", Warn, fmt.Sprintf("run %s speaks of %s as over, and in %s it is %s", m.Run, m.AsOf, c.TimeZone, today), "look whether time_zone in "+c.Path+" was changed, or that run was given --as-of: the next night goes back in time")
	default:
		e.add("time zone", OK, c.TimeZone+", where it is "+e.now.In(zone).Format("2006-01-02 15:04"), "")
	}
}
