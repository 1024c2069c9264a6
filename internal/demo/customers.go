package demo

import (
	"context"
	"iter"
)

const customerHeader = "customer_no,name,type,phone,email,member_card,master_id,region,birth_year,created_on"

// How a web customer is tied to the member of the same number, if there is one.
type tie int

const (
	stranger tie = iota
	byMaster     // both rows hold the same master_id
	byPhone      // both rows hold the same phone number, and nothing says so
)

const (
	masterLinks = 0.30
	phoneLinks  = 0.03
	twins       = 0.01
)

// tieOf tells how web customer i is tied to member i. Only customers of the history are.
func (w *world) tieOf(i int) tie {
	if i >= w.members.old || i >= w.web.old {
		return stranger
	}
	d := roll(w.Seed, streamTie, int64(i))
	switch p := d.Float64(); {
	case p < masterLinks:
		return byMaster
	case p < masterLinks+phoneLinks && !w.Clean && w.memberPerson(i).phone != "":
		return byPhone
	}
	return stranger
}

// twin says whether member i is the one before, entered a second time.
func (w *world) twin(i int) bool {
	drawn := func(i int) bool { return roll(w.Seed, streamTie, -int64(i)-1).chance(twins) }
	return !w.Clean && i > 0 && i < w.members.old &&
		drawn(i) && !drawn(i-1) && w.person(memberKey(i-1)).phone != ""
}

func memberKey(i int) int64 { return 2 * int64(i) }
func webKey(i int) int64    { return 2*int64(i) + 1 }

// memberPerson is who stands behind member i.
func (w *world) memberPerson(i int) person {
	if w.twin(i) {
		return w.person(memberKey(i - 1))
	}
	return w.person(memberKey(i))
}

// memberFile writes the customers of the till system.
func (w *world) memberFile(ctx context.Context) (Truth, error) {
	var truth Truth
	t := w.create(w.dated("crm/customers"), customerHeader)
	for i, region := range w.told(ctx, streamMember, w.members) {
		who := w.memberPerson(i)
		t.customer("M", i, who)
		t.code("88", i+1, 8)
		if w.tieOf(i) == byMaster {
			t.code("P", i+1, 7)
		} else {
			t.blank()
		}
		t.text(region)
		t.int(who.born)
		t.day(w.members.came[i])
		t.end()
		truth.Customers.Members++
		if !w.isNew(w.members, i) {
			continue
		}
		truth.Customers.NewMembers++
		if w.twin(i) {
			truth.Customers.Twins++
		}
	}
	return truth, finish(ctx, &truth, t)
}

// webFile writes the customers of the web shop.
func (w *world) webFile(ctx context.Context) (Truth, error) {
	var truth Truth
	t := w.create(w.dated("shop/customers"), customerHeader)
	for i, region := range w.told(ctx, streamWeb, w.web) {
		who, link := w.person(webKey(i)), w.tieOf(i)
		switch link {
		case byMaster:
			phone := who.phone
			who = w.memberPerson(i)
			if i%2 == 0 {
				who.phone = phone
			}
		case byPhone:
			who = w.memberPerson(i)
		}
		t.customer("W", i, who)
		if link == byMaster && i%5 == 0 {
			t.code("88", i+1, 8)
		} else {
			t.blank()
		}
		if link == byMaster {
			t.code("P", i+1, 7)
		} else {
			t.blank()
		}
		t.text(region)
		t.int(who.born)
		t.day(w.web.came[i])
		t.end()
		truth.Customers.WebCustomers++
		if !w.isNew(w.web, i) {
			continue
		}
		truth.Customers.NewWebCustomers++
		switch link {
		case byMaster:
			truth.Customers.MasterLinks++
		case byPhone:
			truth.Customers.PhoneLinks++
		}
	}
	return truth, finish(ctx, &truth, t)
}

// identityFile writes which keys of the history are one customer, and what shows it: the
// same master_id, or name and phone alone. It lies beside truth.json, not with the data.
func (w *world) identityFile(ctx context.Context) (Truth, error) {
	t := w.create("../identities.csv", "key_a,key_b,by")
	pair := func(a, b int, prefix, by string) {
		t.code("pos:M", a+1, 7)
		t.code(prefix, b+1, 7)
		t.text(by)
		t.end()
	}
	for i := range w.members.old {
		switch w.tieOf(i) {
		case byMaster:
			pair(i, i, "shop:W", "master_id")
		case byPhone:
			pair(i, i, "shop:W", "phone")
		case stranger:
		}
		if w.twin(i) {
			pair(i-1, i, "pos:M", "phone")
		}
	}
	return Truth{}, finish(ctx, &Truth{}, t)
}

// customer writes the columns that both files fill alike: number, name, type, phone, mail.
func (t *table) customer(prefix string, i int, who person) {
	t.code(prefix, i+1, 7)
	t.text(who.name)
	t.text(who.kind)
	t.text(who.phone)
	if who.mailbox == "" {
		t.blank()
		return
	}
	t.buf = append(append(t.buf, who.mailbox...), '.')
	t.buf = appendDigits(append(t.buf, prefix...), int64(i+1), 7)
	t.text("@example.cn")
}

const movesADay = 3

// told are the customers that a file of theirs holds, with their regions: all of them at
// the history's end, on a day after it those who are new or have moved on that day. None
// come once ctx has ended.
func (w *world) told(ctx context.Context, s stream, p *population) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		before, now := w.moves(s, p, w.asOf-1), w.moves(s, p, w.asOf)
		for i := range p.known(w.asOf) {
			if i%4096 == 0 && ctx.Err() != nil {
				return
			}
			home := w.shops[p.home[i]].region
			region := regionOf(now, i, home)
			if !w.isNew(p, i) && region == regionOf(before, i, home) {
				continue
			}
			if !yield(i, region) {
				return
			}
		}
	}
}

// isNew says whether no file before those being written told of the customer.
func (w *world) isNew(p *population, i int) bool { return w.asOf == w.to || p.came[i] == w.asOf }

// moves are the customers who have moved since the history until a day, and where to.
func (w *world) moves(s stream, p *population, until day) map[int]string {
	moved := map[int]string{}
	for on := w.to + 1; on <= until; on++ {
		d := roll(w.Seed, streamChange, int64(on)<<8|int64(s))
		for range movesADay {
			i := d.IntN(p.old)
			before := regionOf(moved, i, w.shops[p.home[i]].region)
			for moved[i] = oneOf(d, regions); moved[i] == before; {
				moved[i] = oneOf(d, regions)
			}
		}
	}
	return moved
}

func regionOf(moved map[int]string, i int, home string) string {
	if region, ok := moved[i]; ok {
		return region
	}
	return home
}
