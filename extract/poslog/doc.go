// Package poslog reads POSLogs, the XML that tills write by the standard of NRF and
// ARTS (now OMG), versions 2 to 6 and the stock view of version 1, as a
// [record.Table] each for transactions, their lines and their tenders. One
// transaction is in memory at a time; one of more than record.Max bytes is a
// record that breaks record.TooLong.
//
// # What is read
//
// Every element named Transaction is one, whatever stands around it. Elements go by
// their name and their place, in any order and under any prefix. Where the POSLog
// and an extension of a vendor's (an element in another namespace than its
// Transaction) both have one of that name in that place, the POSLog's counts.
//
// The tables line, tender and other share the LineItems among them, each in one of
// them: what sells goods or takes them back, what pays, and everything else, such
// as tax. The tables discount and loyalty look closer at some. Control transactions
// (sign-on, no sale, …), tender control and inventory transactions appear in the
// table transaction alone, without what is in them.
//
// Not read: the members of kits, who operated and approved by name, account numbers
// of cards other than loyalty cards, signatures, receipts as printed.
//
// # What the values mean
//
// Values stand as in the file, blanks around them cut off: amounts keep their sign
// and their zeros. Stamps are written 2006-01-02 15:04:05, with the fraction and the
// zone that they have; a business day loses its zone. Flags are true or false; one
// that the file does not have is false.
//
// Tills do not agree on what is negative. Of two that were looked at, one writes a
// voiding line with negative quantity and amount, so that all lines add up to the
// transaction's total; the other writes it positive with a linked_line, so that it
// must be subtracted, or both left out. Some write a return as a Return with
// positive amounts, some with negative ones, some as a Sale of a negative quantity.
// Hence nothing is decided here: see what adds up to grand_amount, and write that
// into the mapping.
//
// # Columns
//
// Every table has these, of the transaction:
//
//	document_id            identifies it: store/workstation/business date/sequence
//	                       number; its TransactionID where one of these is missing
//	kind                   retail, control, tender_control, inventory_control,
//	                       customer_order, …: the name of its element
//	store_id               RetailStoreID, or UnitID of the first BusinessUnit
//	workstation_id         WorkstationID
//	sequence_number        SequenceNumber
//	business_date          BusinessDayDate
//	begin_time             BeginDateTime, the first
//	end_time               EndDateTime, the first
//	operator_id            OperatorID
//	customer_id            CustomerID of the Customer, or of the LoyaltyAccount
//	loyalty_account        LoyaltyAccountID, or the number of a loyalty card
//	currency               CurrencyCode, or that of the first Total
//	transaction_status     TransactionStatus or Status, as it stands
//	transaction_voided     VoidFlag, VoidedFlag, or a status Voided or PostVoided
//	transaction_cancelled  CancelFlag, or a status Cancelled
//	transaction_suspended  SuspendFlag, or a status Suspended
//	training               TrainingModeFlag
//
// The table transaction, one record per Transaction, beyond them:
//
//	detail                 of kinds other than retail, what was done: OperatorSignOn,
//	                       NoSale, …: the name of the first element in it
//	type_code              TypeCode, such as SaleTransaction
//	version                of the POSLog, as the transaction says
//	transaction_id         TransactionID
//	till_id                TillID
//	receipt_number         ReceiptNumber
//	receipt_time           ReceiptDateTime
//	log_time               POSLogDateTime, the first
//	reason                 ReasonCode
//	offline                OfflineFlag
//	grand_amount           Total of type TransactionGrandAmount
//	net_amount             Total of type TransactionNetAmount
//	gross_amount           Total of type TransactionGrossAmount
//	tax_amount             Total of type TransactionTaxAmount
//	other_totals           all other Totals, as type=amount; type=amount
//	line_items             how many LineItems it has
//	linked_document_id     the document that its TransactionLink names
//	linked_reason          why: Resume, Return, Void, …
//
// The table line, one record per line item that sells goods or takes them back:
//
//	line_number            SequenceNumber
//	line_type              Sale, Return, SaleForDelivery, …: its element
//	entry_method           EntryMethod: Scanned, Keyed, …
//	line_time              BeginDateTime, else DateTime, else EndDateTime
//	item_type              ItemType: Stock, Service, …
//	item_id                ItemID
//	pos_item_id            POSItemID of the first POSIdentity
//	description            Description, the first, else ItemDescription, else the
//	                       ItemID's Name
//	hierarchy_level        Level or ID of each MerchandiseHierarchy, joined by " / "
//	hierarchy              the MerchandiseHierarchies themselves, in the same order
//	quantity               Quantity
//	unit_of_measure        its UnitOfMeasureCode
//	units                  its Units
//	list_price             UnitListPrice
//	regular_price          RegularSalesUnitPrice
//	actual_price           ActualSalesUnitPrice
//	cost_price             UnitCostPrice
//	extended_amount        ExtendedAmount
//	amount_currency        its Currency, where that is given
//	discount_amount        DiscountAmount, of one unit
//	extended_discount_amount ExtendedDiscountAmount, of all units
//	modifiers_amount       the sum of the Amounts of its RetailPriceModifiers, voided
//	                       or not; those whose Action is Add count against it
//	tax_amount             the sum of the Amounts of its Tax elements
//	serial_number          SerialNumber, the first
//	associate_id           AssociateID, the first
//	reason                 Reason or ReasonCode
//	is_return              its element is Return or begins so
//	is_voided              VoidFlag of the line item: it voids or is voided
//	is_cancelled           CancelFlag or DeleteFlag of the line item
//	linked_line            ItemLink: the line_number that it is about, of a voiding
//	                       line that which it voids
//	original_document_id   of goods taken back, the document that sold them
//	original_line_number   and the line of that
//
// The table tender, one record per line item that pays, or gives change:
//
//	line_number            SequenceNumber
//	line_type              Tender, TenderChange, …: its element
//	entry_method           EntryMethod
//	line_time              BeginDateTime, else DateTime, else EndDateTime
//	tender_type            TenderType: Cash, CreditDebit, …
//	tender_id              TenderID
//	type_code              TypeCode: Sale, Refund, …
//	amount                 Amount
//	amount_currency        its Currency, where that is given
//	change_amount          the sum of the Amounts of TenderChange; some tills give
//	                       it within a Tender, some on a line of its own
//	cashback_amount        Cashback
//	foreign_amount         OriginalFaceAmount of the ForeignCurrency
//	foreign_currency       its CurrencyCode
//	exchange_rate          its ExchangeRate
//	card_type              CardType: Credit, Debit, …
//	reason                 ReasonCode or Reason
//	is_voided              VoidFlag of the line item
//	is_cancelled           CancelFlag or DeleteFlag of the line item
//
// The table discount, one record per RetailPriceModifier of a line, and per line
// item that is a Discount:
//
//	line_number            SequenceNumber of the line item
//	line_type              Sale, Return, Discount, …: its element
//	discount_type          RetailPriceModifier, Discount, …
//	discount_number        SequenceNumber of the discount
//	method                 MethodCode
//	amount                 Amount
//	action                 Subtract, Add, Replace: what Amount or Percent does
//	percent                Percent or Percentage
//	previous_price         PreviousPrice
//	new_price              NewPrice
//	promotion_id           PromotionID
//	rule_id                PriceDerivationRuleID
//	description            Description
//	reason                 ReasonCode or Reason
//	is_voided              VoidFlag of the discount or, of a Discount, of the line item
//	line_voided            VoidFlag of the line item
//	line_cancelled         CancelFlag or DeleteFlag of the line item
//
// The table loyalty, one record per line item such as LoyaltyReward, and per
// LoyaltyProgram of a transaction:
//
//	line_number            SequenceNumber of the line item
//	line_type              LoyaltyReward, LoyaltyMembership, LoyaltyProgram, …
//	account_id             LoyaltyAccountID, LoyaltyID or MembershipID
//	promotion_id           PromotionID
//	event_id               EventID
//	reward_level           RewardLevel: Item, Transaction
//	reward_category        RewardCategory: Monetary, CustomOffer, …
//	reward_type            RewardType
//	base_amount            BaseRewardAmount
//	amount                 ExtendedRewardAmount or Amount; money only if the category
//	                       says so
//	points_earned          PointsAwarded, or Points of type PointsEarned
//	points_redeemed        PointsRedeemed, or Points of type Redeemed
//	points_balance         Points of type Balance
//	reason                 ReasonCode or Reason
//	item_id                ItemID, or that of the RewardBasis
//	is_detail              detailedData of NCR: it is one of the rewards that add up
//	is_summary             summarizedActivity of NCR: it is a sum of others, or one
//	                       that is alone
//	is_voided              VoidFlag of the line item
//	is_cancelled           CancelFlag or DeleteFlag of the line item
//
// The table other, one record per line item that is in neither line nor tender:
//
//	line_number            SequenceNumber
//	line_type              Tax, Discount, LoyaltyReward, Deposit, …: its element
//	entry_method           EntryMethod
//	line_time              BeginDateTime, else DateTime, else EndDateTime
//	amount                 Amount, ExtendedAmount, or ExtendedRewardAmount
//	amount_currency        its Currency, where that is given
//	taxable_amount         TaxableAmount
//	percent                Percent or Percentage
//	item_id                ItemID
//	pos_item_id            POSItemID
//	description            Description or ItemDescription
//	reason                 ReasonCode or Reason
//	is_voided              VoidFlag of the line item
//	is_cancelled           CancelFlag or DeleteFlag of the line item
package poslog
