package extract

import (
	"strings"
	"testing"
)

// visits is a contract of a project's own, whose columns have the names of SQL's
// words and of ours, and which reaches into other months twice.
const visits = `
input: visit
description: One visit.
key: [order, place]
dated_by: [from]
owner: {input: sale, on: [document_id]}
reaches: [to, paid_on]
columns:
  order: {type: int, required: true, description: Number.}
  place: {type: string, required: true, description: Where.}
  document_id: {type: string, description: The document bought.}
  from: {type: date, description: First day.}
  to: {type: date, description: Last day.}
  paid_on: {type: date, description: Day of payment.}
  group: {type: string, description: Who came.}
  mode: {type: string, description: How.}
  rank: {type: string, description: Rank.}
  live: {type: boolean, description: Live.}
  content: {type: string, description: What.}
  select: {type: string, default: "'none'", accepted: [none, some], description: Choice.}
`

const visitors = `
sources:
  visits:
    system: web
    files: [visits*.csv]
    mode: MODE
    maps:
      visit:
        columns: {order: order, place: place, document_id: table, from: from, to: to, paid_on: '"end"', group: group, mode: mode, rank: rank, live: live, content: '"content"', select: select}
  heads:
    system: web
    files: [heads.csv]
    mode: upsert
    optional: true
    maps:
      sale:
        columns: {document_id: id, business_date: day, customer_id: customer}
`

func TestAContractMayNameItsColumnsAsItLikes(t *testing.T) {
	for _, mode := range []string{"append", "upsert", "snapshot"} {
		s := aShop(t, strings.Replace(visitors, "MODE", mode, 1))
		s.deliver("models/inputs/visit.yaml", visits)
		header := "order,place,table,from,to,end,group,mode,rank,live,content,select\n"
		s.deliver("visits1.csv", header+"1,Bonn,A,2024-01-05,2024-02-01,2024-03-01,we,foot,1st,yes,talk,some\n2,Bonn,A,,2024-02-01,,we,foot,1st,no,talk,\n2,Bonn,A,,2024-02-02,,we,foot,1st,no,talk,\n")
		s.deliver("heads.csv", "id,day,customer\nA,2024-04-05,C1\n")
		s.night()
		s.deliver("visits2.csv", header+"1,Ulm,A,2024-01-05,2024-01-06,2024-02-01,we,foot,1st,yes,talk,some\n1,Bonn,A,2024-01-05,2024-02-01,2024-03-01,we,foot,1st,yes,talk,some\n2,Bonn,B,2024-05-01,,,you,car,2nd,no,talk,none\n")
		s.night()
		want := map[string]string{
			"append": `
				order | place | month      | mode | select
				1     | Bonn  | 2024-01-01 | foot | some
				1     | Ulm   | 2024-01-01 | foot | some
				2     | Bonn  | 2024-04-01 | foot | none`,
			"upsert": `
				order | place | month      | mode | select
				1     | Bonn  | 2024-01-01 | foot | some
				1     | Ulm   | 2024-01-01 | foot | some
				2     | Bonn  | 2024-05-01 | car  | none`,
		}
		want["snapshot"] = want["upsert"]
		expect(t, s.live("visit", `"order", place, month, mode, "select"`), want[mode])
		s.checkFiles()
	}
}

func TestAFileListsTheMonthsThatEachOfItsColumnsReaches(t *testing.T) {
	s := aShop(t, strings.Replace(visitors, "MODE", "append", 1))
	s.deliver("models/inputs/visit.yaml", visits)
	s.deliver("visits1.csv", "order,place,table,from,to,end,group,mode,rank,live,content,select\n1,Bonn,A,2024-01-05,2024-02-01,2024-03-01,,,,,,\n2,Bonn,A,2024-01-05,2024-02-05,2023-12-01,,,,,,\n")
	s.night()
	reaches := s.set("visit").Months["2024-01-01"][0].Reaches
	if strings.Join(reaches["to"], " ") != "2024-02-01" || strings.Join(reaches["paid_on"], " ") != "2023-12-01 2024-03-01" {
		t.Fatalf("%v", reaches)
	}
}

// Rows whose file is gone were written before the contract had its new columns.
func TestAContractMayGainColumnsWhileOldRowsStay(t *testing.T) {
	s := aShop(t, strings.Replace(visitors, "MODE", "append", 1))
	s.deliver("models/inputs/visit.yaml", visits)
	header := "order,place,table,from,to,end,group,mode,rank,live,content,select\n"
	s.deliver("visits1.csv", header+"1,Bonn,A,,,,,,,,,\n2,Bonn,B,,,,,,,,,\n")
	s.deliver("heads.csv", "id,day,customer\nA,2024-04-05,C1\n")
	s.night()
	s.lose("visits1.csv")
	s.deliver("visits2.csv", header+"3,Bonn,A,,,,,,,,,\n")
	s.deliver("models/inputs/visit.yaml", visits+"  owner_customer_id: {type: string, from_owner: [customer_id], description: Customer of the sale.}\n")
	s.deliver("heads.csv", "id,day,customer\nA,2024-04-05,C2\nB,2024-05-05,C3\n")
	s.night()
	expect(t, s.live("visit", `"order", month, owner_customer_id`), `
		order | month      | owner_customer_id
		1     | 2024-04-01 | C2
		2     | 2024-05-01 | C3
		3     | 2024-04-01 | C2`)
}

func TestAContractWhoseOwnerCannotBeMetIsRefused(t *testing.T) {
	for change, words := range map[string][]string{
		"owner: {input: sale, on: [place]}":         {"contract visit", "not the owner's key (document_id)"},
		"owner: {input: customer, on: [place]}":     {"contract visit", "its owner customer has no month to live in"},
		"owner: {input: nobody, on: [document_id]}": {"contract visit", "its owner nobody is no input"},
		"owner: {input: visit, on: [order, place]}": {"contract visit", "its owners own each other: visit → visit"},
	} {
		s := aShop(t, strings.Replace(visitors, "MODE", "append", 1))
		s.deliver("models/inputs/visit.yaml", strings.Replace(visits, "owner: {input: sale, on: [document_id]}", change, 1))
		s.deliver("visits1.csv", "order,place,table,from,to,end,group,mode,rank,live,content,select\n")
		s.fails(words...)
	}
}
