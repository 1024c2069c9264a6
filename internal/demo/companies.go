package demo

import "context"

const (
	customersPerCompany = 100
	fewestCompanies     = 8
	leavingCompanies    = 0.25 // of all companies, within the history or after it
)

// A company buys by the ERP system, looked after by one of our people.
type company struct {
	name, region, industry, size, currency string
	parent                                 int // nobody: none
	came, lost                             day // lost on the day recorded; 0: not
	kind, competitor                       string
}

var (
	industries = []string{"餐饮", "酒店", "零售", "教育", "制造"}
	sizes      = []string{"小型", "中型", "大型"}
	kinds      = []string{"turned_away_on_purpose", "turned_away_unmeant", "pulled_away", "bought_away", "moved_away", "unknown"}
	rivals     = []string{"晨雀商贸", "金鸥百货"}
)

// trade draws the companies: all are there from the beginning.
func (w *world) trade() []company {
	all := make([]company, max(fewestCompanies, w.Customers/customersPerCompany))
	for i := range all {
		d := roll(w.Seed, streamCompany, int64(i))
		place := oneOf(d, places)
		c := company{
			region: place.region, industry: oneOf(d, industries), size: oneOf(d, sizes),
			currency: "CNY", parent: nobody, came: w.from - day(d.between(1, 2000)),
			name: place.city + string(oneOf(d, givenNames)) + string(oneOf(d, givenNames)) + oneOf(d, trades) + "有限公司",
		}
		switch i % 8 {
		case 3:
			c.currency = "USD"
		case 5:
			c.currency = "EUR"
		case 7:
			c.parent = i - 1
		}
		if i > 0 && d.chance(leavingCompanies) {
			c.lost = w.from + day(d.between(60, int(w.to-w.from)+newcomerDays))
			c.kind = oneOf(d, kinds)
			if c.kind == "pulled_away" || c.kind == "bought_away" {
				c.competitor = oneOf(d, rivals)
			}
		}
		all[i] = c
	}
	return all
}

// accountFile writes the companies. They change their size now and then.
func (w *world) accountFile(ctx context.Context) (Truth, error) {
	var truth Truth
	t := w.create(w.dated("erp/accounts"), "account_no,name,region,industry,size,parent,manager,created_on")
	before, now := w.sizesOn(w.asOf-1), w.sizesOn(w.asOf)
	for i, c := range w.companies {
		if w.asOf > w.to && before[i] == now[i] {
			continue
		}
		t.code("C", i+1, 5)
		t.text(c.name)
		t.text(c.region)
		t.text(c.industry)
		t.text(now[i])
		t.codeOrBlank("C", c.parent, 5)
		t.code("E", w.rep(i), 4)
		t.day(c.came)
		t.end()
		truth.ERP.Accounts++
		if w.asOf == w.to {
			truth.ERP.Companies++
		}
	}
	return truth, w.finishFilled(ctx, &truth, t)
}

// sizesOn are the sizes of all companies on a day: about one in fifty days changes one.
func (w *world) sizesOn(at day) []string {
	now := make([]string, len(w.companies))
	for i, c := range w.companies {
		now[i] = c.size
	}
	for on := w.to + 1; on <= at; on++ {
		if d := roll(w.Seed, streamChange, int64(on)<<8|int64(streamCompany)); d.chance(0.1) {
			now[d.IntN(len(now))] = oneOf(d, sizes)
		}
	}
	return now
}

// departureFile writes which companies were recorded as lost.
func (w *world) departureFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("erp/departures_"+p.name+".csv", "account_no,lost_on,kind,competitor")
		for i, c := range w.companies {
			if c.lost < p.from || c.lost > p.to {
				continue
			}
			t.code("C", i+1, 5)
			t.day(c.lost)
			t.text(c.kind)
			t.text(c.competitor)
			t.end()
			truth.ERP.Departures = plus(truth.ERP.Departures, map[string]int64{c.kind: 1})
		}
		return truth, w.finishFilled(ctx, &truth, t)
	}
}

// assignmentFile writes which companies each of our people is to see in a week, on Mondays.
func (w *world) assignmentFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("erp/assignments_"+p.name+".csv", "week_on,employee_no,account_no,reason")
		for on := p.from; on <= p.to; on++ {
			if on.time().Weekday() != 1 {
				continue
			}
			d := roll(w.Seed, streamAssign, int64(on))
			for r := range reps {
				i := d.IntN(len(w.companies))
				if w.companies[i].lost != 0 && w.companies[i].lost <= on {
					continue
				}
				t.day(on)
				t.code("E", w.rep(r), 4)
				t.code("C", i+1, 5)
				t.text(oneOf(d, []string{"回访", "大客户"}))
				t.end()
				truth.ERP.Assignments++
			}
		}
		return truth, w.finishFilled(ctx, &truth, t)
	}
}
