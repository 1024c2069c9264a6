package demo

// StaffTruth is about the employees told of.
type StaffTruth struct {
	Employees int64 `json:"employees"` // new ones
	Versions  int64 `json:"versions"`  // rows: hired, changed department, left
	Left      int64 `json:"left"`
}

// ContactTruth is about the contacts with the call centre.
type ContactTruth struct {
	Contacts  int64 `json:"contacts"`
	Chats     int64 `json:"chats"` // of them
	Outbound  int64 `json:"outbound"`
	Abandoned int64 `json:"abandoned"`
	Resolved  int64 `json:"resolved"`
	Waited    int64 `json:"waited_seconds"`
	Talked    int64 `json:"talked_seconds"`
	Anonymous int64 `json:"anonymous"`
}

// CaseTruth is about cases, their steps, and the promises made in them. Opened, found and
// Promised count new ones; Closed and Kept those that came to their end in the time told of.
type CaseTruth struct {
	Rows     int64            `json:"rows"` // of cases: opened, and again when closed
	Opened   int64            `json:"opened"`
	FoundBy  map[string]int64 `json:"found_by"` // customer, firm, prediction
	Closed   int64            `json:"closed"`
	Accepted int64            `json:"accepted"` // of those closed: made good
	Steps    map[string]int64 `json:"steps"`    // by event
	Promised int64            `json:"promised"`
	Kept     int64            `json:"kept"`
}

// ReviewTruth is about what customers of the web shop say of an order.
type ReviewTruth struct {
	Asked    int64 `json:"asked"`
	Answered int64 `json:"answered"`
	Recommends
}

func (t *ContactTruth) count(c call) {
	t.Contacts++
	if c.channel == "chat" {
		t.Chats++
	}
	t.Waited += int64(c.waited)
	t.Talked += int64(c.talked)
	if c.outbound {
		t.Outbound++
	}
	if c.abandoned {
		t.Abandoned++
	}
	if c.resolved {
		t.Resolved++
	}
}

func (t *CaseTruth) count(c *trouble, opened, closed bool) {
	t.Rows++
	if opened {
		t.Opened++
		t.FoundBy = plus(t.FoundBy, map[string]int64{c.found: 1})
	}
	if closed {
		t.Closed++
		if c.accepted {
			t.Accepted++
		}
	}
}

func (t *CaseTruth) step(event string) { t.Steps = plus(t.Steps, map[string]int64{event: 1}) }

func (t *CaseTruth) promise(made, kept bool) {
	if made {
		t.Promised++
	}
	if kept {
		t.Kept++
	}
}

func (t *ReviewTruth) answer(v verdict) {
	t.Answered++
	t.score(v.recommend)
}

func (t *StaffTruth) add(p StaffTruth) {
	t.Employees += p.Employees
	t.Versions += p.Versions
	t.Left += p.Left
}

func (t *ContactTruth) add(p ContactTruth) {
	t.Contacts += p.Contacts
	t.Chats += p.Chats
	t.Outbound += p.Outbound
	t.Abandoned += p.Abandoned
	t.Resolved += p.Resolved
	t.Waited += p.Waited
	t.Talked += p.Talked
	t.Anonymous += p.Anonymous
}

func (t *CaseTruth) add(p CaseTruth) {
	t.Rows += p.Rows
	t.Opened += p.Opened
	t.FoundBy = plus(t.FoundBy, p.FoundBy)
	t.Closed += p.Closed
	t.Accepted += p.Accepted
	t.Steps = plus(t.Steps, p.Steps)
	t.Promised += p.Promised
	t.Kept += p.Kept
}

func (t *ReviewTruth) add(p ReviewTruth) {
	t.Asked += p.Asked
	t.Answered += p.Answered
	t.Recommends.add(p.Recommends)
}
