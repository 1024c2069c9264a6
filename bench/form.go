package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"nightjar/internal/duck"

	"golang.org/x/sync/errgroup"
)

// A form is one run of the hand-written SQL, in a process of its own.
type form struct {
	name, data, out string
	db              *sql.DB
	months          []time.Time
	values          map[string]string

	mu    sync.Mutex
	order []string
	took  map[string]time.Duration
}

// runForm runs trusting or guaranteed over the sources in dir.
func runForm(ctx context.Context, name, dir string) error {
	f := &form{name: name, data: filepath.Join(dir, "project", "data"), out: results(dir, name), took: map[string]time.Duration{}}
	if err := f.prepare(); err != nil {
		return err
	}
	all, err := statements(name)
	if err != nil {
		return err
	}
	if f.db, err = duck.Open(ctx, duck.Options{MemoryLimit: memoryLimit, Threads: threads, Temp: filepath.Join(f.out, "spill")}); err != nil {
		return err
	}
	defer f.db.Close()
	for _, file := range []string{"warehouse", "person"} {
		if _, err := f.db.ExecContext(ctx, "attach "+duck.Text(filepath.Join(f.out, file+".duckdb"))+" as "+file+" (recovery_mode no_wal_writes)"); err != nil {
			return err
		}
	}
	if name == "guaranteed" {
		if err := f.timed("hash and count files", func() error { return f.deliveries(ctx) }); err != nil {
			return err
		}
	}
	for len(all) > 0 {
		next := 1
		for all[0].each != "" && next < len(all) && all[next].each == all[0].each {
			next++
		}
		if err := f.group(ctx, all[:next]); err != nil {
			return err
		}
		all = all[next:]
	}
	if err := f.timed("checkpoint", func() error { return f.close(ctx) }); err != nil {
		return err
	}
	if name == "guaranteed" {
		if err := f.timed("sync", f.sync); err != nil {
			return err
		}
	}
	var steps []step
	for _, name := range f.order {
		steps = append(steps, step{name, f.took[name].Seconds()})
	}
	return writeSteps(f.out, steps)
}

// folders are those that statements of a month or a year write their files to.
var folders = []string{
	"spill", "staged/sale", "staged/sale_line", "staged/erp_order", "staged/erp_line", "staged/departure", "staged/assignment",
	"staged/contact", "staged/case", "staged/case_event", "staged/promise", "staged/service_use", "staged/cost",
	"facts/fact_sale", "facts/fact_document", "facts/fact_customer_value", "facts/fact_retention", "facts/fact_cost_to_serve",
	"dims/dim_product_cost", "marts/mart_sales_day", "marts/mart_sales_month", "marts/mart_product_month",
}

// prepare makes the folders, and finds out which months there are.
func (f *form) prepare() error {
	tills, err := filepath.Glob(filepath.Join(f.data, "till", "till_????-??.csv"))
	if err != nil || len(tills) == 0 {
		return fmt.Errorf("%s holds no tills (%w)", f.data, err)
	}
	for _, path := range tills {
		text := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "till_"), ".csv")
		month, err := time.Parse("2006-01", text)
		if err != nil {
			return err
		}
		f.months = append(f.months, month)
	}
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(f.out, folder), 0o755); err != nil {
			return err
		}
	}
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	last := f.months[len(f.months)-1]
	f.values = map[string]string{
		"data": f.data, "out": f.out, "as_of": asOf, "parquet": duck.ParquetOptions,
		"begins": f.months[0].Format(time.DateOnly), "ends": last.AddDate(0, 1, -1).Format(time.DateOnly),
		"received": time.Now().In(zone).Format(time.DateTime),
	}
	maps.Copy(f.values, traces(f.name))
	return nil
}

// group runs one statement; or several of each month or year, all of them for one
// month after the other, two months at a time.
func (f *form) group(ctx context.Context, group []statement) error {
	times, valuesOf := f.months, ofMonth
	switch group[0].each {
	case "":
		return f.do(ctx, group[0], f.values)
	case "year":
		times, valuesOf = f.years(), ofYear
	}
	return eachOf(ctx, times, func(ctx context.Context, one time.Time) error {
		values := maps.Clone(f.values)
		maps.Copy(values, valuesOf(one))
		for _, s := range group {
			if err := f.do(ctx, s, values); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *form) years() []time.Time {
	var years []time.Time
	for _, month := range f.months {
		if len(years) == 0 || month.Year() != years[len(years)-1].Year() {
			years = append(years, month)
		}
	}
	return years
}

// eachOf does something with each of many, two at a time.
func eachOf[T any](ctx context.Context, many []T, do func(context.Context, T) error) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(threads)
	for _, one := range many {
		workers.Go(func() error { return do(ctx, one) })
	}
	return workers.Wait()
}

func (f *form) do(ctx context.Context, s statement, values map[string]string) error {
	name := s.name
	if s.check {
		name = "check: " + name
	}
	return f.timed(name, func() error {
		text := filled(s.sql, values)
		if !s.check {
			_, err := f.db.ExecContext(ctx, text)
			return named(name, err)
		}
		var wrong int64
		err := f.db.QueryRowContext(ctx, "select count(*) from ("+strings.TrimRight(strings.TrimSpace(text), ";")+")").Scan(&wrong)
		if err == nil && wrong > 0 {
			err = fmt.Errorf("%d rows that should not be there", wrong)
		}
		return named(name, err)
	})
}

func named(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (f *form) timed(name string, do func() error) error {
	begun := time.Now()
	err := do()
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.took[name]; !known {
		f.order = append(f.order, name)
	}
	f.took[name] += time.Since(begun)
	return err
}

func (f *form) close(ctx context.Context) error {
	for _, file := range []string{"warehouse", "person"} {
		if _, err := f.db.ExecContext(ctx, "checkpoint "+file); err != nil {
			return err
		}
	}
	return errors.Join(f.db.Close(), os.RemoveAll(filepath.Join(f.out, "spill")))
}
