package demo

import "math"

var basketSizes = oddsOf(30, 28, 19, 12, 7, 4) // 1 to 6 lines, 2.5 on average

const meanBasket = 2.5

var quantities = oddsOf(75, 15, 6, 2, 1, 1) // 1 to 6 pieces

// An item is one line of a basket, in cents of the price tags.
type item struct {
	article, qty           int
	price, gross, discount int64
}

// A taste is how a trade gives discounts on lines: how often, and up to how many twentieths.
type taste struct {
	chance float64
	most   int
}

// fill puts articles for about so many cents in the basket, discounts on lines taken off.
func (w *world) fill(basket []item, d dice, on day, cents float64, sale taste) []item {
	n := basketSizes.pick(d) + 1
	var shares [6]float64
	sum := 0.0
	for k := range n {
		shares[k] = 0.3 + d.Float64()
		sum += shares[k]
	}
	dearest := float64(w.goods.dearest(on))
	for k := range n {
		l := item{qty: quantities.pick(d) + 1}
		off := 0
		if d.chance(sale.chance) {
			off = d.between(1, sale.most) * 5
		}
		whole := cents * shares[k] / sum / (1 - float64(off)/100)
		l.qty = max(l.qty, int(math.Ceil(whole/dearest)))
		l.article = w.goods.choose(d, on, whole/float64(l.qty))
		l.price = w.goods.price(l.article, on)
		l.gross = l.price * int64(l.qty)
		l.discount = l.gross * int64(off) / 100
		basket = append(basket, l)
	}
	return basket
}

// purse is what a customer spends on one purchase, in cents; a stranger is like any customer.
func (p *population) purse(d dice, i int) float64 {
	if i == nobody {
		return 100 * d.gamma(p.P) * p.Gamma / d.gamma(p.Q)
	}
	return 100 * d.gamma(p.P) / p.P * float64(p.spend[i])
}
