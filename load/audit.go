package load

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"nightjar/internal/duck"
	"nightjar/models"
)

// atOnce is how many tables are filled, or models audited, at a time.
const atOnce = 2

// Audit runs the tests of every header, and the guards, in the files that
// Build made, and writes what it found into nightjar.audit and audit_row. Tests
// of a column, of uniqueness, and guards look at the months that changed
// tonight, SQL tests and the number of rows at the whole. A test that fails leaves up to 1,000 of its rows,
// without personal columns, in the run's folder: audit-<model>-<test>.parquet.
//
// The findings are of all tests, passed ones too; whether they keep the night
// from being published, Blocking says. An error means that a test could not be
// run, and names it.
func Audit(ctx context.Context, n Night) (Findings, error) {
	s, err := openStore(ctx, n.Engine, n.building(n.Manifest.Warehouse), n.building(n.Manifest.Person))
	if err != nil {
		return nil, err
	}
	findings, err := n.audit(ctx, s)
	if err == nil {
		err = s.keep(ctx, findings)
	}
	if err != nil {
		s.abandon()
		return findings, err
	}
	return findings, s.close(ctx)
}

func (n Night) audit(ctx context.Context, s *store) (Findings, error) {
	if err := s.exec(ctx, "truncate warehouse.nightjar.audit", "truncate warehouse.nightjar.audit_row"); err != nil {
		return nil, err
	}
	byModel := make([][]Finding, len(n.Models))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, m := range n.Models {
		group.Go(func() (err error) {
			byModel[i], err = n.auditModel(inner, s, m)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return slices.Concat(byModel...), err
	}
	inputs, err := n.auditInputs(ctx, s)
	if err != nil {
		return inputs, err
	}
	fresh, err := n.auditSources(ctx, s)
	findings := slices.Concat(slices.Concat(byModel...), inputs, fresh)
	for i := range findings {
		findings[i].accept(n.Accepted)
	}
	return findings, err
}

func (n Night) auditSources(ctx context.Context, s *store) ([]Finding, error) {
	conn, err := s.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	findings, err := n.freshness(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("audit of the sources' freshness: %w", err)
	}
	return findings, nil
}

func (n Night) auditModel(ctx context.Context, s *store, m *models.Model) ([]Finding, error) {
	conn, err := s.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	findings, err := n.rowGuards(ctx, conn, m)
	if err != nil {
		return nil, fmt.Errorf("counting %s: %w", m.Name, duck.Scrub(err))
	}
	checks := n.checks(m)
	for i := range checks {
		switch c := &checks[i]; {
		case c.finding.Severity == "off":
			c.finding.Status = "off"
		case n.absent(*c) != "":
			c.finding.Status, c.finding.Message = "skipped", n.absent(*c)+" is not built in this project"
		}
	}
	suspects, err := n.suspects(ctx, conn, m, checks)
	if err != nil {
		return nil, err
	}
	for _, i := range suspects {
		if err := n.convict(ctx, conn, &checks[i]); err != nil {
			return nil, fmt.Errorf("audit %s.%s: %w", m.Name, checks[i].finding.Test, err)
		}
	}
	for _, c := range checks {
		findings = append(findings, c.finding)
	}
	return findings, nil
}

// suspects lists the checks whose quick look found something, or that have
// none. Quick looks of one pass share one scan of the table.
func (n Night) suspects(ctx context.Context, conn *sql.Conn, m *models.Model, checks []check) ([]int, error) {
	passes := map[string][]int{}
	var found []int
	for i, c := range checks {
		switch {
		case c.finding.Status != "passed":
		case c.quick == "":
			found = append(found, i)
		default:
			passes[c.pass] = append(passes[c.pass], i)
		}
	}
	where, _ := n.scope(m)
	for _, pass := range sortedKeys(passes) {
		members := passes[pass]
		counts, targets := make([]int64, len(members)), make([]any, len(members))
		quick := make([]string, len(members))
		for k, i := range members {
			quick[k], targets[k] = checks[i].quick, &counts[k]
		}
		query := "select " + strings.Join(quick, ", ") + " from " + table(m) + " where " + where
		if err := conn.QueryRowContext(ctx, query).Scan(targets...); err != nil {
			return nil, fmt.Errorf("audit %s, %s: %w", m.Name, checks[members[0]].finding.Test, duck.Scrub(err))
		}
		for k, i := range members {
			if counts[k] != 0 {
				found = append(found, i)
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// convict counts the offending rows, and keeps a sample when there are any.
func (n Night) convict(ctx context.Context, conn *sql.Conn, c *check) error {
	var rows int64
	if err := conn.QueryRowContext(ctx, "select count(*) from ("+c.offending+"\n)").Scan(&rows); err != nil {
		return duck.Scrub(err)
	}
	if rows == 0 {
		return nil
	}
	folder := n.Lake.RunDir(n.Manifest.Run)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(folder, "audit-"+c.model.Name+"-"+slug(c.finding.Test)+".parquet")
	sample, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := sample.Close(); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "copy ("+c.evidence()+") to "+duck.Text(path)+" (format parquet)"); err != nil {
		return duck.Scrub(err)
	}
	things, wrong, _ := strings.Cut(c.wrong, " ")
	c.finding.fail(rows, fmt.Sprintf("%s %s; see runs/%s/%s", count(rows, strings.TrimSuffix(things, "s")), wrong, n.Manifest.Run, filepath.Base(path)))
	c.finding.Sample, c.finding.ofPersons = path, n.ofPersons(*c)
	return errors.Join(os.Chmod(path, 0o600))
}

// keep writes what was found into the schema nightjar, with the samples' rows but
// for those that a query made of the person file.
func (s *store) keep(ctx context.Context, findings Findings) error {
	if err := s.append(ctx, map[string]iter.Seq[[]driver.Value]{"audit": auditRows(findings)}); err != nil {
		return err
	}
	for _, f := range findings {
		if f.Sample == "" || f.ofPersons {
			continue
		}
		err := s.exec(ctx, fmt.Sprintf("insert into warehouse.nightjar.audit_row select %s, %s, to_json(t)::varchar from %s as t", duck.Text(f.Model), duck.Text(f.Test), duck.Parquet([]string{f.Sample})))
		if err != nil {
			return fmt.Errorf("filling nightjar.audit_row: %w", err)
		}
	}
	return nil
}

func auditRows(findings Findings) values {
	return func(yield func([]driver.Value) bool) {
		for _, f := range findings {
			var sample driver.Value
			if f.Sample != "" {
				sample = filepath.Base(f.Sample)
			}
			if !yield([]driver.Value{f.Model, f.Test, f.Severity, f.Status, word(f.Scope), f.Rows, sample, word(f.Message)}) {
				return
			}
		}
	}
}
