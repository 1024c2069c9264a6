package demo

import (
	"fmt"
	"slices"
	"strings"
)

// The rules that planted rows break: all there are. Truth.Planted counts by these names.
const (
	BadNumber     = "bad_number"     // 3个 for a quantity, 五元 for an amount
	BadDate       = "bad_date"       // the thirteenth month
	Required      = "required"       // the key is empty
	DuplicateKey  = "duplicate_key"  // an earlier row of the file once more, byte for byte
	UnknownStatus = "unknown_status" // ???
	Future        = "future"         // the year 2099
	Ragged        = "ragged"         // the row ends early
	OutOfRange    = "out_of_range"   // −5 seconds
	NotAccepted   = "not_accepted"   // sideways
	BadBoolean    = "bad_boolean"    // maybe
	BadQuote      = "bad_quote"      // text after a closing quote
	BadEncoding   = "bad_encoding"   // bytes that are not UTF-8
	NulByte       = "nul_byte"       // a zero byte
	BadRecord     = "bad_record"     // a line of JSON that breaks off
	TooLong       = "too_long"       // a line of more than 16 MiB
	ErrorCell     = "error_cell"     // #N/A
	BadPattern    = "bad_pattern"    // 三号店 for the number of a shop

	// A machine whose clock was set back to 1991, when China last had summer time.
	NonexistentHour = "nonexistent_hour" // 14 April, between 2 and 3
	AmbiguousHour   = "ambiguous_hour"   // 15 September, between 1 and 2
)

// rowsPerFlaw: each rule is broken about once in so many rows of a file, and by at least
// one row of the history.
const rowsPerFlaw = 20_000

type flaw struct {
	rule string
	on   day
	row  []byte // nil: the last good row again
}

// dirt is what is yet to be planted in one file, in order of days.
type dirt struct{ flaws []flaw }

// A spoiler writes the row that breaks a rule on a day. The number makes its key unique.
type spoiler func(on day, number int) string

type rule struct {
	name  string
	spoil spoiler // nil: repeat a row
}

// yearly are the files that the history has one of for each year, not for each month.
var yearly = []string{"contacts", "chats", "deals", "plan"}

// scatterDirt plans the dirt of a file of about so many rows. The first rule falls on the
// first file of the history at least, the second on the second, and so on; a single day
// after the history gets one row that breaks the first rule.
func (w *world) scatterDirt(p period, file string, rows float64, rules []rule) *dirt {
	plan := &dirt{}
	if w.Clean || w.cutOff(p.to) {
		return plan
	}
	d := roll(w.Seed, streamDirt, int64(p.from)<<8|int64(file[0]))
	files := len(months(w.from, w.to))
	if slices.Contains(yearly, file) {
		files = len(years(w.from, w.to))
	}
	for i, r := range rules {
		n := d.about(rows / rowsPerFlaw)
		if w.inHistory(p) && p.number == i%files || !w.inHistory(p) && i == 0 {
			n = max(n, 1)
		}
		for range n {
			on := day(d.between(int(p.from), int(p.to)))
			f := flaw{rule: r.name, on: on}
			if r.spoil != nil {
				f.row = []byte(r.spoil(on, len(plan.flaws)+1) + "\n")
			}
			plan.flaws = append(plan.flaws, f)
		}
	}
	return plan
}

// plant writes the flaws that are due at the end of a day, once there are rows before them.
func (p *dirt) plant(t *table, on day) {
	if t.facts.Rows == 0 {
		return
	}
	later := p.flaws[:0]
	for _, f := range p.flaws {
		switch {
		case f.on > on:
			later = append(later, f)
		case f.row == nil:
			t.spoil(f.rule, t.last)
		default:
			t.spoil(f.rule, f.row)
		}
	}
	p.flaws = later
}

func compact(d day) string { return string(appendCompact(nil, d)) }

// tillDirt: the spoilt tickets count from 8001, which no till reaches.
func (w *world) tillDirt(p period) *dirt {
	rows := 0.0
	for d := p.from; d <= p.to; d++ {
		rows += w.lines(d) * tillShare
	}
	return w.scatterDirt(p, "till", rows, []rule{
		{BadNumber, func(on day, n int) string {
			return fmt.Sprintf("S01-T1-%s-%d,1,S01,T1,%s 10:11:12,,E0101,P0001,3个,9.90,29.70,0.00,3.86,goods,,", compact(on), 8000+n, on)
		}},
		{BadDate, func(on day, n int) string {
			return fmt.Sprintf("S01-T1-%s-%d,1,S01,T1,%s-13-05 10:00:00,,E0101,P0001,1,9.90,9.90,0.00,1.29,goods,,", compact(on), 8000+n, on.String()[:4])
		}},
		{Required, func(on day, n int) string {
			return fmt.Sprintf(",%d,S01,T1,%s 10:11:12,,E0101,P0001,1,9.90,9.90,0.00,1.29,goods,,", n, on)
		}},
		{DuplicateKey, nil},
		{Future, func(on day, n int) string {
			return fmt.Sprintf("S01-T1-%s-%d,1,S01,T1,2099%s 10:11:12,,E0101,P0001,1,9.90,9.90,0.00,1.29,goods,,", compact(on), 8000+n, sameDay(on))
		}},
		{Ragged, func(on day, n int) string {
			return fmt.Sprintf("S01-T1-%s-%d,1,S01,T1,%s 10:11:12", compact(on), 8000+n, on)
		}},
	})
}

// sameDay is -01-05, without a leap day, which 2099 lacks.
func sameDay(on day) string {
	if text := on.String()[4:]; text != "-02-29" {
		return text
	}
	return "-02-28"
}

// orderDirt: spoilt orders count from 900001. They have no lines.
func (w *world) orderDirt(p period, rows float64) *dirt {
	return w.scatterDirt(p, "orders", rows, []rule{
		{UnknownStatus, func(on day, n int) string {
			return fmt.Sprintf("W%s-%d,W0000001,%s 10:11:12,???,,,CNY,0.00,8.00,app,%s 10:11:12", compact(on), 900000+n, on, on)
		}},
		{BadDate, func(on day, n int) string {
			return fmt.Sprintf("W%s-%d,W0000001,%s-13-05 10:00:00,已下单,,,CNY,0.00,8.00,app,%s 10:11:12", compact(on), 900000+n, on.String()[:4], on)
		}},
		{BadNumber, func(on day, n int) string {
			return fmt.Sprintf("W%s-%d,W0000001,%s 10:11:12,已下单,,,CNY,五元,8.00,app,%s 10:11:12", compact(on), 900000+n, on, on)
		}},
	})
}

// orderLineDirt: lines of orders that do not exist, which count from 950001.
func (w *world) orderLineDirt(p period, rows float64) *dirt {
	return w.scatterDirt(p, "lines", rows, []rule{
		{BadNumber, func(on day, n int) string {
			return fmt.Sprintf("W%s-%d,1,P0001,两件,9.90,19.80,0.00", compact(on), 950000+n)
		}},
		{Required, func(_ day, n int) string { return fmt.Sprintf(",%d,P0001,1,9.90,9.90,0.00", n) }},
		{DuplicateKey, nil},
		{Ragged, func(on day, n int) string { return fmt.Sprintf("W%s-%d,1,P0001", compact(on), 950000+n) }},
	})
}

// cardDirt: cards not handed back, without a key or a possible day.
func (w *world) cardDirt(p period, rows float64) *dirt {
	return w.scatterDirt(p, "cards", rows, []rule{
		{BadDate, func(on day, n int) string {
			return fmt.Sprintf("Q%s-%d,%s-13-05,E0101,S01,,,card,,,,,", compact(on), 9000+n, on.String()[:4])
		}},
		{Required, func(on day, _ int) string { return fmt.Sprintf(",%s,E0101,S01,,,card,,,,,", on) }},
	})
}

const badlyQuoted = `"支付"问题`

// contactDirt: contacts of nobody, numbered X.
func (w *world) contactDirt(p period) *dirt {
	rowAt := func(at, waited, direction, resolved, reason string) spoiler {
		return func(on day, n int) string {
			when := strings.Replace(at, "ON", on.String(), 1)
			return fmt.Sprintf("X%s-%d,,%s,%s,call,E9011,,,,%s,%s,60,N,%s,", compact(on), n, when, direction, reason, waited, resolved)
		}
	}
	row := func(waited, direction, resolved, reason string) spoiler {
		return rowAt("ON 10:11:12", waited, direction, resolved, reason)
	}
	return w.scatterDirt(p, "contacts", 0, []rule{
		{OutOfRange, row("-5", "in", "Y", "支付")},
		{NotAccepted, row("5", "sideways", "Y", "支付")},
		{BadBoolean, row("5", "in", "maybe", "支付")},
		{BadQuote, row("5", "in", "Y", badlyQuoted)},
		{BadEncoding, row("5", "in", "Y", "支\xff付")},
		{NulByte, row("5", "in", "Y", "支\x00付")},
		{BadNumber, row("五秒", "in", "Y", "支付")},
		{NonexistentHour, rowAt("1991-04-14 02:30:00", "5", "in", "Y", "支付")},
		{AmbiguousHour, rowAt("1991-09-15 01:30:00", "5", "in", "Y", "支付")},
	})
}

// dealDirt: orders of companies that count from 9001.
func (w *world) dealDirt(p period) *dirt {
	row := func(status, ordered, updated string) spoiler {
		return func(on day, n int) string {
			fields := strings.NewReplacer("ON", on.String(), "YEAR", on.String()[:4])
			return fields.Replace(fmt.Sprintf("B%s-%d,C00001,%s,%s,,CNY,E8101,%s,N", compact(on), 9000+n, ordered, status, updated))
		}
	}
	return w.scatterDirt(p, "deals", 0, []rule{
		{UnknownStatus, row("Q", "ON", "ON 10:11:12")},
		{BadDate, row(entered, "YEAR-13-05", "ON 10:11:12")},
		{Future, row(entered, "2099-01-05", "ON 10:11:12")},
		{Required, func(on day, _ int) string {
			return fmt.Sprintf(",C00001,%s,%s,,CNY,E8101,%s 10:11:12,N", on, entered, on)
		}},
	})
}
