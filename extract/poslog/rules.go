package poslog

// rule says that a column takes its value from a place. The place is a path of
// element names, with @ in front of the name of an attribute at its end, @: if it
// is a vendor's own. In a transaction, ~ stands for the element of its kind, such as
// RetailTransaction.
// Of several places of one column, the first in the list that the file has wins;
// of several values in one place, the first in the file.
type rule struct {
	column string
	how    how
	place  string
}

// how is how a value is taken.
type how uint8

const (
	first   how = iota // as it stands
	flag               // true or false
	stamp              // 2006-01-02 15:04:05
	day                // 2006-01-02
	sum                // the sum of all values
	takeOff            // the sum; those whose Action is Add count against it
)

// headRules are of columns that every table has. Those that begin with _ are only
// worked with.
var headRules = []rule{
	{"store_id", first, "RetailStoreID"},
	{"store_id", first, "BusinessUnit/UnitID"},
	{"store_id", first, "BusinessUnit"},
	{"workstation_id", first, "WorkstationID"},
	{"sequence_number", first, "SequenceNumber"},
	{"business_date", day, "BusinessDayDate"},
	{"business_date", day, "BusinessDayDate/Date"},
	{"begin_time", stamp, "BeginDateTime"},
	{"end_time", stamp, "EndDateTime"},
	{"operator_id", first, "OperatorID"},
	{"customer_id", first, "~/Customer/CustomerID"},
	{"customer_id", first, "Customer/CustomerID"},
	{"customer_id", first, "~/LoyaltyAccount/CustomerID"},
	{"customer_id", first, "~/CustomerID"},
	{"loyalty_account", first, "~/LoyaltyAccount/LoyaltyAccountID"},
	{"loyalty_account", first, "~/LoyaltyAccount/LoyaltyProgram/LoyaltyAccountID"},
	{"loyalty_account", first, "~/LoyaltyAccount/LoyaltyCard/PrimaryAccountNumber"},
	{"loyalty_account", first, "~/LineItem/LoyaltyMembership/LoyaltyID"},
	{"currency", first, "CurrencyCode"},
	{"currency", first, "~/CurrencyCode"},
	{"currency", first, "~/Total@CurrencyCode"},
	{"currency", first, "~/Total@Currency"},
	{"transaction_status", first, "~@TransactionStatus"},
	{"transaction_status", first, "@TransactionStatus"},
	{"transaction_status", first, "@Status"},
	{"transaction_status", first, "~@Status"},
	{"transaction_voided", flag, "@VoidFlag"},
	{"transaction_voided", flag, "@VoidedFlag"},
	{"transaction_voided", flag, "~@VoidFlag"},
	{"transaction_cancelled", flag, "@CancelFlag"},
	{"transaction_cancelled", flag, "@CancelledFlag"},
	{"transaction_cancelled", flag, "~@CancelFlag"},
	{"transaction_suspended", flag, "@SuspendFlag"},
	{"transaction_suspended", flag, "@SuspendedFlag"},
	{"transaction_suspended", flag, "~@SuspendFlag"},
	{"training", flag, "@TrainingModeFlag"},
	{"training", flag, "@TrainingFlag"},
	{"_transaction_id", first, "TransactionID"},
}

var transactionRules = append([]rule{
	{"type_code", first, "@TypeCode"},
	{"type_code", first, "~@TypeCode"},
	{"type_code", first, "~@TransactionType"},
	{"version", first, "~@Version"},
	{"version", first, "@Version"},
	{"version", first, "@MajorVersion"},
	{"transaction_id", first, "TransactionID"},
	{"till_id", first, "TillID"},
	{"receipt_number", first, "ReceiptNumber"},
	{"receipt_number", first, "~/ReceiptNumber"},
	{"receipt_time", stamp, "ReceiptDateTime"},
	{"receipt_time", stamp, "~/ReceiptDateTime"},
	{"log_time", stamp, "POSLogDateTime"},
	{"reason", first, "~/ReasonCode"},
	{"reason", first, "~/Reason"},
	{"offline", flag, "@OfflineFlag"},
	{"linked_reason", first, "~/TransactionLink@ReasonCode"},
	{"linked_reason", first, "~/TransactionLink/ReasonCode"},
}, under("~/TransactionLink", linkRules)...)

// linkRules are of a TransactionLink: which transaction, and which line of it.
var linkRules = []rule{
	{"_link_store", first, "RetailStoreID"},
	{"_link_store", first, "BusinessUnit/UnitID"},
	{"_link_store", first, "BusinessUnit"},
	{"_link_workstation", first, "WorkstationID"},
	{"_link_date", day, "BusinessDayDate"},
	{"_link_date", day, "BusinessDayDate/Date"},
	{"_link_sequence", first, "SequenceNumber"},
	{"_link_id", first, "TransactionID"},
}

// under are the same rules for a place further down.
func under(place string, rules []rule) []rule {
	moved := make([]rule, len(rules))
	for i, r := range rules {
		moved[i] = rule{r.column, r.how, place + "/" + r.place}
		if r.place[0] == '@' {
			moved[i].place = place + r.place
		}
	}
	return moved
}

// itemRules are of a LineItem.
var itemRules = []rule{
	{"line_number", first, "SequenceNumber"},
	{"entry_method", first, "@EntryMethod"},
	{"line_time", stamp, "BeginDateTime"},
	{"line_time", stamp, "DateTime"},
	{"line_time", stamp, "EndDateTime"},
	{"_voided", flag, "@VoidFlag"},
	{"_voided", flag, "@VoidedFlag"},
	{"_cancelled", flag, "@CancelFlag"},
	{"_cancelled", flag, "@DeleteFlag"},
}

var goodsRules = append([]rule{
	{"item_type", first, "@ItemType"},
	{"item_id", first, "ItemID"},
	{"item_id", first, "Item/ItemID"},
	{"pos_item_id", first, "POSIdentity/POSItemID"},
	{"description", first, "Description"},
	{"description", first, "ItemDescription"},
	{"description", first, "ItemID@Name"},
	{"quantity", first, "Quantity"},
	{"unit_of_measure", first, "Quantity@UnitOfMeasureCode"},
	{"units", first, "Quantity@Units"},
	{"list_price", first, "UnitListPrice"},
	{"regular_price", first, "RegularSalesUnitPrice"},
	{"actual_price", first, "ActualSalesUnitPrice"},
	{"cost_price", first, "UnitCostPrice"},
	{"extended_amount", first, "ExtendedAmount"},
	{"amount_currency", first, "ExtendedAmount@Currency"},
	{"discount_amount", first, "DiscountAmount"},
	{"extended_discount_amount", first, "ExtendedDiscountAmount"},
	{"modifiers_amount", takeOff, "RetailPriceModifier/Amount"},
	{"tax_amount", sum, "Tax/Amount"},
	{"serial_number", first, "SerialNumber"},
	{"associate_id", first, "Associate/AssociateID"},
	{"associate_id", first, "Associate"},
	{"reason", first, "Reason"},
	{"reason", first, "ReasonCode"},
	{"linked_line", first, "ItemLink"},
	{"original_line_number", first, "TransactionLink/LineItemSequenceNumber"},
}, under("TransactionLink", linkRules)...)

var tenderRules = []rule{
	{"tender_type", first, "@TenderType"},
	{"tender_type", first, "TenderChange@TenderType"},
	{"tender_id", first, "TenderID"},
	{"type_code", first, "@TypeCode"},
	{"amount", first, "Amount"},
	{"amount_currency", first, "Amount@Currency"},
	{"amount_currency", first, "TenderChange/Amount@Currency"},
	{"change_amount", sum, "TenderChange/Amount"},
	{"cashback_amount", first, "Cashback"},
	{"cashback_amount", first, "CashbackAmount"},
	{"foreign_amount", first, "ForeignCurrency/OriginalFaceAmount"},
	{"foreign_currency", first, "ForeignCurrency/CurrencyCode"},
	{"foreign_currency", first, "ForeignCurrency/OriginalFaceAmount@Currency"},
	{"exchange_rate", first, "ForeignCurrency/ExchangeRate"},
	{"card_type", first, "CreditDebit@CardType"},
	{"reason", first, "ReasonCode"},
	{"reason", first, "Reason"},
}

// discountRules are of a RetailPriceModifier, and of a Discount line item.
var discountRules = []rule{
	{"discount_number", first, "SequenceNumber"},
	{"method", first, "@MethodCode"},
	{"amount", first, "Amount"},
	{"action", first, "Amount@Action"},
	{"action", first, "Percent@Action"},
	{"percent", first, "Percent"},
	{"percent", first, "Percentage"},
	{"previous_price", first, "PreviousPrice"},
	{"new_price", first, "NewPrice"},
	{"promotion_id", first, "PromotionID"},
	{"promotion_id", first, "PriceDerivationRule/PromotionID"},
	{"rule_id", first, "PriceDerivationRule/PriceDerivationRuleID"},
	{"rule_id", first, "PriceDerivationRuleID"},
	{"description", first, "Description"},
	{"reason", first, "ReasonCode"},
	{"reason", first, "Reason"},
	{"is_voided", flag, "@VoidFlag"},
}

// loyaltyRules are of a line item such as LoyaltyReward, and of a LoyaltyProgram.
var loyaltyRules = []rule{
	{"account_id", first, "LoyaltyAccountID"},
	{"account_id", first, "LoyaltyID"},
	{"account_id", first, "MembershipID"},
	{"promotion_id", first, "PromotionID"},
	{"event_id", first, "EventID"},
	{"reward_level", first, "RewardLevel"},
	{"reward_category", first, "RewardCategory"},
	{"reward_type", first, "RewardType"},
	{"base_amount", first, "BaseRewardAmount"},
	{"amount", first, "ExtendedRewardAmount"},
	{"amount", first, "Amount"},
	{"points_earned", first, "PointsAwarded"},
	{"points_redeemed", first, "PointsRedeemed"},
	{"reason", first, "ReasonCode"},
	{"reason", first, "Reason"},
	{"item_id", first, "ItemID"},
	{"item_id", first, "RewardBasis/ItemID"},
	{"is_detail", flag, "@:detailedData"},
	{"is_summary", flag, "@:summarizedActivity"},
}

// otherRules are of every line item that neither sells goods nor pays.
var otherRules = []rule{
	{"amount", first, "Amount"},
	{"amount", first, "ExtendedAmount"},
	{"amount", first, "ExtendedRewardAmount"},
	{"amount", first, "FaceValueAmount"},
	{"amount_currency", first, "Amount@Currency"},
	{"taxable_amount", first, "TaxableAmount"},
	{"percent", first, "Percent"},
	{"percent", first, "Percentage"},
	{"item_id", first, "ItemID"},
	{"pos_item_id", first, "POSIdentity/POSItemID"},
	{"description", first, "Description"},
	{"description", first, "ItemDescription"},
	{"reason", first, "ReasonCode"},
	{"reason", first, "Reason"},
}

// totalColumns are the totals of a transaction that have a column of their own, by
// their TotalType.
var totalColumns = map[string]string{
	"TransactionGrandAmount": "grand_amount",
	"TransactionNetAmount":   "net_amount",
	"TransactionGrossAmount": "gross_amount",
	"TransactionTaxAmount":   "tax_amount",
}

// pointColumns are the points of a loyalty program that have a column, by their
// Type.
var pointColumns = map[string]string{
	"PointsEarned":   "points_earned",
	"Earned":         "points_earned",
	"PointsAwarded":  "points_earned",
	"PointsRedeemed": "points_redeemed",
	"Redeemed":       "points_redeemed",
	"Balance":        "points_balance",
}
