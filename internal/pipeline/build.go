package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
	"nightjar/transform"

	"golang.org/x/sync/errgroup"
)

// transform builds every stale partition, each model as soon as those that it
// refers to are settled. What is not stale is kept as it is.
func (n *night) transform(ctx context.Context) error {
	order, left := transform.Available(n.Catalog, n.fed())
	n.report.LeftOut = left
	order = slices.DeleteFunc(order, func(m *models.Model) bool { return !n.chosen(m) && n.manifest.Models[m.Name] == nil })
	n.models = order
	for _, m := range slices.Collect(maps.Keys(n.manifest.Models)) {
		if !slices.ContainsFunc(order, func(o *models.Model) bool { return o.Name == m }) {
			delete(n.manifest.Models, m)
		}
	}
	n.progress.Stage("building the models", 0)
	defer n.progress.Done()
	if err := duck.Share(ctx, n.db, max(1, n.workers()/2)); err != nil {
		return err
	}
	b := &building{night: n, places: newWorkers(n.workers()), ranks: ranks(order), settled: map[string]chan struct{}{}}
	for _, m := range order {
		b.settled[m.Name] = make(chan struct{})
	}
	group, inner := errgroup.WithContext(ctx)
	for _, m := range order {
		if !n.chosen(m) {
			close(b.settled[m.Name])
			continue
		}
		group.Go(func() error { return b.model(inner, m) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if n.selecting() {
		n.report.Stale = n.leftStale()
	}
	return nil
}

// building is the models' building under way.
type building struct {
	*night
	// mu guards manifest, report and progress.
	mu sync.Mutex
	// places are those of builds at work, taken by rank.
	places *workers
	ranks  map[string]int
	// settled channels are closed when their model is as it should be.
	settled map[string]chan struct{}
}

// model waits for what the model refers to, then builds its stale partitions.
func (b *building) model(ctx context.Context, m *models.Model) error {
	for _, ref := range m.Refs {
		if settled, isBuilt := b.settled[ref]; isBuilt {
			select {
			case <-settled:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	b.mu.Lock()
	if m.View {
		b.manifest.Models[m.Name] = &lake.Built{Fingerprint: m.Fingerprint, Partitions: map[string]lake.Partition{}}
	}
	stale, all := b.plot().needs(m)
	b.keepOnly(m, all)
	b.progress.Expect(int64(len(stale)))
	b.mu.Unlock()
	group, inner := errgroup.WithContext(ctx)
	for _, batch := range batches(m, stale) {
		if b.places.enter(inner, b.ranks[m.Name]) != nil {
			return errors.Join(group.Wait(), ctx.Err())
		}
		group.Go(func() error {
			defer b.places.leave()
			return b.partitions(inner, batch)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	close(b.settled[m.Name])
	return nil
}

// heavy is how long a build takes that frees memory worth giving back.
const heavy = time.Second

// partitions builds a batch and enters it in the manifest.
func (b *building) partitions(ctx context.Context, batch []need) error {
	begun, m := time.Now(), batch[0].model
	partitions, err := b.build(ctx, batch)
	if err == nil && time.Since(begun) > heavy {
		err = duck.Release(ctx, b.db, b.duckOptions())
	}
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	built := b.manifest.Models[m.Name]
	if built == nil {
		built = &lake.Built{Partitions: map[string]lake.Partition{}}
		b.manifest.Models[m.Name] = built
	}
	built.Fingerprint = m.Fingerprint
	for i, s := range batch {
		built.Partitions[s.partition()] = partitions[i]
		b.report.Built[m.Name] = append(b.report.Built[m.Name], s.partition())
	}
	b.report.ModelSeconds[m.Name] += time.Since(begun).Seconds()
	b.progress.Add(int64(len(batch)))
	return nil
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

// build asks the engine for a batch of partitions.
func (n *night) build(ctx context.Context, batch []need) ([]lake.Partition, error) {
	s := together(batch)
	b := transform.Build{Model: s.model, Inputs: n.absolute(s.inputs), Refs: n.absolute(s.refs), Previous: n.absolute(s.previous), Vars: n.vars}
	for _, s := range batch {
		out := n.Lake.Path(fmt.Sprintf("models/%s/%s/%s.parquet", s.model.Name, s.partition(), n.manifest.Run))
		if err := os.MkdirAll(filepath.Dir(out), 0o700); err != nil {
			return nil, err
		}
		b.Outs = append(b.Outs, out)
		if s.month != "" {
			b.Months = append(b.Months, s.month)
		}
	}
	n.recall(&b, s)
	if s.patches {
		b.Keys = strings.TrimSuffix(b.Outs[0], ".parquet") + ".keys.parquet"
	}
	files, err := n.engine.Build(ctx, b)
	if err != nil {
		return nil, err
	}
	built := make([]lake.Partition, len(batch))
	for i, s := range batch {
		built[i] = lake.Partition{Key: s.key, Content: files[i].Content, Run: n.manifest.Run, File: n.file(files[i])}
	}
	if b.Keys != "" {
		built[0].File, built[0].Patch = s.last.gave.File, &lake.Patch{Keys: n.file(files[1]), File: n.file(files[0]), Rows: files[0].Counting}
	}
	return built, nil
}

// file is one that the engine wrote, as manifests name it.
func (n *night) file(f transform.File) lake.File {
	return lake.File{Path: n.Lake.Relative(f.Path), Rows: f.Rows, Bytes: f.Bytes}
}

func (n *night) absolute(byName map[string][]string) map[string][]string {
	all := map[string][]string{}
	for name, list := range byName {
		all[name] = n.Lake.Absolute(list)
	}
	return all
}

// fed lists the inputs that have ever had a row or have a source.
func (n *night) fed() map[string]bool { return fed(n.Config, n.manifest) }

func (n *night) plot() plot {
	return plot{manifest: n.manifest, previous: n.previous, catalog: n.Catalog, vars: n.vars}
}
