package load

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"nightjar/internal/lake"
)

// A Result tells what Build did.
type Result struct {
	// Fresh: the files were made from nothing, not from last night's.
	Fresh bool `json:"fresh"`
	// Rows and Partitions that were inserted; Tables that were touched.
	Rows       int64 `json:"rows"`
	Partitions int   `json:"partitions"`
	Tables     int   `json:"tables"`
	// Bytes of the warehouse and of the person file.
	Bytes       int64 `json:"bytes"`
	PersonBytes int64 `json:"person_bytes"`
}

// freeShare of last night's blocks beyond which the file is made afresh.
const freeShare = 0.25

// Build makes the night's warehouse and person file under temporary names, and
// meanwhile checks every new Parquet file with parquet-go. It begins with a
// copy of last night's files and replaces in it what changed, or begins with
// nothing: on the first night, when more than half of the rows are new, or
// when over a quarter of last night's file is free. Both give the same rows.
//
// It sets Manifest.Warehouse, Manifest.Person and the Content of each
// partition. Errors name the table or file and quote no values; after one,
// nothing is left behind. The files count only once Publish has returned.
func Build(ctx context.Context, n Night) (Result, error) {
	n.Manifest.Warehouse, n.Manifest.Person = n.warehouseFile(), n.personFile()
	if err := refusePersonal(n); err != nil {
		return Result{}, err
	}
	var result Result
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return Check(ctx, n) })
	group.Go(func() (err error) {
		result, err = n.build(ctx)
		return err
	})
	if err := group.Wait(); err != nil {
		n.discard()
		return Result{}, err
	}
	return result, nil
}

func (n Night) build(ctx context.Context) (Result, error) {
	n.discard()
	steps := n.plan()
	result := Result{Fresh: n.mostly(steps) || !n.begin(ctx)}
	s, err := openStore(ctx, n.Engine, n.building(n.warehouseFile()), n.building(n.personFile()))
	if err != nil {
		return result, err
	}
	if err := n.load(ctx, s, steps, &result); err != nil {
		s.abandon()
		return result, err
	}
	if err := s.close(ctx); err != nil {
		return result, fmt.Errorf("writing the warehouse: %w", err)
	}
	result.Bytes, result.PersonBytes = size(n.building(n.warehouseFile())), size(n.building(n.personFile()))
	return result, nil
}

// load brings the opened files from what they hold to what the manifest says.
func (n Night) load(ctx context.Context, s *store, steps []step, result *Result) error {
	if err := s.dropViews(ctx); err != nil {
		return err
	}
	present, err := s.tables(ctx, "main")
	if err != nil {
		return err
	}
	for i, st := range steps {
		if !st.anew && !fits(present[table(st.model)], st.model.Columns) {
			steps[i] = n.anew(st.model)
		}
	}
	if err := s.define(ctx, steps, present); err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, st := range steps {
		result.count(st, n.Manifest)
		group.Go(func() error {
			if err := s.fill(inner, n.Lake, n.Manifest, st); err != nil {
				return err
			}
			return s.fingerprint(inner, n, st)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := s.createViews(ctx, n); err != nil {
		return err
	}
	if err := n.separate(ctx, s); err != nil {
		return err
	}
	return s.describeItself(ctx, n)
}

func (r *Result) count(st step, m *lake.Manifest) {
	if st.anew || len(st.insert)+len(st.remove) > 0 {
		r.Tables++
	}
	r.Partitions += len(st.insert)
	for _, p := range st.partitions(m) {
		r.Rows += p.Rows()
	}
}

// begin copies last night's files, and says whether they are fit to start from.
func (n Night) begin(ctx context.Context) bool {
	if n.Previous == nil || n.Previous.Warehouse == "" {
		return false
	}
	last := n.Lake.WarehousePath(n.Previous.Warehouse)
	if free, err := freeBlocks(ctx, n.Engine, last); err != nil || free > freeShare {
		return false
	}
	for from, to := range map[string]string{n.Previous.Warehouse: n.warehouseFile(), n.Previous.Person: n.personFile()} {
		if err := copyFile(ctx, n.Lake.WarehousePath(from), n.building(to)); err != nil {
			n.discard()
			return false
		}
	}
	return true
}

// discard removes what was built so far.
func (n Night) discard() {
	for _, name := range []string{n.warehouseFile(), n.personFile()} {
		_ = os.Remove(n.building(name))
		_ = os.Remove(n.building(name) + ".wal")
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
