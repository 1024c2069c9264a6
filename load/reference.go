package load

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// auditInputs looks for rows of live sets whose value refers to nothing. By default
// it warns: what is referred to may come later.
func (n Night) auditInputs(ctx context.Context, s *store) ([]Finding, error) {
	conn, err := s.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var findings []Finding
	for _, name := range sortedKeys(n.Manifest.Inputs) {
		in := n.Catalog.Inputs[name]
		if in == nil {
			continue
		}
		for _, column := range in.Columns {
			if column.References == "" {
				continue
			}
			finding, err := n.auditReference(ctx, conn, in, column)
			if err != nil {
				return nil, fmt.Errorf("audit %s.%s.references: %w", in.Name, column.Name, err)
			}
			findings = append(findings, finding)
		}
	}
	return findings, nil
}

func (n Night) auditReference(ctx context.Context, conn *sql.Conn, in *models.Input, column models.Column) (Finding, error) {
	to, key, _ := strings.Cut(column.References, ".")
	c := check{
		model:   asModel(in),
		finding: Finding{Model: in.Name, Test: column.Name + ".references", Status: "passed", Scope: "whole", Severity: n.severity(in.Name, column.Name+".references", "warn")},
		wrong:   "rows whose " + column.Name + " is in no " + column.References,
	}
	files := n.Manifest.Inputs[in.Name].Files()
	if c.finding.Severity == "off" || len(files) == 0 {
		c.finding.Status = "off"
		return c.finding, nil
	}
	name := duck.Name(column.Name)
	known := "select null as k, null as s where false"
	if set := n.Manifest.Inputs[to]; set != nil && len(set.Files()) > 0 {
		known = fmt.Sprintf("select distinct %s as k, system as s from %s", duck.Name(key), duck.Parquet(n.Lake.Paths(set.Files())))
	}
	c.offending = fmt.Sprintf("select l.* from %s l anti join (%s) t on t.k = l.%s and t.s = l.system where l.%s is not null",
		duck.Live(in, n.Lake.Paths(files)), known, name, name)
	err := n.convict(ctx, conn, &c)
	return c.finding, err
}

// asModel is an input as what an audit looks at: its name and all of its columns.
func asModel(in *models.Input) *models.Model {
	return &models.Model{Name: in.Name, Columns: slices.Concat(in.Columns, in.Own)}
}
