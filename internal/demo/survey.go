package demo

import "context"

const (
	linesPerCard   = 60 // one card is handed out for so many sale lines
	anonymousCards = 0.30
	neverAnswered  = 0.35
)

const cardHeader = "card_no,handed_on,handed_by,store,member_no,answered_at,sample,recommend,satisfaction,staff,price,comment"

var (
	samples    = []string{"card", "random", "exit", "lost", "key_account"}
	sampleOdds = oddsOf(85, 7, 4, 2, 2)
)

// A card is one opinion card. Answers are zero or less where there is none.
type card struct {
	on                         day
	count, shop, clerk, member int
	sample                     string
	answered                   instant
	recommend                  int // 0 to 10, or unasked
	satisfaction, staff, price int // 1 差 to 4 很好
	comment                    string
}

const unasked = -1

// cardFile writes the opinion cards handed out in a period.
func (w *world) cardFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("survey/cards_"+p.name+".csv", cardHeader)
		crowd := &crowd{population: w.members}
		rows := 0.0
		for d := p.from; d <= p.to; d++ {
			rows += w.lines(d) / linesPerCard
		}
		dirt := w.cardDirt(p, rows)
		for on := p.from; on <= p.to && ctx.Err() == nil; on++ {
			d := roll(w.Seed, streamSurvey, int64(on))
			for i := range d.about(w.lines(on) / linesPerCard) {
				c := w.handOut(d, crowd, on)
				c.count = i + 1
				t.card(c)
				truth.Survey.count(c)
			}
			dirt.plant(t, on)
		}
		return truth, finish(ctx, &truth, t)
	}
}

// handOut draws a card, and what it says if it was handed back by the end of what is
// known. In a file of one day that leaves the answers given at once.
func (w *world) handOut(d dice, crowd *crowd, on day) card {
	c := card{on: on, member: nobody, recommend: unasked, sample: samples[sampleOdds.pick(d)]}
	if d.chance(anonymousCards) {
		c.shop = w.shopOdds.pick(d)
	} else {
		c.member = crowd.buyer(d, on)
		c.shop = int(crowd.home[c.member])
	}
	c.clerk = (c.shop+1)*100 + d.between(1, 6)
	handed := on.start() + opens + instant(d.IntN(int(openFor)))
	c.answered = handed + instant(d.between(2, 40))*minute
	if d.chance(0.25) {
		c.answered += instant(d.between(1, 9)) * fullDay
	}
	if d.chance(neverAnswered) || c.answered > w.asOf.end() {
		c.answered = 0
		return c
	}
	c.answer(d, w.shops[c.shop].charm)
	return c
}

// answer draws all answers around one mood, so that they go together.
func (c *card) answer(d dice, charm float64) {
	mood := charm + 0.5 + 0.9*d.NormFloat64()
	if c.sample == "lost" || c.sample == "exit" {
		mood -= 0.9
	}
	if !d.chance(0.03) {
		c.recommend = min(10, max(0, int(7.2+2.1*mood+0.8*d.NormFloat64())))
	}
	c.satisfaction = grade(2.6+0.75*mood, d)
	c.staff = grade(2.8+0.6*mood, d)
	c.price = grade(2.4+0.35*mood, d)
	if d.chance(0.40) {
		c.comment = remark(d, mood)
	}
}

// grade is 1 to 4, or 0 where the question was passed over.
func grade(around float64, d dice) int {
	if d.chance(0.02) {
		return 0
	}
	return min(4, max(1, int(around+0.5+0.4*d.NormFloat64())))
}

var (
	praise = []string{"服务很好", "店员热情,耐心", "东西新鲜", "结账快", "环境干净", "会员日很划算"}
	blame  = []string{"排队太久", "价格偏高", "缺货", "退货很麻烦", "停车不方便", "店员说\"没有了\",其实货架上有"}
	wishes = []string{"希望多开几个收银台", "会再来", "建议早点开门", "请补货", "谢谢", "下次带朋友来"}
)

// remark is free text: commas, quotes, and now and then several lines.
func remark(d dice, mood float64) string {
	words := praise
	if mood < 0 {
		words = blame
	}
	text := oneOf(d, words)
	switch {
	case d.chance(0.15):
		return text + "。\n" + oneOf(d, wishes) + "!"
	case d.chance(0.30):
		return text + "," + oneOf(d, wishes)
	case d.chance(0.10):
		return "朋友说: \"" + text + "\", 我同意"
	}
	return text
}

func (t *table) card(c card) {
	t.buf = append(appendCompact(append(t.buf, 'Q'), c.on), '-')
	t.code("", c.count, 4)
	t.day(c.on)
	t.code("E", c.clerk, 4)
	t.code("S", c.shop+1, 2)
	if c.member == nobody {
		t.blank()
	} else {
		t.code("M", c.member+1, 7)
	}
	t.instantOrBlank(c.answered)
	t.text(c.sample)
	if c.recommend == unasked {
		t.blank()
	} else {
		t.int(c.recommend)
	}
	for _, grade := range [...]int{c.satisfaction, c.staff, c.price} {
		if grade == 0 {
			t.blank()
		} else {
			t.int(grade)
		}
	}
	t.quoted(c.comment)
	t.end()
}

func (t *SurveyTruth) count(c card) {
	t.Cards++
	t.CardsBySort = plus(t.CardsBySort, map[string]int64{c.sample: 1})
	if c.member == nobody {
		t.Anonymous++
	}
	if c.answered == 0 {
		return
	}
	t.Answered++
	switch {
	case c.recommend >= 9:
		t.Promoters++
	case c.recommend >= 7:
		t.Passives++
	case c.recommend >= 0:
		t.Detractors++
	}
	for question, grade := range map[string]int{"satisfaction": c.satisfaction, "staff": c.staff, "price": c.price} {
		if grade > 0 {
			t.grade(question, grade, 1)
		}
	}
	if c.comment != "" {
		t.Comments++
	}
}
