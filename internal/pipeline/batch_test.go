package pipeline

import (
	"testing"

	"nightjar/models"

	"github.com/google/go-cmp/cmp"
)

func TestSmallMonthsAreBuiltTogetherAndLargeOnesAlone(t *testing.T) {
	months := func(batches [][]need) (names [][]models.Month) {
		for _, batch := range batches {
			var of []models.Month
			for _, s := range batch {
				of = append(of, s.month)
			}
			names = append(names, of)
		}
		return names
	}
	stale := []need{
		{month: "2024-01-01", rows: batchRows / 2},
		{month: "2024-02-01", rows: batchRows / 2},
		{month: "2024-03-01", rows: 1},
		{month: "2024-05-01", rows: 2 * batchRows},
		{month: "2024-06-01"},
	}
	together := months(batches(&models.Model{SQL: `{{ in_months "month" }}`}, stale))
	want := [][]models.Month{{"2024-01-01", "2024-02-01"}, {"2024-03-01"}, {"2024-05-01"}, {"2024-06-01"}}
	if diff := cmp.Diff(want, together); diff != "" {
		t.Error(diff)
	}
	if alone := months(batches(&models.Model{SQL: "{{ month }}"}, stale)); len(alone) != len(stale) {
		t.Errorf("a model of one month at a time has batches %v", alone)
	}
}

func TestABatchReadsWhatItsMonthsDoOnceAndInOrder(t *testing.T) {
	patched := []string{"base", "keys", "above"}
	got := together([]need{
		{inputs: map[string][]string{"sale": {"1", "2"}}, refs: map[string][]string{"dim": patched}},
		{inputs: map[string][]string{"sale": {"2", "3"}}, refs: map[string][]string{"dim": patched}},
	})
	if diff := cmp.Diff(map[string][]string{"sale": {"1", "2", "3"}, "dim": patched}, map[string][]string{"sale": got.inputs["sale"], "dim": got.refs["dim"]}); diff != "" {
		t.Error(diff)
	}
}
