package demo

// A person, or a company, as they would fill in a form.
type person struct {
	name, kind, phone string
	mailbox           string // the first part of the mail address, or nothing
	born              int
}

var surnames = []string{
	"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭",
	"何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "韩", "冯", "曹", "欧阳", "司马",
}

var givenNames = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红梅建国志文博雨晨欣怡子轩浩宇")

var trades = []string{"贸易", "餐饮管理", "科技", "物业服务", "文化传媒", "酒店管理"}

var mailboxes = []string{"lily", "hello", "shop", "mail", "sunny", "tea"}

// person is the same for the same key, always.
func (w *world) person(key int64) person {
	d := roll(w.Seed, streamPerson, key)
	p := person{kind: "person", born: 2006 - int(min(60, 18*d.gamma(1.8)/1.8))}
	p.name = oneOf(d, surnames) + string(oneOf(d, givenNames))
	if d.chance(0.7) {
		p.name += string(oneOf(d, givenNames))
	}
	if d.chance(0.03) {
		p.kind, p.born = "company", 2000+d.IntN(20)
		p.name = oneOf(d, places).city + p.name + oneOf(d, trades) + "有限公司"
	}
	if d.chance(0.9) {
		p.phone = phone(key)
	}
	if d.chance(0.4) {
		p.mailbox = oneOf(d, mailboxes)
	}
	return p
}

// phone gives every key below a hundred million a number of its own: 48271 has no divisor
// in common with a power of ten.
func phone(key int64) string {
	return string(appendDigits([]byte("139"), (key*48_271+20_011)%100_000_000, 8))
}
