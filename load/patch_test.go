package load

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nightjar/internal/lake"

	"github.com/google/go-cmp/cmp"
)

const accountHeader = `/* model
name: dim_account
description: One row per account.
grain: [account]
upkeep: {touched: step_touched, replaces: account}
columns:
  account: {type: string, description: Its number., tests: [not_null]}
  owner: {type: string, description: Whose it is.}
tests:
  - unique: [account]
  - name: nobody is called Eve
    by_key: true
    severity: warn
    sql: select account from dim_account where owner = 'Eve'
*/
select account, owner from {{ ref "fact_thing" }} where {{ touched "account" }}`

const ownersHeader = `/* model
name: mart_owner
description: One row per owner.
grain: [owner]
view: true
columns:
  owner: {type: string, description: Who., tests: [not_null]}
  accounts: {type: bigint, unit: accounts, description: How many accounts., tests: [{range: {min: 1}}]}
tests:
  - unique: [owner]
*/
select owner, count(*) as accounts from {{ ref "dim_account" }} group by owner`

const ownersView = `select owner, count(*) as accounts from "dim_account" group by owner -- of tonight`

// accounts is a night with accounts, "account owner" each, of which some may be a patch:
// its keys, and the rows in their place.
func (w *world) accounts(base string, keys, patch, content string, rows int64) Night {
	n := w.night(map[string]string{"dim_account/whole": base})
	p := n.Manifest.Models["dim_account"].Partitions[lake.Whole]
	if keys != "" {
		p.Patch = &lake.Patch{Keys: w.file("models/dim_account/keys", n.Manifest.Run, keys), File: w.file("models/dim_account/patch", n.Manifest.Run, patch), Rows: rows}
		p.Content = content
		n.Manifest.Models["dim_account"].Partitions[lake.Whole] = p
	}
	n.Manifest.Models["mart_owner"] = &lake.Built{Fingerprint: "view", Partitions: map[string]lake.Partition{}}
	n.Models = append(n.Models, w.catalog.Models["mart_owner"])
	n.Views = map[string]string{"mart_owner": ownersView}
	return n
}

const (
	allAccounts = "select 'a' || n as account, if(n < 8, 'Ann', '李雷') as owner from range(1, 10) t(n)"
	ofAnn       = "a1 Ann\na2 Ann\na3 Ann\na4 Ann\na5 Ann\na6 Ann\na7 Ann\na8 李雷\na9 李雷"
)

func TestOfAPatchedTableTheRowsOfItsKeysAreReplaced(t *testing.T) {
	w := newWorld(t)
	w.add(accountHeader)
	w.add(ownersHeader)
	w.publish(w.accounts(allAccounts, "", "", "", 0))
	for i, c := range []struct {
		keys, patch string
		rows        int64
		want        string
	}{
		{"select unnest(['a1', 'a2']) as account", "select 'a1' as account, 'Bob' as owner", 8, strings.Replace(ofAnn, "a1 Ann\na2 Ann", "a1 Bob", 1)},
		{"select unnest(['a1', 'a2', 'b1']) as account", "select unnest(['a2', 'b1']) as account, 'Cem' as owner", 9, strings.Replace(ofAnn, "a1 Ann\na2 Ann", "a2 Cem", 1) + "\nb1 Cem"},
	} {
		n := w.accounts(allAccounts, c.keys, c.patch, "", c.rows)
		if result := w.build(n); i == 0 && (result.Fresh || result.Tables != 1) { // later, much of so small a file is free
			t.Errorf("%+v: want the patch on top of the last night", result)
		}
		if err := Publish(t.Context(), n, w.audit(n)); err != nil {
			t.Fatal(err)
		}
		if got := w.ask(n, "select account, owner from dim_account order by all"); got != c.want {
			t.Errorf("accounts are\n%s\nwant\n%s", got, c.want)
		}
		w.current = n.Manifest

		fresh := newWorld(t)
		fresh.add(accountHeader)
		fresh.add(ownersHeader)
		first := fresh.accounts(allAccounts, c.keys, c.patch, "", c.rows)
		fresh.publish(first)
		for _, query := range []string{"select * from dim_account", "select * from mart_owner", `select "table", rows, content from nightjar.table_version`} {
			if got, want := w.ask(n, query), fresh.ask(first, query); got != want || got == "" {
				t.Errorf("%s:\n%s\nafresh:\n%s", query, got, want)
			}
		}
	}
}

func TestOfAPatchedTableTestsLookAtTheKeysOfThePatch(t *testing.T) {
	w := newWorld(t)
	w.add(accountHeader)
	w.add(ownersHeader)
	w.publish(w.accounts("select 'a' || n as account, if(n < 8, 'Eve', '李雷') as owner from range(1, 10) t(n)", "", "", "", 0))
	n := w.accounts("select 'a' || n as account, if(n < 8, 'Eve', '李雷') as owner from range(1, 10) t(n)",
		"select unnest(['a1', 'a9']) as account", "select unnest(['a1', 'a1', 'a9']) as account, unnest(['Eve', 'Bob', null]) as owner", "", 10)
	w.build(n)
	var told []string
	for _, f := range w.audit(n) {
		if f.Model == "dim_account" && !f.Guard {
			told = append(told, fmt.Sprintln(f.Test, f.Scope, f.Status, f.Rows))
		}
	}
	want := []string{"account.not_null 2 keys passed 0\n", "unique 2 keys failed 2\n", "nobody is called Eve 2 keys failed 1\n"}
	if diff := cmp.Diff(want, slices.DeleteFunc(told, func(line string) bool { return strings.HasPrefix(line, "row_count") })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPatchThatDoesNotGiveItsContentIsRefused(t *testing.T) {
	w := newWorld(t)
	w.add(accountHeader)
	w.add(ownersHeader)
	w.publish(w.accounts(allAccounts, "", "", "", 0))
	n := w.accounts(allAccounts, "select 'a1' as account", "select 'a1' as account, 'Bob' as owner", "duckdb-hash-1:9:1", 9)
	if _, err := Build(t.Context(), n); err == nil || !strings.Contains(err.Error(), "are not those of") {
		t.Errorf("%v", err)
	}
}

func TestAViewIsAQueryOfTonightsTables(t *testing.T) {
	w := newWorld(t)
	w.add(accountHeader)
	w.add(ownersHeader)
	n := w.accounts(allAccounts, "", "", "", 0)
	w.publish(n)
	for query, want := range map[string]string{
		"select owner, accounts from mart_owner order by all":                                               "Ann 7\n李雷 2",
		"select comment from duckdb_views() where view_name = 'mart_owner'":                                 "One row per owner.",
		"select comment from duckdb_columns() where table_name = 'mart_owner' and column_name = 'accounts'": "How many accounts. [accounts]",
		"select partition, rows from nightjar.model where model = 'mart_owner'":                             "view <nil>",
		"select test, status from nightjar.audit where model = 'mart_owner' order by all":                   "accounts.range passed\nowner.not_null passed\nunique passed",
		`select count(*) from nightjar.table_version where "table" = 'mart_owner'`:                          "0",
	} {
		if got := w.ask(n, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
