package demo

import (
	"context"
	"fmt"
	"math"
)

// PlanTruth is about what the shops are to sell.
type PlanTruth struct {
	Rows     int64 `json:"rows"` // a shop's months
	NetCents int64 `json:"net_cents"`
}

func (t *PlanTruth) add(p PlanTruth) {
	t.Rows += p.Rows
	t.NetCents += p.NetCents
}

// What the plan expects: what a line of the tills brings, and how sales grow.
const (
	yuanALine     = 80
	plannedGrowth = 1.10
)

// planFile writes a workbook of what each shop is to sell in the months that begin in a
// period.
func (w *world) planFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.createWorkbook("plan/plan_"+p.name+".xlsx", p.name+" 门店销售计划", "plan_month", "store", "store_name", "planned_net_amount")
		dirt := w.planDirt(p)
		for on := p.from; on <= p.to; on++ {
			if on == on.firstOfMonth() {
				d := roll(w.Seed, streamPlan, int64(on))
				for i, s := range w.shops {
					yuan := w.planned(d, i, on)
					t.line(sheetRow(dateCell(on), textCell(fmt.Sprintf("S%02d", i+1)), textCell(s.name), numberCell(yuan)))
					truth.Plan.add(PlanTruth{1, int64(yuan) * 100})
				}
			}
			dirt.plant(t, on)
		}
		return truth, w.finishFilled(ctx, &truth, t)
	}
}

// planned is what a shop is to sell in a month, without tax: in hundreds of yuan, about what
// it will.
func (w *world) planned(d dice, shop int, month day) int {
	lines := 0.0
	for on := month; on <= month.lastOfMonth(); on++ {
		lines += bustle(on)
	}
	lines *= w.linesByDemand * tillShare * math.Pow(plannedGrowth, float64(month-w.from)/365.25)
	share := w.shops[shop].size / w.shopOdds[len(w.shopOdds)-1]
	return 100 * int(math.Round(lines*share*yuanALine*(0.88+0.2*d.Float64())/100))
}

// planDirt: months of a shop whose number was looked up in vain, or written out.
func (w *world) planDirt(p period) *dirt {
	row := func(store string) spoiler {
		return func(on day, n int) string {
			return sheetRow(dateCell(on.firstOfMonth()), store, textCell(fmt.Sprintf("新店%d", n)), numberCell(100_000))
		}
	}
	return w.scatterDirt(p, "plan", 0, []rule{
		{ErrorCell, row(errorCell("#N/A"))},
		{BadPattern, row(textCell("三号店"))},
	})
}
