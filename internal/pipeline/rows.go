package pipeline

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// giveRows makes sources of the small inputs given in nightjar.yaml, and of the
// decisions of this run: each a file in the lake's landing, read like any other.
func (n *night) giveRows() error {
	for _, input := range slices.Sorted(maps.Keys(n.Config.Rows)) {
		bySystem := map[string][]map[string]any{}
		for _, row := range n.Config.Rows[input] {
			system := fmt.Sprint(row["system"])
			bySystem[system] = append(bySystem[system], row)
		}
		for _, system := range slices.Sorted(maps.Keys(bySystem)) {
			if err := n.give(input, system, "snapshot", "rows."+input+"."+system, "nightjar.yaml", bySystem[system]); err != nil {
				return err
			}
		}
	}
	return n.giveDecisions()
}

func (n *night) give(input, system, mode, name, file string, rows []map[string]any) error {
	source := n.sourceOf(input, system, mode, name, file)
	n.Config.Sources = append(n.Config.Sources, source)
	return n.write(source, input, file, rows)
}

// sourceOf is the source of rows that lie in the landing as CSV with the
// contract's own column names.
func (n *night) sourceOf(input, system, mode, name, file string) *config.Source {
	contract := n.Catalog.Inputs[input]
	mapping := &config.Mapping{Input: input, Contract: contract}
	for _, column := range contract.Columns {
		if len(column.FromOwner) == 0 {
			mapping.Columns = append(mapping.Columns, config.Expr{Column: column.Name, SQL: duck.Name(column.Name)})
		}
	}
	return &config.Source{
		Name: name, System: system, Mode: mode, Format: "csv", SameContent: "load", Optional: true,
		CSV:      config.CSV{Delimiter: ",", Quote: `"`},
		Formats:  config.Formats{Date: "%Y-%m-%d", Timestamp: "%Y-%m-%d %H:%M:%S", Decimal: "."},
		TimeZone: n.Config.TimeZone, Files: []string{filepath.Join(n.landing(name), file+".csv")},
		Maps: config.Maps{mapping},
	}
}

func (n *night) landing(name string) string { return n.Lake.Landing(name) }

// write writes rows as CSV, unless the file holds just that already.
func (n *night) write(source *config.Source, input, file string, rows []map[string]any) error {
	var columns []string
	for _, e := range source.Maps[0].Columns {
		columns = append(columns, e.Column)
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(columns)
	for _, row := range rows {
		record := make([]string, len(columns))
		for i, column := range columns {
			if row[column] != nil {
				record[i] = fmt.Sprint(row[column])
			}
		}
		_ = w.Write(record)
	}
	w.Flush()
	path := filepath.Join(n.landing(source.Name), file+".csv")
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text.Bytes()) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := lake.WriteSynced(path+".tmp", text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing the given rows of %s: %w", input, err)
	}
	return os.Rename(path+".tmp", path)
}

// fed lists the inputs that have rows, or a source to bring them.
func fed(c *config.Config, m *lake.Manifest) map[string]bool {
	inputs := map[string]bool{}
	for _, source := range c.Sources {
		for _, mapping := range source.Maps {
			inputs[mapping.Input] = true
		}
	}
	if m != nil {
		for name, set := range m.Inputs {
			inputs[name] = inputs[name] || set.Rows() > 0
		}
	}
	return inputs
}
