package demo

import (
	"math"
	"slices"
	"testing"
)

var crowded = Options{Dir: "unused", Lines: 400_000, Customers: 40_000, Seed: 5}

// The customers of the history buy as the BG/NBD model says: at other parameters, what they
// did is less likely.
func TestPurchasesFollowTheParametersTold(t *testing.T) {
	w, err := newWorld(crowded, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*population{"members": w.members, "web": w.web} {
		seen := p.summaries()
		best := seen.logLikelihood(p.Buying)
		for parameter, change := range map[string]func(*Buying, float64){
			"r":     func(b *Buying, f float64) { b.R *= f },
			"alpha": func(b *Buying, f float64) { b.Alpha *= f },
			"a":     func(b *Buying, f float64) { b.A *= f },
			"b":     func(b *Buying, f float64) { b.B *= f },
		} {
			for _, factor := range []float64{0.85, 1.15} {
				other := p.Buying
				change(&other, factor)
				if l := seen.logLikelihood(other); l >= best {
					t.Errorf("%s: with %s × %v the likelihood rises by %.1f", name, parameter, factor, l-best)
				}
			}
		}
	}
}

// A summary is what the model asks of a customer: repeat purchases, weeks from the first to
// the last, and to the end.
type summary struct{ x, tx, T float64 }

type summaries []summary

// summaries are those of the customers who came within the history and bought.
func (p *population) summaries() summaries {
	first, last, count := map[int]float64{}, map[int]float64{}, map[int]float64{}
	for d := p.from; d <= p.to; d++ {
		for _, who := range p.visited.on(d) {
			i := int(who)
			if p.came[i] < p.from {
				continue
			}
			at := (p.tempo.at(d) + p.tempo.at(d+1)) / 14
			if count[i]++; count[i] == 1 {
				first[i] = at
			}
			last[i] = at
		}
	}
	var all summaries
	for i, n := range count {
		all = append(all, summary{n - 1, last[i] - first[i], p.tempo.at(p.to+1)/7 - first[i]})
	}
	slices.SortFunc(all, func(a, b summary) int { return int(math.Copysign(1, a.T-b.T)) })
	return all
}

// logLikelihood after Fader, Hardie and Lee (2005), as in note 027.
func (s summaries) logLikelihood(b Buying) float64 {
	g := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	sum := 0.0
	for _, c := range s {
		base := g(b.R+c.x) - g(b.R) + b.R*math.Log(b.Alpha) + g(b.A+b.B) + g(b.B+c.x) - g(b.B) - g(b.A+b.B+c.x)
		alive := -(b.R + c.x) * math.Log(b.Alpha+c.T)
		if c.x == 0 {
			sum += base + alive
			continue
		}
		gone := math.Log(b.A) - math.Log(b.B+c.x-1) - (b.R+c.x)*math.Log(b.Alpha+c.tx)
		top := max(alive, gone)
		sum += base + top + math.Log(math.Exp(alive-top)+math.Exp(gone-top))
	}
	return sum
}

func TestWhatATicketBringsIsAsTheParametersSay(t *testing.T) {
	truth, dir := generate(t, Options{Lines: 60_000, Customers: 6_000, Seed: 3, Years: 2})
	net := map[string]float64{}
	for _, r := range read(t, dir, "till/*.csv").good {
		if r["member_no"] != "" && r["kind"] == "goods" && r.int(t, "qty") > 0 {
			net[r["ticket_no"]] += float64(r.cents(t, "gross")-r.cents(t, "discount")) / 100
		}
	}
	sum := 0.0
	for _, amount := range net {
		sum += amount
	}
	b := truth.Model.Members
	got, want := sum/float64(len(net)), b.P*b.Gamma/(b.Q-1)
	if math.Abs(got/want-1) > 0.06 {
		t.Errorf("a ticket brings %.2f on average, the parameters say %.2f", got, want)
	}
}

// Answers lead back to the weights by least squares.
func TestDriversDriveTheScore(t *testing.T) {
	truth, dir := generate(t, Options{Lines: 300_000, Customers: 20_000, Seed: 4, Years: 2})
	for name, c := range map[string]struct{ files, sample string }{"card": {"survey/cards_*.csv", "card"}, "web": {"service/reviews_*.csv", ""}} {
		model := truth.Model.Effects.Surveys[name]
		var rows [][]float64
	cards:
		for _, r := range read(t, dir, c.files).good {
			row := []float64{1}
			for _, driver := range model.Drivers {
				if r[driver.Name] == "" || r["recommend"] == "" || r["sample"] != c.sample {
					continue cards
				}
				row = append(row, float64(r.int(t, driver.Name)))
			}
			rows = append(rows, append(row, float64(r.int(t, "recommend"))))
		}
		fit := leastSquares(rows)
		for k, driver := range model.Drivers {
			if math.Abs(fit[k+1]-driver.Weight) > 0.2 {
				t.Errorf("%s: %s has the weight %.2f, the truth says %.2f", name, driver.Name, fit[k+1], driver.Weight)
			}
		}
	}
}

// leastSquares solves the normal equations of rows that end with the outcome.
func leastSquares(rows [][]float64) []float64 {
	n := len(rows[0]) - 1
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n+1)
		for _, r := range rows {
			for j := range m[i] {
				m[i][j] += r[i] * r[j]
			}
		}
	}
	for i := range m {
		for k := range m {
			if k == i {
				continue
			}
			f := m[k][i] / m[i][i]
			for j := range m[k] {
				m[k][j] -= f * m[i][j]
			}
		}
	}
	solved := make([]float64, n)
	for i := range solved {
		solved[i] = m[i][n] / m[i][i]
	}
	return solved
}

// In the year after an answer, promoters buy more than they would have, detractors less;
// and so do those whose failure was not made good.
func TestOpinionsAndFailuresDriveTheNextYear(t *testing.T) {
	w, err := newWorld(crowded, 0)
	if err != nil {
		t.Fatal(err)
	}
	perYear := func(p *population, wanted func(i int, on day) bool) float64 {
		began, visits := map[int]day{}, 0
		for d := w.from; d <= w.to; d++ {
			for _, who := range p.visited.on(d) {
				i := int(who)
				if since, ok := began[i]; ok && d <= since+swayDays {
					visits++
				}
				if _, ok := began[i]; !ok && d < w.to-swayDays && wanted(i, d) {
					began[i] = d
				}
			}
		}
		return float64(visits) / float64(len(began))
	}
	said := func(low, high int) float64 {
		return perYear(w.members, func(i int, on day) bool {
			return w.members.asked(i, on) && w.members.verdict(i, on).recommend >= low && w.members.verdict(i, on).recommend <= high
		})
	}
	if promoters, detractors := said(9, 10), said(0, 6); promoters < 1.15*detractors {
		t.Errorf("after an answer promoters buy %.2f times a year, detractors %.2f", promoters, detractors)
	}
	after := func(m mishap) float64 {
		return perYear(w.web, func(i int, on day) bool { return w.mishap(i, on) == m })
	}
	if good, bad := after(recovered), after(failed); good < 1.15*bad {
		t.Errorf("after a failure made good they buy %.2f times a year, else %.2f", good, bad)
	}
}
