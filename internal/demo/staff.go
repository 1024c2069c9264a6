package demo

import (
	"context"
	"slices"
)

const (
	seats      = 12  // of the call centre
	agentDays  = 700 // that somebody keeps a seat
	switchDays = 450 // after which clerks and agents change their department
	reps       = 6   // who look after companies
)

const staffHeader = "employee_no,valid_from,name,role,rank,department,store,manager,hired_on,left_on"

// A post is one version of what is known about an employee.
type post struct {
	number, shop, manager  int // shop nobody: none
	valid, hired, left     day
	role, rank, department string
}

// agent is who has a seat in the call centre on a day: E9011 is the first of seat 1.
func (w *world) agent(seat int, on day) int {
	return 9000 + (seat+1)*10 + w.tenure(seat, on)
}

// tenure counts those who have had a seat, from 1.
func (w *world) tenure(seat int, on day) int {
	since := on - w.from + day(seat*agentDays/seats)
	return min(int(max(since, 0))/agentDays+1, 9)
}

func (w *world) rep(company int) int { return 8101 + company%reps }

var tillDesks, callDesks = []string{"收银部", "卖场部"}, []string{"客服一部", "客服二部"}

// staff are all versions of all employees that hold by a day, in order of number and day.
func (w *world) staff(until day) []post {
	var all []post
	begin := w.from - 1000
	one := func(number, shop, manager int, role, rank, department string) {
		all = append(all, post{number, shop, manager, begin, begin, 0, role, rank, department})
	}
	one(8001, nobody, 0, "总经理", "executive", "总部")
	one(8002, nobody, 8001, "客服总监", "executive", "总部")
	one(8003, nobody, 8001, "销售总监", "executive", "总部")
	one(8010, nobody, 8002, "service", "middle_manager", "客服一部")
	for r := range reps {
		one(w.rep(r), nobody, 8003, "sales", "staff", "大客户部")
	}
	for shop := range w.shops {
		one((shop+1)*100+99, shop, 8001, "店长", "middle_manager", "门店")
		one((shop+1)*100+90, shop, (shop+1)*100+99, "service", "staff", "服务台")
		for c := range tillsOfShop * 2 {
			one((shop+1)*100+c+1, shop, (shop+1)*100+99, "cashier", "staff", tillDesks[0])
			all = w.switches(all, until, tillDesks, (shop*7+c*3)%8*switchDays/8)
		}
	}
	for seat := range seats {
		for tenure := 1; tenure < 10; tenure++ {
			hired := w.from + day((tenure-1)*agentDays-seat*agentDays/seats)
			if hired > until {
				break
			}
			p := post{w.agent(seat, max(hired, w.from)), nobody, 8010, hired, hired, 0, "service", "staff", callDesks[seat%2]}
			all = append(all, p)
			all = w.switches(all, min(until, hired+agentDays-2), []string{callDesks[seat%2], callDesks[1-seat%2]}, 0)
			if p.left = hired + agentDays - 1; p.left <= until && tenure < 9 {
				last := all[len(all)-1]
				last.valid, last.left = p.left, p.left
				all = append(all, last)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b post) int { return a.number - b.number })
	return all
}

// switches adds the changes of department of the last employee.
func (w *world) switches(all []post, until day, departments []string, shift int) []post {
	p := all[len(all)-1]
	start := max(p.hired, w.from)
	for k := 1; ; k++ {
		p.valid = start + day(k*switchDays-shift)
		if p.valid > until {
			return all
		}
		p.department = departments[k%len(departments)]
		all = append(all, p)
	}
}

// staffFile writes the employees, with all versions; on a day after the history the new
// versions, if there are any.
func (w *world) staffFile(ctx context.Context) (Truth, error) {
	var truth Truth
	all := w.staff(w.asOf)
	if w.asOf > w.to {
		all = slices.DeleteFunc(all, func(p post) bool { return p.valid != w.asOf })
	}
	if len(all) == 0 {
		return truth, nil
	}
	t := w.create(w.dated("hr/employees"), staffHeader)
	for _, p := range all {
		t.code("E", p.number, 4)
		t.day(p.valid)
		t.text(w.person(int64(1)<<40 + int64(p.number)).name)
		t.text(p.role)
		t.text(p.rank)
		t.text(p.department)
		t.codeOrBlank("S", p.shop, 2)
		if p.manager == 0 {
			t.blank()
		} else {
			t.code("E", p.manager, 4)
		}
		t.day(p.hired)
		if p.left == 0 {
			t.blank()
		} else {
			t.day(p.left)
		}
		t.end()
		truth.Staff.Versions++
		if p.left > 0 {
			truth.Staff.Left++
		}
		if p.valid == p.hired {
			truth.Staff.Employees++
		}
	}
	return truth, finish(ctx, &truth, t)
}
