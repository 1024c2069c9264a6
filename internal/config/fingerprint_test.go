package config

import (
	"os"
	"strings"
	"testing"
)

// edited loads the sample with one text replaced.
func edited(t *testing.T, old, replacement string) *Config {
	t.Helper()
	text, err := os.ReadFile("testdata/nightjar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("the sample holds no %q", old)
	}
	c, err := parse("nightjar.yaml", []byte(strings.Replace(string(text), old, replacement, 1)), environment(nil), catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFingerprints(t *testing.T) {
	before := edited(t, "project", "project")
	for _, test := range []struct {
		name, old, new string
		// whether the mapping of source shop onto sale, and the project, change
		mapping, project bool
	}{
		{"a comment", "# a night belongs to the day before", "# so", false, false},
		{"a line moved", "  shop:\n", "\n\n  shop:\n", false, false},
		{"the machine", "memory_limit: ${MEMORY:-2GB}", "memory_limit: 8GB", false, false},
		{"the clock", "currency: CNY", "currency: CNY\nas_of: 2024-12-31", false, false},
		{"another file", "[landing/orders-*.csv, ", "[landing/new-*.csv, ", false, true},
		{"a limit", "max_share: 0.01", "max_share: 0.05", false, true},
		{"an audit", "fact_sale.unique: warn", "fact_sale.unique: block", false, true},
		{"given rows", "7.8300", "7.8301", false, true},
		{"another mapping", "gross_amount: amount", "gross_amount: amount * 2", false, true},
		{"the hour at which a day begins", "04:00", "05:00", true, true},
		{"the dialect", `csv: {delimiter: ";"}`, `csv: {delimiter: "|"}`, true, true},
		{"the zone", "Europe/Berlin", "Europe/Paris", true, true},
		{"a status word", "neu: placed", "neu: paid", true, true},
		{"an expression", "customer_id: customer_no", "customer_id: lower(customer_no)", true, true},
		{"a format", "%d.%m.%y", "%d.%m.%Y", true, true},
		{"the mode", "mode: upsert", "mode: append", true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := edited(t, test.old, test.new)
			was, is := before.Sources.Named("shop").Fingerprint("sale"), after.Sources.Named("shop").Fingerprint("sale")
			if (was != is) != test.mapping {
				t.Errorf("mapping: %s → %s", was, is)
			}
			if was, is := before.Fingerprint(), after.Fingerprint(); (was != is) != test.project {
				t.Errorf("project: %s → %s", was, is)
			}
		})
	}
}

func TestFingerprintHoldsTheContract(t *testing.T) {
	c := loadSample(t, nil)
	shop := c.Sources.Named("shop")
	was := shop.Fingerprint("sale")
	shop.Maps.For("sale").Contract.Text += "\n# more"
	if shop.Fingerprint("sale") == was {
		t.Error("the mapping's fingerprint does not depend on the contract's text")
	}
	if shop.Fingerprint("payment") != "" {
		t.Error("an input that is not mapped has a fingerprint")
	}
	if c.RowsFingerprint("fx_rate") == "" || c.RowsFingerprint("store") != "" {
		t.Error("rows given in place have a fingerprint, and no others")
	}
}
