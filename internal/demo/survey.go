package demo

import (
	"context"
	"iter"
	"strconv"
)

const (
	linesPerCard   = 60 // one card is handed out for so many sale lines
	anonymousCards = 0.30
	neverAnswered  = 0.35
	mailedAfter    = 400 // days after a last purchase
	mailed         = 0.1 // of those who left
)

const cardHeader = "card_no,handed_on,handed_by,store,member_no,answered_at,sample,recommend,satisfaction,staff,price,comment"

var (
	samples    = []string{"card", "random", "exit", "key_account"}
	sampleOdds = oddsOf(87, 7, 4, 2)
)

// A card is one opinion card. Answers are zero or less where there is none.
type card struct {
	on                         day
	count, shop, clerk, member int
	sample                     string
	handed, answered           instant
	recommend                  int // 0 to 10, or unasked
	satisfaction, staff, price int // 1 差 to 4 很好
	comment                    string
}

const unasked = -1

// longestCard is more than the days from handing a card out to its last answer.
const longestCard = 11

// cardFile writes the opinion cards of a period: the row of a card comes when it is handed
// out, and once more when the answers come on a later day than that of the file.
func (w *world) cardFile(p period) job {
	return func(ctx context.Context) (Truth, error) {
		var truth Truth
		t := w.create("survey/cards_"+p.name+".csv", cardHeader)
		rows := 0.0
		for d := p.from; d <= p.to; d++ {
			rows += w.lines(d) / linesPerCard
		}
		dirt := w.cardDirt(p, rows)
		now := w.windowOf(p)
		for on := w.firstCard(p); on <= p.to && ctx.Err() == nil; on++ {
			for c := range w.cards(on) {
				if !now.fresh(c.handed) && !now.fresh(c.answered) {
					continue
				}
				if now.known(c.answered) == 0 {
					c = c.blank()
				}
				t.card(c)
				truth.Survey.count(c, now.fresh(c.handed))
			}
			if on >= p.from {
				dirt.plant(t, on)
			}
		}
		return truth, finish(ctx, &truth, t)
	}
}

// firstCard is the day of the first card that a period's file may tell of.
func (w *world) firstCard(p period) day {
	if w.inHistory(p) {
		return p.from
	}
	return max(w.from, p.from-longestCard)
}

// cards draws those handed out on a day, with the answers that they will have: to members
// about a purchase, to people nobody knows, and by mail to members who have left.
func (w *world) cards(on day) iter.Seq[card] {
	return func(yield func(card) bool) {
		d := roll(w.Seed, streamSurvey, int64(on))
		count := 0
		hand := func(member int, sample string, v verdict) bool {
			count++
			c := w.handOut(d, on, member, sample, v)
			c.count = count
			return yield(c)
		}
		for range d.about(w.lines(on) / linesPerCard * anonymousCards) {
			if !hand(nobody, samples[sampleOdds.pick(d)], verdict{}) {
				return
			}
		}
		for _, member := range w.members.visited.on(on) {
			if w.members.asked(int(member), on) && !hand(int(member), samples[sampleOdds.pick(d)], w.members.verdict(int(member), on)) {
				return
			}
		}
		for _, member := range w.members.left.on(on - mailedAfter) {
			if d.chance(mailed) {
				charm := w.shops[w.members.home[member]].charm
				if !hand(int(member), "lost", cardModel.judge(d, cardModel.Lost, charm, 0)) {
					return
				}
			}
		}
	}
}

// handOut draws a card, and what it will say if it is handed back: mostly at once, else some
// days later.
func (w *world) handOut(d dice, on day, member int, sample string, v verdict) card {
	c := card{on: on, member: member, recommend: unasked, sample: sample}
	if member == nobody {
		c.shop = w.shopOdds.pick(d)
		v = cardModel.judge(d, 0, w.shops[c.shop].charm, 0)
	} else {
		c.shop = int(w.members.home[member])
	}
	c.clerk = (c.shop+1)*100 + d.between(1, tillsOfShop*2)
	c.handed = on.start() + opens + instant(d.IntN(int(openFor)))
	answered := c.handed + instant(d.between(2, 40))*minute
	if d.chance(0.25) {
		answered += instant(d.between(1, 9)) * fullDay
	}
	if !d.chance(neverAnswered) {
		c.answered = answered
		c.answer(d, v)
	}
	return c
}

// blank is the card before it is answered.
func (c card) blank() card {
	c.answered, c.recommend, c.satisfaction, c.staff, c.price, c.comment = 0, unasked, 0, 0, 0, ""
	return c
}

// answer writes a verdict down, but for the questions that are passed over.
func (c *card) answer(d dice, v verdict) {
	passed := func() bool { return d.chance(0.02) }
	if !passed() {
		c.recommend = v.recommend
	}
	if !passed() {
		c.satisfaction = v.content
	}
	if !passed() {
		c.staff = v.grades[0]
	}
	if !passed() {
		c.price = v.grades[1]
	}
	if d.chance(0.40) {
		c.comment = remark(d, v.recommend >= 7)
	}
}

var (
	praise = []string{"服务很好", "店员热情,耐心", "东西新鲜", "结账快", "环境干净", "会员日很划算"}
	blame  = []string{"排队太久", "价格偏高", "缺货", "退货很麻烦", "停车不方便", "店员说\"没有了\",其实货架上有"}
	wishes = []string{"希望多开几个收银台", "会再来", "建议早点开门", "请补货", "谢谢", "下次带朋友来"}
)

// remark is free text: commas, quotes, and now and then several lines.
func remark(d dice, pleased bool) string {
	words := praise
	if !pleased {
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
	t.codeOrBlank("M", c.member, 7)
	t.instantOrBlank(c.answered)
	t.text(c.sample)
	t.answer(c.recommend, 0)
	t.answer(c.satisfaction, 1)
	t.answer(c.staff, 1)
	t.answer(c.price, 1)
	t.quoted(c.comment)
	t.end()
}

// answer writes a number on a scale that begins with the least; nothing for a lower one.
func (t *table) answer(n, least int) {
	if n >= least {
		t.buf = strconv.AppendInt(t.buf, int64(n), 10)
	}
	t.blank()
}

// count a row: that of a card when it is handed out, or again with its answers.
func (t *SurveyTruth) count(c card, handed bool) {
	if handed {
		t.Cards++
		t.CardsBySort = plus(t.CardsBySort, map[string]int64{c.sample: 1})
		if c.member == nobody {
			t.Anonymous++
		}
	}
	if c.answered == 0 {
		return
	}
	t.Answered++
	t.score(c.recommend)
	for question, grade := range map[string]int{"satisfaction": c.satisfaction, "staff": c.staff, "price": c.price} {
		if grade > 0 {
			t.grade(question, grade, 1)
		}
	}
	if c.comment != "" {
		t.Comments++
	}
}
