package demo

import "context"

// A pool is what one activity costs a month, for each sale line of that month.
type pool struct {
	purpose, activity, driver, service, campaign string
	cents                                        float64
}

var pools = []pool{
	{"serve", "订单处理", "documents", "", "", 35},
	{"serve", "呼叫中心", "contacts", "", "", 25},
	{"serve", "投诉处理", "cases", "", "", 10},
	{"serve", "送货", "deliveries", "", "", 90},
	{"serve", "停车", "service_uses", "停车", "", 15},
	{"serve", "总部", "", "", "", 60},
	{"acquire", "广告", "", "", "迎新", 80},
	{"keep", "会员日", "", "", "会员", 30},
	{"win_back", "回访", "", "", "回家", 10},
}

// CostTruth is what was spent, in cents of CNY, and how often a free service was used.
type CostTruth struct {
	Entries     int64            `json:"entries"`
	ByPurpose   map[string]int64 `json:"by_purpose_cents"`
	ByDriver    map[string]int64 `json:"by_driver_cents"` // of purpose serve; "" is not spread
	ByCompany   int64            `json:"by_company_cents"`
	ServiceUses map[string]int64 `json:"service_uses"`
}

// costFile writes the costs of each month at its end: a pool an activity, and what single
// companies were given.
func (w *world) costFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("finance/costs_"+p.name+".csv", "cost_no,spent_on,purpose,account_no,activity,driver,service,campaign,amount")
		for on := p.from; on <= p.to; on++ {
			if on != on.lastOfMonth() {
				continue
			}
			lines := 0.0
			for d := max(on.firstOfMonth(), w.from); d <= on; d++ {
				lines += w.lines(d)
			}
			d := roll(w.Seed, streamCost, int64(on))
			no := 0
			entry := func(p pool, company int, cents int64) {
				no++
				t.buf = append(appendCompact(append(t.buf, 'K'), on), '-')
				t.code("", no, 3)
				t.day(on)
				t.text(p.purpose)
				t.codeOrBlank("C", company, 5)
				t.text(p.activity)
				t.text(p.driver)
				t.text(p.service)
				t.text(p.campaign)
				t.cents(cents)
				t.end()
				truth.Costs.count(p, company, cents)
			}
			for _, p := range pools {
				entry(p, nobody, int64(lines*p.cents*(0.8+0.4*d.Float64())))
			}
			for range 1 + len(w.companies)/20 {
				entry(pool{purpose: "serve", activity: "上门"}, d.IntN(len(w.companies)), int64(d.between(50, 900))*100)
			}
		}
		return truth, w.finishFilled(ctx, &truth, t)
	}
}

func (t *CostTruth) count(p pool, company int, cents int64) {
	t.Entries++
	t.ByPurpose = plus(t.ByPurpose, map[string]int64{p.purpose: cents})
	switch {
	case company != nobody:
		t.ByCompany += cents
	case p.purpose == "serve":
		t.ByDriver = plus(t.ByDriver, map[string]int64{p.driver: cents})
	}
}

func (t *CostTruth) add(p CostTruth) {
	t.Entries += p.Entries
	t.ByPurpose = plus(t.ByPurpose, p.ByPurpose)
	t.ByDriver = plus(t.ByDriver, p.ByDriver)
	t.ByCompany += p.ByCompany
	t.ServiceUses = plus(t.ServiceUses, p.ServiceUses)
}

const (
	parking  = 0.05 // of members' purchases: they came by car, and leave it with us
	wrapping = 0.02
)

// useFile writes the free services that members use when they buy.
func (w *world) useFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("service/uses_"+p.name+".csv", "use_no,member_no,used_at,service,quantity,store")
		for on := p.from; on <= p.to && ctx.Err() == nil; on++ {
			count := 0
			for _, member := range w.members.visited.on(on) {
				i := int(member)
				c, service := coin(w.Seed, streamUse, key(i, on)), "停车"
				if c >= parking+wrapping {
					continue
				}
				hours := 1 + int(c/parking*4)
				if c >= parking {
					service, hours = "礼品包装", 1
				}
				count++
				t.buf = append(appendCompact(append(t.buf, 'U'), on), '-')
				t.code("", count, 5)
				t.codeOrBlank("M", i, 7)
				t.instant(on.start() + opens + instant(c/(parking+wrapping)*float64(openFor)))
				t.text(service)
				t.int(hours)
				t.code("S", int(w.members.home[i])+1, 2)
				t.end()
				truth.Costs.ServiceUses = plus(truth.Costs.ServiceUses, map[string]int64{service: 1})
			}
		}
		return truth, finish(ctx, &truth, t)
	}
}
