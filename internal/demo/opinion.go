package demo

import "math"

// Effects are what drives opinions, and what opinions and failures do to buying.
type Effects struct {
	// Surveys, by name, give the answer to "would you recommend us", 0 to 10.
	Surveys map[string]ScoreModel `json:"surveys"`
	// For SwayDays after a purchase about which somebody was asked, their rate of buying
	// is multiplied by exp(ScoreOnRate · (answer − Indifferent)), whether or not they told
	// us the answer.
	ScoreOnRate float64 `json:"score_on_rate"`
	Indifferent float64 `json:"indifferent"`
	SwayDays    int     `json:"sway_days"`
	// For as long, it is multiplied by FailureOnRate after a failure that was not made
	// good, and by nothing after one that was.
	FailureOnRate float64 `json:"failure_on_rate"`
	LateShare     float64 `json:"late_share"`          // of web purchases, delivered after the day promised
	FailureShare  float64 `json:"failure_share"`       // of web purchases in time
	LateFailures  float64 `json:"failure_share_late"`  // of those that were late
	RecoveredPart float64 `json:"recovered_share"`     // of failures
	NoticedByFirm float64 `json:"noticed_by_us_share"` // of failures, before the customer complained
}

// ScoreModel makes an answer: Intercept, plus each driver's weight times its grade (1 to 4),
// plus what failed or was made good, plus a normal error of deviation Noise; rounded, and
// cut to 0 and 10.
type ScoreModel struct {
	Intercept  float64  `json:"intercept"`
	Drivers    []Driver `json:"drivers"`
	Noise      float64  `json:"noise"`
	Failed     float64  `json:"failed"`    // a failure not made good
	Recovered  float64  `json:"recovered"` // one made good
	Lost       float64  `json:"lost"`      // asked after having left: sample lost
	MeanOfLate float64  `json:"late_on_grade"`
}

// Driver is a question whose grade drives the score: a normal number around Mean, rounded.
type Driver struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
	Mean   float64 `json:"mean"`
}

const (
	swayDays  = 365
	gradeSpan = 0.8 // deviation of a grade before rounding
	askedPart = 0.15
)

var effects = Effects{
	Surveys: map[string]ScoreModel{
		"card": {Intercept: 2.2, Noise: 0.9, Lost: -2, Drivers: []Driver{{"staff", 1.1, 2.8}, {"price", 0.8, 2.5}}},
		"web": {
			Intercept: 0, Noise: 0.9, Failed: -2, Recovered: 0.5, MeanOfLate: -1.4,
			Drivers: []Driver{{"delivery", 1.2, 3.1}, {"goods", 0.9, 2.9}, {"price", 0.5, 2.5}},
		},
	},
	ScoreOnRate: 0.10, Indifferent: 7, SwayDays: swayDays,
	FailureOnRate: 0.5, LateShare: 0.08, FailureShare: 0.02, LateFailures: 0.25, RecoveredPart: 0.6, NoticedByFirm: 0.25,
}

var cardModel, webModel = effects.Surveys["card"], effects.Surveys["web"]

// A verdict is what somebody thinks, whether or not they say so.
type verdict struct {
	grades    [3]int // 1 差 to 4 很好, by driver
	recommend int    // 0 to 10
	content   int    // overall, 1 to 4
}

// judge draws a verdict: shifts move the mean of each driver, extra the score itself.
func (m *ScoreModel) judge(d dice, extra float64, shifts ...float64) verdict {
	var v verdict
	score := m.Intercept + extra + m.Noise*d.NormFloat64()
	for k, driver := range m.Drivers {
		v.grades[k] = grade(driver.Mean+shifts[k]+gradeSpan*d.NormFloat64(), 4)
		score += driver.Weight * float64(v.grades[k])
	}
	v.recommend = min(10, max(0, int(math.Round(score))))
	v.content = grade(0.6+0.32*score+0.4*d.NormFloat64(), 4)
	return v
}

// grade rounds to 1, …, best.
func grade(x float64, best int) int { return min(best, max(1, int(math.Round(x)))) }

// A mishap is what went wrong with a web purchase.
type mishap int

const (
	nothing mishap = iota
	recovered
	failed
)

// key tells the purchases of a customer on a day from all others.
func key(i int, on day) int64 { return int64(i)<<17 | int64(on) }

// late says whether what a web customer buys on a day comes after the day promised.
func (w *world) late(i int, on day) bool {
	return coin(w.Seed, streamLateness, key(i, on)) < effects.LateShare
}

func (w *world) mishap(i int, on day) mishap {
	share := effects.FailureShare
	if w.late(i, on) {
		share = effects.LateFailures
	}
	switch c := coin(w.Seed, streamFailure, key(i, on)) / share; {
	case c >= 1:
		return nothing
	case c < effects.RecoveredPart:
		return recovered
	default:
		return failed
	}
}

// asked says whether a customer is asked what they think of a purchase.
func (p *population) asked(i int, on day) bool {
	return coin(p.Seed, streamAsked, key(i, on)<<1|int64(p.stream&1)) < p.asks
}

// verdict of a customer on a purchase.
func (p *population) verdict(i int, on day) verdict {
	d := roll(p.Seed, streamOpinion, key(i, on)<<1|int64(p.stream&1))
	if p.stream == streamMember {
		return cardModel.judge(d, 0, p.shops[p.home[i]].charm, 0)
	}
	extra, tardy := 0.0, 0.0
	switch p.mishap(i, on) {
	case failed:
		extra = webModel.Failed
	case recovered:
		extra = webModel.Recovered
	case nothing:
	}
	if p.late(i, on) {
		tardy = webModel.MeanOfLate
	}
	return webModel.judge(d, extra, tardy, 0, 0)
}

// sway is by how much a purchase changes the customer's rate of buying for a year.
func (p *population) sway(i int, on day) float64 {
	factor := 1.0
	if p.stream == streamWeb && p.mishap(i, on) == failed {
		factor = effects.FailureOnRate
	}
	if p.asked(i, on) {
		factor *= math.Exp(effects.ScoreOnRate * (float64(p.verdict(i, on).recommend) - effects.Indifferent))
	}
	return factor
}
