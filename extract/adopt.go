package extract

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// adopt adds what arrived to the live set: rows with a month as they are,
// others, and those that must move, by their owner.
func (m *merging) adopt(ctx context.Context, arrived []stagedFile, homeless []lake.File) error {
	for _, s := range arrived {
		switch {
		case s.month == deleted:
			m.set.Deleted = append(m.set.Deleted, s.File)
			continue
		case s.month == "":
			homeless = append(homeless, s.File)
			continue
		case !s.measured:
			if err := m.measure(ctx, &s.File); err != nil {
				return err
			}
		}
		m.set.Months[s.month] = append(m.set.Months[s.month], s.File)
	}
	if m.input.Owner == nil {
		return nil
	}
	return m.place(ctx, homeless)
}

// reaches are the columns by which rows also count in other months.
func (m *merging) reaches() []string {
	if !m.input.Dated() {
		return nil
	}
	return m.input.Reaches
}

// measure fills in what a manifest says of a new file beyond its size: the deliveries
// in it, rows whose owner is unknown, other months that they reach.
func (m *merging) measure(ctx context.Context, f *lake.File) error {
	orphans := "0"
	if f.Placed {
		orphans = "count(*) filter (owner_month is null and " + duck.Name(m.input.Owner.On[0]) + " is not null)"
	}
	query := "select list(distinct delivery_id), " + orphans
	for _, column := range m.reaches() {
		query += fmt.Sprintf(", list(distinct strftime(date_trunc('month', %[1]s), '%%Y-%%m-%%d')) filter (%[1]s is not null and date_trunc('month', %[1]s) <> month)", duck.Name(column))
	}
	var deliveries duck.List[int64]
	found := make([]duck.List[string], len(m.reaches()))
	into := []any{&deliveries, &f.Orphans}
	for i := range found {
		into = append(into, &found[i])
	}
	if err := m.DB.QueryRowContext(ctx, query+" from "+m.full(m.input, []lake.File{*f})).Scan(into...); err != nil {
		return duck.Scrub(err)
	}
	slices.Sort(deliveries)
	f.Deliveries, f.Reaches = deliveries, nil
	for i, column := range m.reaches() {
		if len(found[i]) == 0 {
			continue
		}
		if f.Reaches == nil {
			f.Reaches = map[string][]string{}
		}
		slices.Sort(found[i])
		f.Reaches[column] = found[i]
	}
	return nil
}

// filesAMonth is how many files of one source a month may have before they are
// made one.
var filesAMonth = 32

// compact makes one file of many, in months that change tonight anyway: a new
// file has every model that reads the month built again.
func (m *merging) compact(ctx context.Context) error {
	for _, month := range slices.Sorted(maps.Keys(m.set.Months)) {
		groups := map[string][]lake.File{}
		for _, f := range m.set.Months[month] {
			group := fmt.Sprint(f.Source, "\x00", f.System, "\x00", f.Placed)
			groups[group] = append(groups[group], f)
		}
		var files []lake.File
		for _, group := range slices.Sorted(maps.Keys(groups)) {
			merged, err := m.compacted(ctx, groups[group], month)
			if err != nil {
				return err
			}
			files = append(files, merged...)
		}
		m.set.Months[month] = files
	}
	return nil
}

func (m *merging) compacted(ctx context.Context, files []lake.File, month string) ([]lake.File, error) {
	tonight := func(f lake.File) bool { return strings.HasPrefix(path.Base(f.Path), m.Manifest.Run+"-") }
	if len(files) <= filesAMonth || !slices.ContainsFunc(files, tonight) {
		return files, nil
	}
	merged, err := m.write(ctx, "select * exclude (filename, file_row_number) from "+m.stored(files)+" order by delivery_id, source_row", files[0], month, "compacted")
	if err != nil {
		return nil, err
	}
	if len(merged) != 1 || merged[0].Rows != rowsOf(files) {
		return nil, fmt.Errorf("making one file of %d for month %s changed the number of its rows; this is a fault of Nightjar, nothing was published", len(files), month)
	}
	return merged, nil
}
