package poslog

import (
	"fmt"
	"slices"
	"strings"
)

// The tables of a POSLog; doc.go says what each holds.
const (
	Transaction = "transaction"
	Line        = "line"
	Tender      = "tender"
	Discount    = "discount"
	Loyalty     = "loyalty"
	Other       = "other"
)

// Tables are the names of the tables.
var Tables = []string{Transaction, Line, Tender, Discount, Loyalty, Other}

// Columns are the names of a table's columns, nil if there is no such table.
func Columns(table string) []string {
	t, ok := tables[table]
	if !ok {
		return nil
	}
	return slices.Concat(headColumns, t.columns)
}

// headColumns are the columns that every table has, of the transaction.
var headColumns = []string{
	"document_id", "kind", "store_id", "workstation_id", "sequence_number", "business_date", "begin_time", "end_time",
	"operator_id", "customer_id", "loyalty_account", "currency", "transaction_status",
	"transaction_voided", "transaction_cancelled", "transaction_suspended", "training",
}

// table is what one table takes from where.
type table struct {
	columns []string
	head    []rule // beyond headRules
	item    []rule // from the LineItem of a row
	row     []rule // from the row's own element
	// owns knows the elements of a LineItem that are rows; nil where rows come from
	// elsewhere.
	owns func(name string) bool
}

var tables = map[string]*table{
	Transaction: {
		columns: []string{
			"detail", "type_code", "version", "transaction_id", "till_id", "receipt_number", "receipt_time", "log_time", "reason", "offline",
			"grand_amount", "net_amount", "gross_amount", "tax_amount", "other_totals", "line_items", "linked_document_id", "linked_reason",
		},
		head: transactionRules,
	},
	Line: {
		columns: []string{
			"line_number", "line_type", "entry_method", "line_time", "item_type", "item_id", "pos_item_id", "description",
			"hierarchy_level", "hierarchy", "quantity", "unit_of_measure", "units", "list_price", "regular_price", "actual_price", "cost_price",
			"extended_amount", "amount_currency", "discount_amount", "extended_discount_amount", "modifiers_amount", "tax_amount",
			"serial_number", "associate_id", "reason", "is_return", "is_voided", "is_cancelled",
			"linked_line", "original_document_id", "original_line_number",
		},
		item: itemRules, row: goodsRules, owns: isGoods,
	},
	Tender: {
		columns: []string{
			"line_number", "line_type", "entry_method", "line_time", "tender_type", "tender_id", "type_code", "amount", "amount_currency",
			"change_amount", "cashback_amount", "foreign_amount", "foreign_currency", "exchange_rate", "card_type", "reason",
			"is_voided", "is_cancelled",
		},
		item: itemRules, row: tenderRules, owns: isTender,
	},
	Discount: {
		columns: []string{
			"line_number", "line_type", "discount_type", "discount_number", "method", "amount", "action", "percent", "previous_price", "new_price",
			"promotion_id", "rule_id", "description", "reason", "is_voided", "line_voided", "line_cancelled",
		},
		item: itemRules, row: discountRules, owns: isDiscount,
	},
	Loyalty: {
		columns: []string{
			"line_number", "line_type", "account_id", "promotion_id", "event_id", "reward_level", "reward_category", "reward_type",
			"base_amount", "amount", "points_earned", "points_redeemed", "points_balance", "reason", "item_id", "is_detail", "is_summary", "is_voided", "is_cancelled",
		},
		item: itemRules, row: loyaltyRules, owns: isLoyalty,
	},
	Other: {
		columns: []string{
			"line_number", "line_type", "entry_method", "line_time", "amount", "amount_currency", "taxable_amount", "percent",
			"item_id", "pos_item_id", "description", "reason", "is_voided", "is_cancelled",
		},
		item: itemRules, row: otherRules, owns: isOther,
	},
}

func tableOf(name string) (*table, error) {
	t, ok := tables[name]
	if !ok {
		return nil, fmt.Errorf("a POSLog has no table %q: set the source's table to one of %s", name, strings.Join(Tables, ", "))
	}
	return t, nil
}

func hasPrefix(name string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// isGoods knows the line items that sell goods or take them back: Sale, Return,
// SaleForDelivery, SaleForPickup, ReturnForDelivery, CustomerOrderForPickup,
// PreviousCustomerOrder, Layaway, PreviousLayaway and their like.
func isGoods(name string) bool {
	return hasPrefix(name, "Sale", "Return", "CustomerOrder", "PreviousCustomerOrder", "Layaway", "PreviousLayaway", "FuelSale")
}

// isReturn knows those of them that take goods back.
func isReturn(name string) bool { return strings.HasPrefix(name, "Return") }

func isTender(name string) bool { return strings.HasPrefix(name, "Tender") }

func isDiscount(name string) bool { return strings.HasPrefix(name, "Discount") }

func isLoyalty(name string) bool { return strings.HasPrefix(name, "Loyalty") }

func isOther(name string) bool { return !isGoods(name) && !isTender(name) }

// isAside knows what stands beside a line item's own element, and says what it is
// only where there is nothing else.
func isAside(name string) bool {
	return strings.HasSuffix(name, "Approval") || strings.HasSuffix(name, "Override") || hasPrefix(name, "Create", "ItemText", "Comment")
}
