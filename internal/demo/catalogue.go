package demo

import (
	"cmp"
	"slices"
	"strconv"
)

// A shop has tills T1 to T3 and a service desk, T9, for returns.
type shop struct {
	name, city, region string
	size               float64
	charm              float64 // how much its customers like it, around 0
}

const tillsOfShop = 3

var places = []struct{ city, region string }{
	{"上海", "华东"},
	{"北京", "华北"},
	{"广州", "华南"},
	{"成都", "西南"},
	{"杭州", "华东"},
	{"武汉", "华中"},
	{"西安", "西北"},
	{"沈阳", "东北"},
	{"南京", "华东"},
	{"深圳", "华南"},
}

var regions = []string{"华东", "华北", "华南", "华中", "西南", "西北", "东北"}

func openShops(n int) []shop {
	shops := make([]shop, n)
	for i := range shops {
		place := places[i%len(places)]
		name := "夜鹰百货" + place.city + "店"
		if round := i / len(places); round > 0 {
			name = "夜鹰百货" + place.city + strconv.Itoa(round+1) + "店"
		}
		shops[i] = shop{
			name: name, city: place.city, region: place.region,
			size:  2 / (2 + float64(i%len(places))),
			charm: 0.25 * float64((i*5)%7-3) / 3,
		}
	}
	return shops
}

// An article is known by its number from 1: P0001. Articles beyond the goods are stored
// value cards.
type article struct {
	name, category, brand string
	base                  int64 // cents, in the first year
	cost                  int64
	launched              day
}

const articles = 500

// cards are the values of the stored value cards, in cents.
var cards = []int64{100_00, 200_00, 500_00, 1000_00}

type catalogue struct {
	articles []article // goods, then cards
	byPrice  []int     // the goods, cheapest first
	odds     odds      // of the goods in that order
	prices   [][]int64 // by year of the history, then article
	from     day
}

// departments: the category path, the lowest and highest price in yuan, and what is sold.
var departments = []struct {
	category  string
	low, high int
	things    []string
}{
	{"食品/零食/坚果", 15, 90, []string{"开心果", "腰果", "夏威夷果", "核桃仁", "巴旦木"}},
	{"食品/零食/糖果", 6, 40, []string{"牛轧糖", "黑巧克力", "水果软糖", "花生酥"}},
	{"食品/饮料/茶叶", 30, 400, []string{"龙井", "铁观音", "普洱", "大红袍", "茉莉花茶"}},
	{"食品/粮油/大米", 25, 120, []string{"五常大米", "丝苗米", "糯米"}},
	{"日用/清洁/洗衣", 12, 80, []string{"洗衣液", "洗衣凝珠", "柔顺剂"}},
	{"日用/纸品/抽纸", 10, 50, []string{"抽纸", "卷纸", "湿巾"}},
	{"美妆/护肤/面霜", 60, 600, []string{"保湿面霜", "精华液", "防晒霜", "面膜"}},
	{"家电/厨房/电饭煲", 120, 900, []string{"电饭煲", "电水壶", "空气炸锅"}},
	{"服饰/女装/外套", 99, 800, []string{"风衣", "羊绒开衫", "羽绒服"}},
	{"服饰/鞋靴/运动鞋", 99, 700, []string{"跑鞋", "板鞋", "健步鞋"}},
	{"母婴/玩具/积木", 30, 300, []string{"积木", "拼图", "毛绒熊"}},
	{"文具/书写/钢笔", 5, 200, []string{"钢笔", "中性笔", "笔记本"}},
}

var brands = []string{"夜鹰优选", "山水间", "北辰", "锦程", "小满", "青禾", "云起", "老巷子"}

func stockUp(w *world) catalogue {
	d := roll(w.Seed, streamProduct, 0)
	c := catalogue{from: w.from}
	weights := make([]float64, articles)
	for i := range articles {
		department := departments[i%len(departments)]
		brand := oneOf(d, brands)
		yuan := department.low + int(float64(department.high-department.low)*d.Float64()*d.Float64())
		a := article{
			name:     brand + oneOf(d, department.things) + strconv.Itoa(d.between(1, 9)*50) + "型",
			category: department.category, brand: brand,
			base:     int64(yuan)*100 + oneOf(d, []int64{0, 50, 80, 90}),
			launched: w.from - day(d.between(30, 2000)),
		}
		if i >= articles*4/5 {
			a.launched = w.from + day(d.IntN(int(w.to-w.from)+1))
		}
		a.cost = a.base * int64(d.between(52, 76)) / 100
		c.articles = append(c.articles, a)
		weights[i] = 1 / (3 + float64(d.IntN(articles)))
	}
	c.byPrice = make([]int, articles)
	for i := range c.byPrice {
		c.byPrice[i] = i
	}
	slices.SortFunc(c.byPrice, func(a, b int) int { return cmp.Or(cmp.Compare(c.articles[a].base, c.articles[b].base), a-b) })
	ranked := make([]float64, articles)
	for rank, i := range c.byPrice {
		ranked[rank] = weights[i]
	}
	c.odds = oddsOf(ranked...)
	for _, value := range cards {
		c.articles = append(c.articles, article{
			name: "夜鹰储值卡" + strconv.FormatInt(value/100, 10) + "元", category: "储值卡", brand: "夜鹰优选",
			base: value, cost: value, launched: w.from - 2000,
		})
	}
	c.raisePrices(w)
	return c
}

// raisePrices fixes the prices of goods for each year: two per cent more than the year
// before, in steps of ten fen. Cards keep theirs.
func (c *catalogue) raisePrices(w *world) {
	for year := range int64((w.to-w.from)/365) + 3 {
		prices := make([]int64, len(c.articles))
		for i, a := range c.articles {
			prices[i] = a.base
			if i < articles {
				prices[i] = a.base * (100 + 2*year) / 100 / 10 * 10
			}
		}
		c.prices = append(c.prices, prices)
	}
}

// alike is how many articles next in price are as good as another.
const alike = 10

// choose picks an article that is on sale on that day and costs about so many cents.
func (c *catalogue) choose(d dice, on day, cents float64) int {
	prices := c.prices[c.year(on)]
	rank, _ := slices.BinarySearchFunc(c.byPrice, int64(cents), func(i int, cents int64) int { return cmp.Compare(prices[i], cents) })
	for span := alike; ; span++ {
		low, high := max(rank-span, 0), min(rank+span, articles-1)
		if i := c.byPrice[c.odds.pickWithin(d, low, high)]; c.articles[i].launched <= on {
			return i
		}
	}
}

func (c *catalogue) price(article int, on day) int64 {
	return c.prices[c.year(on)][article]
}

func (c *catalogue) year(on day) int { return min(int(on-c.from)/365, len(c.prices)-1) }

// dearest is the highest price of a year's goods.
func (c *catalogue) dearest(on day) int64 { return c.prices[c.year(on)][c.byPrice[articles-1]] }
