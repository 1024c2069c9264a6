package extract

import (
	"fmt"
	"strings"
	"testing"
)

const customers = `
sources:
  crm:
    system: web
    files: [crm*.csv]
    mode: snapshot
    date_from_name: 'crm(\d{4}-\d{2}-\d{2})'
    maps:
      customer:
        columns: {customer_id: id, city: city, x_shoe_size: {sql: shoe, type: int}}
`

func TestAnUnchangedRowOfTomorrowsSnapshotIsNoNewVersion(t *testing.T) {
	days := []string{"A,Bonn,40\nB,Köln,41\n", "A,Bonn,40\nB,Trier,41\n", "A,Bonn,44\nB,Trier,41\nC,Ulm,\n", "A,Bonn,44\nB,Köln,41\nC,Ulm,\n"}
	for _, together := range []bool{false, true} {
		s := aShop(t, customers)
		for i, rows := range days {
			s.deliver(fmt.Sprintf("crm2024-01-%02d.csv", i+1), "id,city,shoe\n"+rows)
			if !together {
				s.night()
			}
		}
		if together {
			s.night()
		} else {
			expect(t, s.ledger(), `
				delivery          | input    | read | taken | emitted | staged | superseded
				crm2024-01-04.csv | customer | 3    | 3     | 3       | 1      | 2`)
		}
		expect(t, s.live("customer", "customer_id, valid_from, city, x_shoe_size"), `
			customer_id | valid_from | city  | x_shoe_size
			A           | 2024-01-01 | Bonn  | 40
			A           | 2024-01-03 | Bonn  | 44
			B           | 2024-01-01 | Köln  | 41
			B           | 2024-01-02 | Trier | 41
			B           | 2024-01-04 | Köln  | 41
			C           | 2024-01-03 | Ulm   |`)
	}
}

func TestACustomerThatLeavesTheSnapshotGoesWithItsVersions(t *testing.T) {
	days := []string{"A,Bonn,40\nB,Köln,41\n", "A,Bonn,41\n", "A,Bonn,41\nB,Köln,42\n"}
	for _, together := range []bool{false, true} {
		s := aShop(t, customers)
		for i, rows := range days {
			s.deliver(fmt.Sprintf("crm2024-01-%02d.csv", i+1), "id,city,shoe\n"+rows)
			if !together {
				s.night()
			}
		}
		if together {
			s.night()
		}
		expect(t, s.live("customer", "customer_id, valid_from, x_shoe_size"), `
			customer_id | valid_from | x_shoe_size
			A           | 2024-01-01 | 40
			A           | 2024-01-02 | 41
			B           | 2024-01-03 | 42`)
	}
}

func TestAVersionIsOfTheDayOnWhichItCameWhereTheNameHasNoDate(t *testing.T) {
	s := aShop(t, strings.Replace(customers, `    date_from_name: 'crm(\d{4}-\d{2}-\d{2})'`+"\n", "", 1))
	s.deliver("crm.csv", "id,city,shoe\nA,Bonn,40\n")
	s.night()
	s.deliver("crm.csv", "id,city,shoe\nA,Bonn,41\n")
	s.night()
	s.deliver("crm.csv", "id,city,shoe\nA,Bonn,41\nB,Ulm,1\n")
	s.night()
	expect(t, s.live("customer", "customer_id, valid_from, x_shoe_size"), `
		customer_id | valid_from | x_shoe_size
		A           | 2024-06-30 | 40
		A           | 2024-07-01 | 41
		B           | 2024-07-02 | 1`)
	// Read again for another mapping, the versions keep their days.
	s.describe(strings.Replace(strings.Replace(customers, `    date_from_name: 'crm(\d{4}-\d{2}-\d{2})'`+"\n", "", 1), "city: city", "city: upper(city)", 1))
	s.night()
	expect(t, s.live("customer", "customer_id, valid_from, city"), `
		customer_id | valid_from | city
		A           | 2024-06-30 | Bonn
		A           | 2024-07-01 | Bonn
		A           | 2024-07-02 | BONN
		B           | 2024-07-02 | ULM`)
}

func TestADeliveryNameWithoutADateIsAnError(t *testing.T) {
	s := aShop(t, customers)
	s.deliver("crm.csv", "id,city,shoe\nA,Bonn,40\n")
	s.fails("crm.csv", "its name has no date as date_from_name")
	s.lose("crm.csv")
	s.deliver("crm2024-13-01.csv", "id,city,shoe\nA,Bonn,40\n")
	s.fails(`its name gives "2024-13-01", which is no date`)
}
