package config

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite docs/config.md and docs/nightjar.schema.json")

func TestDocsAreUpToDate(t *testing.T) {
	example, err := os.ReadFile("testdata/nightjar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"../../docs/nightjar.schema.json": string(Schema()),
		"../../docs/config.md":            Reference(string(example)),
	} {
		if *update {
			if err := os.MkdirAll("../../docs", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is out of date (%v): go test ./internal/config -update", path, err)
		}
	}
}

func TestSchemaTakesTheSampleAndRefusesSlips(t *testing.T) {
	sample, err := os.ReadFile("testdata/nightjar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("nightjar.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("nightjar.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, old, new string
		valid          bool
	}{
		{"the sample", "keep", "keep", true},
		{"a number from a variable", "keep: ${KEEP:-3}", "keep: ${KEEP}", true},
		{"a number as an expression", "line_no: line_no", "line_no: 1", true},
		{"an empty section", "audits:\n  fact_sale.unique: warn", "audits:", true},
		{"an unknown key", "same_content:", "same_contents:", false},
		{"an unknown word", "mode: upsert", "mode: merge", false},
		{"a number out of bounds", "max_share: 0.01", "max_share: 1.5", false},
		{"a text for a number", "keep: ${KEEP:-3}", "keep: three", false},
		{"a missing key", "    system: pos\n", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var value any
			json, err := yaml.YAMLToJSON([]byte(strings.Replace(string(sample), test.old, test.new, 1)))
			if err == nil {
				value, err = jsonschema.UnmarshalJSON(bytes.NewReader(json))
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); (err == nil) != test.valid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEveryRuleHasItsLineInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/bad-rows.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range Rules {
		if !strings.Contains(string(text), "| `"+rule.Name+"` |") {
			t.Errorf("docs/bad-rows.md does not tell of %s", rule.Name)
		}
	}
}
