package propose

import (
	"bytes"
	_ "embed" // the mapping of POSLogs
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"

	"nightjar/models"
)

//go:embed poslog.yaml
var poslogText []byte

// template is one mapping of poslog.yaml.
type template struct {
	Input   string        `yaml:"input"`
	From    string        `yaml:"from"`
	Filter  string        `yaml:"filter"`
	Columns yaml.MapSlice `yaml:"columns"`
	Notes   []string      `yaml:"notes"`
}

var templates = sync.OnceValue(func() []template {
	var list []template
	if err := yaml.NewDecoder(bytes.NewReader(poslogText), yaml.Strict()).Decode(&list); err != nil {
		panic("poslog.yaml: " + err.Error()) // a test reads it
	}
	return list
})

// POSLog is how the tables of a POSLog feed the warehouse.
func POSLog(catalog *models.Catalog) []*Proposal {
	var proposals []*Proposal
	for _, t := range templates() {
		p := &Proposal{Input: t.Input, From: t.From, Filter: t.Filter, Notes: t.Notes, Mode: "append"}
		for _, item := range t.Columns {
			c, _ := catalog.Inputs[t.Input].Column(fmt.Sprint(item.Key))
			p.Columns = append(p.Columns, Mapped{Column: c.Name, SQL: fmt.Sprint(item.Value), Type: c.Type, Why: "as POSLogs are mapped", Score: 1})
		}
		proposals = append(proposals, p)
	}
	return proposals
}
