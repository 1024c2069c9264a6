package pipeline

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
	"nightjar/transform"

	"golang.org/x/sync/errgroup"
)

// transform builds every stale partition, in levels: models that wait for
// nothing, then those that refer to them. What is not stale is kept as it is.
func (n *night) transform(ctx context.Context) error {
	order, left := transform.Available(n.Catalog, n.fed())
	n.report.LeftOut = left
	n.models = order
	for _, m := range slices.Collect(maps.Keys(n.manifest.Models)) {
		if !slices.ContainsFunc(order, func(o *models.Model) bool { return o.Name == m }) {
			delete(n.manifest.Models, m)
		}
	}
	n.progress.Stage("building the models", 0)
	defer n.progress.Done()
	for _, level := range levels(order) {
		var months, wholes []need
		for _, m := range level {
			stale, all := n.plot().needs(m)
			if m.Monthly() {
				months = append(months, stale...)
			} else {
				wholes = append(wholes, stale...)
			}
			n.keepOnly(m, all)
		}
		if err := n.buildAll(ctx, months); err != nil {
			return err
		}
		if err := n.buildAll(ctx, wholes); err != nil {
			return err
		}
	}
	return nil
}

// levels groups models so that each refers only to models of earlier groups.
func levels(order []*models.Model) [][]*models.Model {
	depth := map[string]int{}
	var grouped [][]*models.Model
	for _, m := range order {
		d := 0
		for _, ref := range m.Refs {
			if at, exists := depth[ref]; exists {
				d = max(d, at+1)
			}
		}
		depth[m.Name] = d
		for len(grouped) <= d {
			grouped = append(grouped, nil)
		}
		grouped[d] = append(grouped[d], m)
	}
	return grouped
}

// keepOnly drops partitions that no longer exist, such as an emptied month.
func (n *night) keepOnly(m *models.Model, partitions []string) {
	built := n.manifest.Models[m.Name]
	if built == nil {
		return
	}
	for key := range built.Partitions {
		if !slices.Contains(partitions, key) {
			delete(built.Partitions, key)
		}
	}
}

func (n *night) buildAll(ctx context.Context, stale []need) error {
	if len(stale) == 0 {
		return nil
	}
	n.progress.Expect(int64(len(stale)))
	if err := duck.Share(ctx, n.db, n.workers(), len(stale) >= n.workers()); err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(n.workers())
	var mu sync.Mutex
	for _, s := range stale {
		group.Go(func() error {
			begun := time.Now()
			partition, err := n.build(inner, s)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			built := n.manifest.Models[s.model.Name]
			if built == nil {
				built = &lake.Built{Partitions: map[string]lake.Partition{}}
				n.manifest.Models[s.model.Name] = built
			}
			built.Fingerprint = s.model.Fingerprint
			built.Partitions[s.partition()] = partition
			n.report.ModelSeconds[s.model.Name] += time.Since(begun).Seconds()
			n.report.Built[s.model.Name] = append(n.report.Built[s.model.Name], s.partition())
			n.progress.Add(1)
			return nil
		})
	}
	return group.Wait()
}

// build asks the engine for one partition.
func (n *night) build(ctx context.Context, s need) (lake.Partition, error) {
	out := n.Lake.Path(fmt.Sprintf("models/%s/%s/%s.parquet", s.model.Name, s.partition(), n.manifest.Run))
	if err := os.MkdirAll(filepath.Dir(out), 0o700); err != nil {
		return lake.Partition{}, err
	}
	b := transform.Build{Model: s.model, Month: s.month, Inputs: n.absolute(s.inputs), Refs: n.absolute(s.refs), Vars: n.vars, Out: out}
	files, err := n.engine.Build(ctx, b)
	if err != nil {
		return lake.Partition{}, err
	}
	return lake.Partition{
		Key: s.key, Content: files[0].Content, Run: n.manifest.Run,
		File: lake.File{Path: n.Lake.Relative(out), Rows: files[0].Rows, Bytes: files[0].Bytes},
	}, nil
}

func (n *night) absolute(byName map[string][]string) map[string][]string {
	all := map[string][]string{}
	for name, list := range byName {
		for _, path := range list {
			all[name] = append(all[name], n.Lake.Path(path))
		}
	}
	return all
}

// fed lists the inputs that have ever had a row or have a source.
func (n *night) fed() map[string]bool { return fed(n.Config, n.manifest) }

func (n *night) plot() plot {
	return plot{manifest: n.manifest, catalog: n.Catalog, vars: n.vars}
}
