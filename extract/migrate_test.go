package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowsThatAreReadNoMoreFulfilTheContractAsItIsNow(t *testing.T) {
	s := aShop(t, strings.Replace(cards, "files: [cards.csv]", `files: ["cards*.csv"]`, 1))
	s.deliver("models/inputs/card.yaml", cardContract)
	s.deliver("cards1.csv", "no,day,points,note\n0001,2020-01-01,10.50,a\n")
	s.deliver("cards2.csv", "no,day,points,note\n0002,2020-01-01,20,b\n")
	s.night()
	s.lose("cards1.csv")
	changed := strings.NewReplacer(
		"decimal(9,2)", "decimal(12,4)",
		"  issued_on: {", "  colour: {type: string, description: Its colour.}\n  given_on: {renamed_from: issued_on, ",
	).Replace(cardContract)
	s.deliver("models/inputs/card.yaml", changed)
	s.describe(strings.NewReplacer("files: [cards.csv]", `files: ["cards*.csv"]`, "issued_on: day", "given_on: day, colour: note").Replace(cards))
	s.night()
	expect(t, s.live("card", "card_no, given_on, colour, points"), `
		card_no | given_on   | colour | points
		0001    | 2020-01-01 |        | 10.5000
		0002    | 2020-01-01 | b      | 20.0000`)
	before := s.committed.Inputs["card"].Months
	s.night()
	if diff := cmp.Diff(before, s.committed.Inputs["card"].Months); diff != "" {
		t.Error("the files were written again: ", diff)
	}
}

func TestWhatWouldNotFitANarrowerColumnStopsTheNight(t *testing.T) {
	s := aShop(t, strings.Replace(cards, "files: [cards.csv]", `files: ["cards*.csv"]`, 1))
	s.deliver("models/inputs/card.yaml", cardContract)
	s.deliver("cards1.csv", "no,day,points,note\n0001,2020-01-01,10.50,a\n")
	s.deliver("cards2.csv", "no,day,points,note\n0002,2020-01-01,20,b\n")
	s.night()
	s.lose("cards1.csv")
	s.deliver("models/inputs/card.yaml", strings.Replace(cardContract, "decimal(9,2)", "decimal(3,2)", 1))
	s.fails("merging input card", "do not fit its contract as it is now")
	s.deliver("models/inputs/card.yaml", strings.Replace(cardContract, "key: [card_no]", "key: [card_no, issued_on]", 1))
	s.fails("merging input card", "another key or date", "--full")
}

func TestChangesOfAContractAreTold(t *testing.T) {
	s := aShop(t, cards)
	s.deliver("models/inputs/card.yaml", cardContract)
	s.deliver("cards.csv", "no,day,points,note\n0001,2020-01-01,10.50,a\n")
	s.night()
	s.deliver("models/inputs/card.yaml", strings.NewReplacer("decimal(9,2)", "int", "  issued_on: {", "  colour: {type: string, description: Its colour.}\n  given_on: {renamed_from: issued_on, ").Replace(cardContract))
	s.describe(strings.Replace(cards, "issued_on: day", "given_on: day", 1))
	old := s.committed.Inputs["card"]
	_ = s.try()
	want := []string{"colour is added", "given_on is renamed from issued_on", "points is narrowed from decimal(9,2) to int"}
	if diff := cmp.Diff(want, Changes(s.catalog.Inputs["card"], old)); diff != "" {
		t.Error(diff)
	}
}
