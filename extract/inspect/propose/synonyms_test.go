package propose

import (
	"slices"
	"testing"

	"nightjar/models"
)

// The table names columns that there are, and no name surely two of them.
func TestTheTableOfSynonymsIsInOrder(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	has := func(input, column string) bool { _, found := catalog.Inputs[input].Column(column); return found }
	s := table()
	for column := range s.Any {
		if column != unitPrice && !slices.ContainsFunc(sortedKeys(catalog.Inputs), func(input string) bool { return has(input, column) }) {
			t.Errorf("any.%s is a column of no input", column)
		}
	}
	for input, meanings := range s.Inputs {
		for column, m := range meanings {
			c, found := catalog.Inputs[input].Column(column)
			if !found {
				t.Errorf("%s.%s is no column", input, column)
			}
			for value := range m.Values {
				if !slices.Contains(c.Accepted, value) {
					t.Errorf("%s.%s takes no value %s", input, column, value)
				}
			}
		}
	}
	for input, meanings := range s.Inputs {
		owner := map[string]string{}
		for _, c := range catalog.Inputs[input].Columns {
			for _, m := range []*meaning{meanings[c.Name], s.Any[c.Name]} {
				if m == nil {
					continue
				}
				for _, name := range m.Sure {
					if other, taken := owner[squeeze(name)]; taken && other != c.Name {
						t.Errorf("%s: %q is surely %s and %s", input, name, other, c.Name)
					}
					owner[squeeze(name)] = c.Name
				}
				if len(m.Sure) > 0 {
					break // the input's own names replace those of any
				}
			}
		}
	}
	for _, word := range []string{"placed", "paid", "shipped", "delivered", "cancelled", "returned"} {
		if got, _ := Status(word); got != word {
			t.Errorf("%s means %s", word, got)
		}
	}
}

func TestTheMappingOfPOSLogsIsOntoColumnsThatThereAre(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range POSLog(catalog) {
		for j, m := range p.Columns {
			if m.Column == "" {
				t.Errorf("%s: %v is no column", p.Input, templates()[i].Columns[j].Key)
			}
		}
	}
}

func TestANameIsUnderstoodHoweverItIsWritten(t *testing.T) {
	for _, c := range []struct{ input, name, column string }{
		{"sale_line", "ORDER_NO", "document_id"},
		{"sale_line", "OrderNo", "document_id"},
		{"sale_line", "SALESORDERID", "document_id"},
		{"sale_line", "订单编号", "document_id"},
		{"sale_line", "Bestell-Nr.", "document_id"},
		{"sale_line", "número do pedido", "document_id"},
		{"sale_line", "买家实际支付金额", "gross_amount"},
		{"sale_line", "会员卡号", "customer_id"},
		{"sale_line", "订单创建时间", "sold_at"},
		{"sale_line", "数量", "quantity"},
		{"sale_line", "单价", unitPrice},
		{"sale_line", "门店", "store_id"},
		{"sale_line", "商品编码", "sku"},
		{"sale_line", "freight_value", "shipping_amount"},
		{"sale", "order_purchase_timestamp", "sold_at"},
		{"customer", "customer_zip_code_prefix", "postal_code"},
		{"customer", "手机号", "phone"},
		{"customer", "收货地址", "address"},
		{"product", "Artikelbezeichnung", "name"},
		{"shipment", "order_estimated_delivery_date", "promised_on"},
		{"store", "seller_state", "region"},
		{"contact", "来电时间", "contacted_at"},
		{"contact", "Wartezeit", "waited_seconds"},
		{"contact", "CallDirection", "direction"},
		{"case", "投诉编号", "case_id"},
		{"case", "ticket_no", "case_id"},
		{"case", "Schweregrad", "severity"},
		{"case_event", "流转时间", "happened_at"},
		{"promise", "due_date", "due_on"},
		{"assignment", "visit_week", "week_on"},
		{"departure", "流失原因", "kind"},
		{"cost", "成本类别", "purpose"},
		{"cost", "ExpenseAmount", "cost_amount"},
		{"service_use", "核销时间", "used_at"},
		{"employee", "员工工号", "employee_id"},
		{"employee", "data de admissão", "hired_on"},
	} {
		catalog, err := models.Load(models.Standard)
		if err != nil {
			t.Fatal(err)
		}
		best, score := "", 0.0
		for _, to := range mappable(catalog.Inputs[c.input]) {
			if l, _ := named(c.input, to.Name, words(c.name)); l.score > score {
				best, score = to.Name, l.score
			}
		}
		if best != c.column || score < least {
			t.Errorf("%s of %s is taken for %s (%.2f), not %s", c.name, c.input, best, score, c.column)
		}
	}
}
