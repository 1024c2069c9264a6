package load

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/models"
)

// failed is "test severity rows" of each finding that failed, in order.
func failed(findings Findings) string {
	var lines []string
	for _, f := range findings.Failed() {
		lines = append(lines, fmt.Sprintf("%s.%s %s %d", f.Model, f.Test, f.Severity, f.Rows))
	}
	return strings.Join(lines, "\n")
}

func status(findings Findings, test string) string {
	for _, f := range findings {
		if f.Model+"."+f.Test == test {
			return f.Status
		}
	}
	return "absent"
}

func TestAGoodNightPassesEveryTest(t *testing.T) {
	w := newWorld(t)
	n := w.night(usual())
	w.build(n)
	findings := w.audit(n)
	if got := failed(findings); got != "" {
		t.Errorf("failed:\n%s", got)
	}
	if got := status(findings, "fact_thing.every thing has a friend"); got != "skipped" {
		t.Errorf("a test on a model that is not there is %s", got)
	}
}

func TestAuditsFindPlantedRows(t *testing.T) {
	for name, planted := range map[string]struct{ row, found string }{
		"null":         {"- new 1.00 s1", "fact_thing.thing_id.not_null block 1"},
		"other value":  {"b3 odd 1.00 s1", "fact_thing.status.accepted_values block 1"},
		"twin":         {"a1 new 1.00 s1", "fact_thing.unique block 2"},
		"orphan":       {"b3 new 1.00 s9", "fact_thing.store_key.relationships block 1"},
		"negative":     {"b3 new -1.00 s1", "fact_thing.nothing is negative warn 1"},
		"nothing else": {"b3 - 1.00 -", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			parts := usual()
			parts["fact_thing/"+february] = things(february, "b1 new 3.00 s1", planted.row)
			n := w.night(parts)
			w.build(n)
			findings := w.audit(n)
			if got := failed(findings); got != planted.found {
				t.Fatalf("found %q, want %q", got, planted.found)
			}
			for _, f := range findings.Failed() {
				var rows int64
				if err := w.db.QueryRow("select count(*) from " + duck.Parquet([]string{f.Sample})).Scan(&rows); err != nil || rows != f.Rows {
					t.Errorf("the sample has %d rows, want %d: %v", rows, f.Rows, err)
				}
				if info, err := os.Stat(f.Sample); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("sample: %v, %v", info.Mode(), err)
				}
			}
		})
	}
}

func TestABlockingAuditKeepsLastNightCurrent(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))
	parts := usual()
	parts["dim_store/whole"] = "select unnest(['s1', 's2', 's2']) as store_key"
	n := w.night(parts)
	w.build(n)
	err := Publish(t.Context(), n, w.audit(n))
	if !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "dim_store.unique: 2 rows") {
		t.Errorf("got %v", err)
	}
	if current, err := w.lake.Current(); err != nil || current.Run != "run1" {
		t.Errorf("current is %s, %v", current.Run, err)
	}
}

func TestConfigDecidesWhetherATestBlocks(t *testing.T) {
	w := newWorld(t)
	parts := usual()
	parts["dim_store/whole"] = "select unnest(['s1', 's2', 's2']) as store_key"
	n := w.night(parts)
	n.Audits = map[string]string{"dim_store.unique": "warn"}
	w.build(n)
	if got := w.audit(n); failed(got) != "dim_store.unique warn 2" || len(got.Blocking()) > 0 {
		t.Errorf("as a warning: %s", failed(got))
	}
	n.Audits["dim_store.unique"] = "off"
	if got := w.audit(n); failed(got) != "" || status(got, "dim_store.unique") != "off" {
		t.Errorf("turned off: %s", failed(got))
	}
}

func TestOnlyTheMonthsThatChangedAreTestedAgain(t *testing.T) {
	w := newWorld(t)
	parts := usual()
	parts["fact_thing/"+january] = things(january, "a1 odd 1.00 s1", "a2 old 2.00 s1", "a3 old 2.00 s1", "a4 old 1.00 s2", "a5 old 1.00 s2")
	n := w.night(parts)
	n.Audits = map[string]string{"fact_thing.status.accepted_values": "warn"}
	w.build(n)
	if err := Publish(t.Context(), n, w.audit(n)); err != nil {
		t.Fatal(err)
	}
	w.current = n.Manifest
	parts["fact_thing/"+february] = things(february, "b1 odd 3.00 s1")
	next := w.night(parts)
	w.build(next)
	if got := failed(w.audit(next)); got != "fact_thing.status.accepted_values block 1" {
		t.Errorf("got %q", got)
	}
}

func TestATableThatLosesTooManyRowsBlocksUnlessAccepted(t *testing.T) {
	w := newWorld(t)
	w.publish(w.night(usual()))
	parts := usual()
	delete(parts, "fact_thing/"+january)
	n := w.night(parts)
	n.RowDrop = 0.5
	w.build(n)
	if got := failed(w.audit(n)); got != "fact_thing.row_drop block 5" {
		t.Errorf("got %q", got)
	}
	n.Accepted = map[string]string{"fact_thing.row_drop": "January was a test."}
	findings := w.audit(n)
	if len(findings.Blocking()) > 0 || status(findings, "fact_thing.row_drop") != "accepted" {
		t.Errorf("got %q", failed(findings))
	}
}

func TestATableThatMayShrinkDoes(t *testing.T) {
	w := newWorld(t)
	w.catalog.Models["fact_thing"].MayShrink = true
	w.publish(w.night(usual()))
	parts := usual()
	delete(parts, "fact_thing/"+january)
	n := w.night(parts)
	n.RowDrop = 0.5
	w.build(n)
	if got := failed(w.audit(n)); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestSamplesHoldNoPersonalColumn(t *testing.T) {
	w := newWorld(t)
	parts := usual()
	parts["person_customer/whole"] = "select 'shop:1' as customer_key, unnest(['13800000000', null]) as phone"
	n := w.night(parts)
	w.build(n)
	findings := w.audit(n)
	if got := failed(findings); got != "person_customer.customer_key.unique block 2\nperson_customer.phone.not_null block 1" {
		t.Fatalf("got %q", got)
	}
	for _, f := range findings.Failed() {
		text, err := os.ReadFile(f.Sample)
		if err != nil || strings.Contains(string(text), "13800000000") || strings.Contains(string(text), "phone") {
			t.Errorf("%s holds personal data (%v)", f.Sample, err)
		}
	}
}

func TestTheWarehouseKeepsTheRowsOfFindingsButForPersons(t *testing.T) {
	w := newWorld(t)
	parts := usual()
	parts["dim_store/whole"] = "select unnest(['s1', 's2', 's2']) as store_key"
	parts["person_customer/whole"] = "select 'shop:1' as customer_key, unnest(['13800000000', null]) as phone"
	n := w.night(parts)
	w.build(n)
	w.audit(n)
	got := ask(t, n.building(n.Manifest.Warehouse), "select model, test, row from nightjar.audit_row")
	if want := `dim_store unique {"store_key":"s2"}`; got != want+"\n"+want {
		t.Errorf("kept\n%s", got)
	}
}

func TestEvidenceLacksPersonalColumnsOfTheProject(t *testing.T) {
	in := &models.Input{Name: "card", Own: []models.Column{{Name: "x_phone", Type: "string", Personal: true}}}
	c := check{model: asModel(in), offending: "select * from card"}
	if got := c.evidence(); !strings.Contains(got, "not in ('x_phone')") {
		t.Errorf("it is %s", got)
	}
}
