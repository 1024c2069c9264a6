package extract

import (
	"strings"
	"testing"
)

func TestAColumnThatTheFileLacksIsRefusedWithTheNearestName(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: reciept", 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\n")
	s.fails("till.csv", "column document_id", `"reciept"`, `did you mean "receipt"?`, "nightjar.yaml:10")
	if len(s.last.Manifest.Inputs) != 0 {
		t.Fatal("something was staged")
	}
}

func TestAnUnknownColumnOfAFilterOrAnUnpivotIsRefused(t *testing.T) {
	for text, words := range map[string][]string{
		"filter: knd = 'a'": {"filter", `"knd"`, `did you mean "kind"?`},
		"unpivot: {columns: [amunt], name: n, value: v}":   {"unpivot", `"amunt"`, `did you mean "amount"?`},
		"unpivot: {columns: [kind], name: line, value: v}": {"unpivot", `a column "line", which the file has already`},
		"unpivot: {columns: [amount], name: n, value: v}":  {"column gross_amount", `"amount", which the file does not have`},
	} {
		s := aShop(t, strings.Replace(tills, "sale_line:\n", "sale_line:\n        "+text+"\n", 1))
		s.deliver("till.csv", "receipt,line,day,amount,kind\nA,1,2024-01-05,1,a\n")
		s.fails(words...)
	}
}

func TestAnyHeaderNameCanBeMapped(t *testing.T) {
	for _, c := range []struct{ header, sql string }{
		{"order", "order"},                                       // a keyword
		{"订单号", "订单号"},                                           // letters of any script
		{" Order ID ", `'"Order ID"'`},                           // a space, in quotes
		{"订单 号码", `'"订单 号码"'`},                                   // and so here
		{`"a ""big"" {one}: 'x'"`, `'"a ""big"" {one}: ''x''"'`}, // quotes, braces, colon
		{"RECEIPT", "receipt"},                                   // names are told apart whatever their case
		{"\"two\nlines\"", `"\"two\nlines\""`},                   // a line break
		{"select", `"upper(\"select\")"`},                        // a keyword within an expression
		{"source_row", "source_row"},                             // the file's own, not ours
		{"", "column_1"},                                         // no name at all
	} {
		// The last row is read as it is, or makes the reading careful.
		for _, last := range []string{"B,2,2024-01-05,1\n", "B,2\n"} {
			s := aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: "+c.sql, 1))
			s.deliver("till.csv", c.header+",line,day,amount\nA,1,2024-01-05,1\n"+last)
			s.night()
			want := "document_id | line_no | source_row\nA | 1 | 1"
			if strings.Count(last, ",") > 1 {
				want += "\nB | 2 | 2"
			}
			expect(t, s.live("sale_line", "document_id, line_no, source_row"), want)
		}
	}
}

func TestANameStandsForItselfWhateverIsInIt(t *testing.T) {
	for name, header := range map[string]string{"Order ID": "Order ID", "order-id": "order-id", "order.id": "order.id", "订单（号）": "订单（号） ", "1a": "1a"} {
		s := aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: "+name, 1))
		s.deliver("till.csv", header+",line,day,amount\nA,1,2024-01-05,1\n")
		s.night()
		expect(t, s.live("sale_line", "document_id"), "document_id\nA")
	}
}

func TestAPathWithinAnExpressionNeedsQuotes(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: upper(buyer.id)", 1))
	s.deliver("till.csv", "buyer.id,line,day,amount\na,1,2024-01-05,1\n")
	s.fails("column document_id", `in double quotes, as "buyer.id"`)
}

func TestTheRowsNumberMayServeAsAKey(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "line_no: line", "line_no: source_row", 1))
	s.deliver("till.csv", "receipt,day,amount\nA,2024-01-05,1\nA,2024-01-05,2\n")
	s.night()
	expect(t, s.live("sale_line", "document_id, line_no, gross_amount"), `
		document_id | line_no | gross_amount
		A           | 1       | 1.0000
		A           | 2       | 2.0000`)
}

func TestOneColumnMayFeedTwoInputsInTwoTypes(t *testing.T) {
	s := aShop(t, `
sources:
  parcels:
    system: web
    files: [parcels.csv]
    mode: upsert
    maps:
      shipment:
        columns: {shipment_id: id, document_id: id, shipped_on: day, x_day: day}
      sale:
        columns: {document_id: id, business_date: day, tax_amount: n}
      sale_line:
        columns: {document_id: id, line_no: n, quantity: n, gross_amount: n, business_date: {sql: day, format: "%Y-%d-%m"}, sku: n}
`)
	s.deliver("parcels.csv", "id,day,n\nA,2024-01-05,7\nB,2024-02-03,007\n")
	s.night()
	expect(t, s.live("shipment", "shipment_id, shipped_on, x_day, month"), `
		shipment_id | shipped_on | x_day      | month
		A           | 2024-01-05 | 2024-01-05 | 2024-01-01
		B           | 2024-02-03 | 2024-02-03 | 2024-02-01`)
	expect(t, s.live("sale", "document_id, business_date, tax_amount"), `
		document_id | business_date | tax_amount
		A           | 2024-01-05    | 7.0000
		B           | 2024-02-03    | 7.0000`)
	expect(t, s.live("sale_line", "document_id, line_no, quantity, business_date, sku, month"), `
		document_id | line_no | quantity | business_date | sku | month
		A           | 7       | 7.0000   | 2024-05-01    | 7   | 2024-05-01
		B           | 7       | 7.0000   | 2024-03-02    | 007 | 2024-03-01`)
}

func TestAnExpressionThatFailsOnARowSaysWhatToDo(t *testing.T) {
	s := aShop(t, strings.Replace(tills, "gross_amount: amount", `gross_amount: "amount::decimal(18,2) * 2"`, 1))
	s.deliver("till.csv", "receipt,line,day,amount\nA,1,2024-01-05,secret\n")
	s.fails("till.csv", "input sale_line", "try_cast")
	if err := s.try(); strings.Contains(err.Error(), "secret") {
		t.Fatalf("the error shows the value: %v", err)
	}
}

func TestADeliverysNameIsAColumn(t *testing.T) {
	named := strings.Replace(tills, "    maps:\n", "    mode: upsert\n    version_by: regexp_extract(delivery_name, '\\d+')\n    maps:\n", 1)
	named = strings.Replace(named, "          quantity:", "          store_id: regexp_extract(delivery_name, '[A-Z]\\d')\n          quantity:", 1)
	s := aShop(t, named)
	s.deliver("till-S2-2024.csv", "receipt,line,day,amount\nA,1,2024-01-05,2\n")
	s.night()
	s.deliver("till-S1-2023.csv", "receipt,line,day,amount\nA,1,2024-01-05,1\nB,1,2024-01-05,1,\n") // late, and read carefully
	s.night()
	expect(t, s.live("sale_line", "document_id, store_id, gross_amount::int as amount"), `
		document_id | store_id | amount
		A           | S2       | 2`)

	s = aShop(t, strings.Replace(tills, "document_id: receipt", "document_id: delivery_name", 1))
	s.deliver("till.csv", "delivery_name,line,day,amount\nown,1,2024-01-05,1\n")
	s.night()
	expect(t, s.live("sale_line", "document_id"), "document_id\nown")
}
