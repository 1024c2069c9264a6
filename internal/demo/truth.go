package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
)

// Truth is what a reader of the files must find. All amounts are whole cents (分 for CNY).
// All counts and sums leave the planted rows out, except where a name says so.
type Truth struct {
	Seed      uint64           `json:"seed"`
	From      string           `json:"from"` // first and last day covered, 2021-01-01
	To        string           `json:"to"`
	Files     []FileTruth      `json:"files"`
	Planted   map[string]int64 `json:"planted"` // spoilt rows by rule, all files together
	Till      TillTruth        `json:"till"`
	Shop      ShopTruth        `json:"shop"`
	Survey    SurveyTruth      `json:"survey"`
	Reviews   ReviewTruth      `json:"reviews"`
	Contacts  ContactTruth     `json:"contacts"`
	Cases     CaseTruth        `json:"cases"`
	Staff     StaffTruth       `json:"staff"`
	ERP       ERPTruth         `json:"erp"`
	Costs     CostTruth        `json:"costs"`
	Plan      PlanTruth        `json:"plan"`
	Customers CustomerTruth    `json:"customers"`
	Products  int64            `json:"products"`
	Stores    int64            `json:"stores"` // the web shop included; 0 for a day, which has no such file
	Rates     int64            `json:"rates"`  // 0 for a day without such a file
	Model     *ModelTruth      `json:"model,omitempty"`
}

// ModelTruth is what drives the company. It is told with the history, and holds on.
type ModelTruth struct {
	Members Buying  `json:"members"`
	Web     Buying  `json:"web"`
	Effects Effects `json:"effects"`
	Seasons Seasons `json:"seasons"`
}

// Seasons are factors of the tempo, multiplied and divided by their average.
type Seasons struct {
	Month          [12]float64 `json:"month"`   // from January
	Weekday        [7]float64  `json:"weekday"` // from Sunday
	SpringFestival []Festive   `json:"spring_festival"`
}

func (w *world) model() *ModelTruth {
	return &ModelTruth{
		Members: w.members.Buying, Web: w.web.Buying, Effects: effects,
		Seasons: Seasons{Month: [12]float64(season[1:]), Weekday: weekday, SpringFestival: springFestival},
	}
}

// FileTruth is about one file. Rows counts records, planted ones included, without the
// header; a record may span lines.
type FileTruth struct {
	Path    string           `json:"path"` // from DIR, with slashes
	Rows    int64            `json:"rows"`
	Bytes   int64            `json:"bytes"`
	Planted map[string]int64 `json:"planted,omitempty"`
	BadRows []BadRow         `json:"bad_rows,omitempty"`
}

// A BadRow is a planted one: the rule that it breaks, and which record of its file it is,
// from 1, the header not counted.
type BadRow struct {
	Rule   string `json:"rule"`
	Record int64  `json:"record"`
}

// TillTruth is about the till lines. Deals are goods, sold or returned; stored value is
// none. Net is gross less discount, without tax.
type TillTruth struct {
	Lines            int64 `json:"lines"`
	Tickets          int64 `json:"tickets"`
	DealLines        int64 `json:"deal_lines"`   // returns included
	ReturnLines      int64 `json:"return_lines"` // deals of negative quantity
	StoredValueLines int64 `json:"stored_value_lines"`
	AnonymousLines   int64 `json:"anonymous_lines"`
	LateLines        int64 `json:"late_lines"` // sold before the day of the file
	Quantity         int64 `json:"quantity"`   // of deals
	GrossCents       int64 `json:"gross_cents"`
	DiscountCents    int64 `json:"discount_cents"`
	NetCents         int64 `json:"net_cents"`
	TaxCents         int64 `json:"tax_cents"`
	ReturnNetCents   int64 `json:"return_net_cents"` // ≤ 0, within net_cents
	StoredValueCents int64 `json:"stored_value_cents"`
	Buyers           int64 `json:"buyers"` // distinct members with a line of goods sold
}

// ShopTruth is about the web shop, its orders in the state that the files give.
type ShopTruth struct {
	Orders        int64 `json:"orders"`     // head rows
	NewOrders     int64 `json:"new_orders"` // whose lines come with them
	Itemless      int64 `json:"itemless"`   // new orders without lines
	Lines         int64 `json:"lines"`      // line rows
	DealLines     int64 `json:"deal_lines"` // those of new orders not cancelled
	HeadDiscounts int64 `json:"head_discounts"`
	// ByStatus sums all head rows. For a day that includes older orders, whose part before
	// the change is in Changed, as "from→to": after = before + ByStatus − Changed from.
	ByStatus  map[string]OrderTruth `json:"by_status"`
	Changed   map[string]OrderTruth `json:"changed,omitempty"`
	Payments  int64                 `json:"payments"`   // rows, refunds included
	PaidCents map[string]int64      `json:"paid_cents"` // by currency, less refunds
	Shipments int64                 `json:"shipments"`  // rows
	Delivered int64                 `json:"delivered"`  // rows with delivered_on
	OnTime    int64                 `json:"on_time"`    // of those, by the day promised
	Buyers    int64                 `json:"buyers"`     // distinct customers of new orders with lines, not cancelled
}

// OrderTruth sums orders. Net, by currency, is gross less the discounts of lines and heads,
// without shipping; the lines of a returned order count as they were sold, positive.
type OrderTruth struct {
	Orders        int64            `json:"orders"`
	Lines         int64            `json:"lines"`
	NetCents      map[string]int64 `json:"net_cents"`
	ShippingCents map[string]int64 `json:"shipping_cents"`
}

// SurveyTruth is about the opinion cards: those handed out in the time told of, and the
// answers that came in it.
type SurveyTruth struct {
	Cards     int64 `json:"cards"`
	Answered  int64 `json:"answered"`
	Anonymous int64 `json:"anonymous"` // cards without member_no
	Recommends
	Grades      map[string][4]int64 `json:"grades"` // satisfaction, staff, price: answers of grade 1 to 4
	Comments    int64               `json:"comments"`
	CardsBySort map[string]int64    `json:"cards_by_sample"`
}

// CustomerTruth is about the two customer files. Those of the history hold every customer,
// all of them new; those of a day the changed and the new ones. All but the rows counts new
// customers only, so that the truths of history and days add up.
type CustomerTruth struct {
	Members         int64 `json:"members"`       // rows
	WebCustomers    int64 `json:"web_customers"` // rows
	NewMembers      int64 `json:"new_members"`
	NewWebCustomers int64 `json:"new_web_customers"`
	MasterLinks     int64 `json:"master_links"` // web customers that share a master_id with a member
	PhoneLinks      int64 `json:"phone_links"`  // web customers that share only the phone with a member
	Twins           int64 `json:"twins"`        // members entered a second time: same name and phone
	People          int64 `json:"people"`       // members and web customers after master ids
	PeopleByAll     int64 `json:"people_by_all"`
}

// Extend makes the truth about a history that about the history and the day after it. What
// cannot be added up, the buyers, becomes 0.
func (t *Truth) Extend(day Truth) {
	for change, orders := range day.Shop.Changed {
		from, _, _ := strings.Cut(change, "→")
		t.Shop.ByStatus = plusOrders(t.Shop.ByStatus, map[string]OrderTruth{from: orders.negative()})
	}
	t.add(day)
	t.Shop.Changed, t.Till.Buyers, t.Shop.Buyers, t.To = nil, 0, 0, day.To
}

func (t *Truth) add(part Truth) {
	t.Files = append(t.Files, part.Files...)
	for _, f := range part.Files {
		t.Planted = plus(t.Planted, f.Planted)
	}
	t.Till.add(part.Till)
	t.Shop.add(part.Shop)
	t.Survey.add(part.Survey)
	t.Reviews.add(part.Reviews)
	t.Contacts.add(part.Contacts)
	t.Cases.add(part.Cases)
	t.Staff.add(part.Staff)
	t.ERP.add(part.ERP)
	t.Costs.add(part.Costs)
	t.Plan.add(part.Plan)
	t.Customers.add(part.Customers)
	t.Products += part.Products
	t.Stores += part.Stores
	t.Rates += part.Rates
}

func (t *TillTruth) add(p TillTruth) {
	t.Lines += p.Lines
	t.Tickets += p.Tickets
	t.DealLines += p.DealLines
	t.ReturnLines += p.ReturnLines
	t.StoredValueLines += p.StoredValueLines
	t.AnonymousLines += p.AnonymousLines
	t.LateLines += p.LateLines
	t.Quantity += p.Quantity
	t.GrossCents += p.GrossCents
	t.DiscountCents += p.DiscountCents
	t.NetCents += p.NetCents
	t.TaxCents += p.TaxCents
	t.ReturnNetCents += p.ReturnNetCents
	t.StoredValueCents += p.StoredValueCents
}

func (t *ShopTruth) add(p ShopTruth) {
	t.Orders += p.Orders
	t.NewOrders += p.NewOrders
	t.Itemless += p.Itemless
	t.Lines += p.Lines
	t.DealLines += p.DealLines
	t.HeadDiscounts += p.HeadDiscounts
	t.ByStatus = plusOrders(t.ByStatus, p.ByStatus)
	t.Changed = plusOrders(t.Changed, p.Changed)
	t.Payments += p.Payments
	t.PaidCents = plus(t.PaidCents, p.PaidCents)
	t.Shipments += p.Shipments
	t.Delivered += p.Delivered
	t.OnTime += p.OnTime
}

func (t *SurveyTruth) add(p SurveyTruth) {
	t.Cards += p.Cards
	t.Answered += p.Answered
	t.Anonymous += p.Anonymous
	t.Recommends.add(p.Recommends)
	t.Comments += p.Comments
	t.CardsBySort = plus(t.CardsBySort, p.CardsBySort)
	for question, grades := range p.Grades {
		for grade, n := range grades {
			t.grade(question, grade+1, n)
		}
	}
}

func (t *SurveyTruth) grade(question string, grade int, answers int64) {
	if t.Grades == nil {
		t.Grades = map[string][4]int64{}
	}
	counts := t.Grades[question]
	counts[grade-1] += answers
	t.Grades[question] = counts
}

func (t *CustomerTruth) add(p CustomerTruth) {
	t.Members += p.Members
	t.WebCustomers += p.WebCustomers
	t.NewMembers += p.NewMembers
	t.NewWebCustomers += p.NewWebCustomers
	t.MasterLinks += p.MasterLinks
	t.PhoneLinks += p.PhoneLinks
	t.Twins += p.Twins
	t.People = t.NewMembers + t.NewWebCustomers - t.MasterLinks
	t.PeopleByAll = t.People - t.PhoneLinks - t.Twins
}

// plus adds to sums, which it changes.
func plus(sums, part map[string]int64) map[string]int64 {
	if sums == nil && len(part) > 0 {
		sums = map[string]int64{}
	}
	for key, n := range part {
		sums[key] += n
	}
	return sums
}

func plusOrders(sums, part map[string]OrderTruth) map[string]OrderTruth {
	if sums == nil {
		return maps.Clone(part)
	}
	for key, p := range part {
		sum := sums[key]
		sum.Orders += p.Orders
		sum.Lines += p.Lines
		sum.NetCents = plus(maps.Clone(sum.NetCents), p.NetCents)
		sum.ShippingCents = plus(maps.Clone(sum.ShippingCents), p.ShippingCents)
		sums[key] = sum
	}
	return sums
}

func (t OrderTruth) negative() OrderTruth {
	n := OrderTruth{Orders: -t.Orders, Lines: -t.Lines, NetCents: map[string]int64{}, ShippingCents: map[string]int64{}}
	for currency := range t.NetCents {
		n.NetCents[currency], n.ShippingCents[currency] = -t.NetCents[currency], -t.ShippingCents[currency]
	}
	return n
}

func (t Truth) save(path string) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
