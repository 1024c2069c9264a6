package poslog_test

import (
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"nightjar/extract/poslog"
	"nightjar/extract/record"
)

// realLog is the log of a grocery's tills, 51 transactions.
const realLog = "../../../shared/data/poslog/ncr_acs_poslog.xml"

// each calls do with every record of a table of the real log, by column.
func each(t *testing.T, table string, do func(row map[string]string)) {
	t.Helper()
	file, err := os.Open(filepath.FromSlash(realLog))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the real POSLog is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := poslog.Open(file, "ncr_acs_poslog.xml", table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rec record.Record
	for {
		err := r.Next(&rec)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || rec.Rule != "" {
			t.Fatal(err, rec.Rule, rec.Reason)
		}
		row := map[string]string{}
		for i, column := range r.Columns() {
			row[column] = string(rec.Fields[i])
		}
		do(row)
	}
}

// totals are counts and exact sums by name.
type totals map[string]*big.Rat

func (s totals) add(t *testing.T, name, amount string) {
	t.Helper()
	x, ok := new(big.Rat).SetString(amount)
	if !ok {
		t.Errorf("%s: a value is no number", name)
		return
	}
	if s[name] == nil {
		s[name] = new(big.Rat)
	}
	s[name].Add(s[name], x)
}

func (s totals) expect(t *testing.T, want map[string]string) {
	t.Helper()
	for name, amount := range want {
		x, _ := new(big.Rat).SetString(amount)
		if got := s[name]; got == nil || got.Cmp(x) != 0 {
			t.Errorf("%s is %v, want %s", name, got, amount)
		}
	}
}

// The counts and sums were derived from the XML with Python's xml.etree and Decimal,
// by the elements' paths: LineItem/Sale/ExtendedAmount, LineItem/Tax/Amount, the
// acs:ExtendedRewardAmount of LoyaltyRewards that are Monetary and detailed,
// LineItem/Tender/Amount, Total[@TotalType='TransactionGrandAmount'], and so on.
// There, sales + tax + rewards = grand total = tenders in each of the 42
// transactions.
func TestRealLog(t *testing.T) {
	s := totals{}
	each(t, poslog.Transaction, func(row map[string]string) {
		s.add(t, row["kind"], "1")
		s.add(t, "line items", row["line_items"])
		switch row["kind"] {
		case "retail":
			s.add(t, "grand", row["grand_amount"])
			s.add(t, "tax", row["tax_amount"])
		case "control":
			s.add(t, row["detail"], "1")
		}
		if row["linked_document_id"] == "9/32/2017-10-01/111" && row["linked_reason"] == "Resume" {
			s.add(t, "resumed", "1")
		}
		if row["loyalty_account"] != "" {
			s.add(t, "loyal", "1")
		}
	})
	each(t, poslog.Line, func(row map[string]string) {
		s.add(t, "lines", "1")
		s.add(t, "sales", row["extended_amount"])
		s.add(t, "quantity", row["quantity"])
		if row["extended_amount"][0] == '-' {
			s.add(t, "negative", row["extended_amount"])
		}
		if row["is_voided"] == "true" {
			s.add(t, "voided lines", "1")
			s.add(t, "voided", row["extended_amount"])
		}
	})
	each(t, poslog.Tender, func(row map[string]string) {
		s.add(t, "payments", "1")
		s.add(t, "tenders", row["amount"])
		if row["change_amount"] != "" {
			s.add(t, "change", row["change_amount"])
		}
		if row["cashback_amount"] != "" {
			s.add(t, "cashback", row["cashback_amount"])
		}
	})
	each(t, poslog.Loyalty, func(row map[string]string) {
		s.add(t, row["line_type"], "1")
		if row["reward_category"] == "Monetary" && row["is_detail"] == "true" {
			s.add(t, "rewards", row["amount"])
		}
	})
	each(t, poslog.Other, func(row map[string]string) {
		s.add(t, "others", "1")
		if row["line_type"] == "Tax" {
			s.add(t, "tax lines", row["amount"])
		}
	})
	s.expect(t, map[string]string{
		"retail": "42", "control": "9", "OperatorSignOn": "4", "OperatorSignOff": "3", "NoSale": "2", "resumed": "1", "loyal": "4",
		"line items": "1041", "lines": "552", "payments": "51", "others": "438", "LoyaltyReward": "333", "LoyaltyMembership": "4",
		"sales": "2789.57", "quantity": "652.15", "negative": "-115.35", "voided lines": "4", "voided": "-113.35",
		"tax": "57.15", "tax lines": "57.15", "rewards": "-203.00", "grand": "2643.72",
		"tenders": "2643.72", "change": "-91.55", "cashback": "80.00",
	})
}

// Every transaction of the real log adds up from what the tables say of it.
func TestRealLogAddsUp(t *testing.T) {
	s, grand := totals{}, map[string]string{}
	each(t, poslog.Transaction, func(row map[string]string) {
		if row["kind"] == "retail" {
			grand[row["document_id"]] = row["grand_amount"]
		}
	})
	each(t, poslog.Line, func(row map[string]string) { s.add(t, row["document_id"], row["extended_amount"]) })
	each(t, poslog.Other, func(row map[string]string) {
		if row["line_type"] == "Tax" {
			s.add(t, row["document_id"], row["amount"])
		}
	})
	each(t, poslog.Loyalty, func(row map[string]string) {
		if row["reward_category"] == "Monetary" && row["is_detail"] == "true" {
			s.add(t, row["document_id"], row["amount"])
		}
	})
	each(t, poslog.Tender, func(row map[string]string) { s.add(t, "paid "+row["document_id"], row["amount"]) })
	if len(grand) != 42 {
		t.Errorf("%d documents", len(grand))
	}
	s.expect(t, grand)
	paid := map[string]string{}
	for id, amount := range grand {
		paid["paid "+id] = amount
	}
	s.expect(t, paid)
}
