package load

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
)

// rejects copies what the lake's reject files say, without the raw text.
func (s *store) rejects(ctx context.Context, n Night) error {
	var files []lake.File
	for _, id := range sortedKeys(n.Manifest.Rejects) {
		files = append(files, n.Manifest.Rejects[id])
	}
	if len(files) == 0 {
		return nil
	}
	names := `delivery_id, source, delivery, input, rule, "column", line, source_row, reason, action, shape`
	return s.exec(ctx, fmt.Sprintf("insert into warehouse.nightjar.reject (%[1]s, received_at) select %[1]s, received_at from %[2]s left join %[3]s using (delivery_id)",
		names, duck.Parquet(n.Lake.Paths(files)), n.received()))
}

// received is the relation of when each delivery was received.
func (n Night) received() string {
	rows := make([]string, len(n.Manifest.Deliveries))
	for i, d := range n.Manifest.Deliveries {
		rows[i] = fmt.Sprintf("(%d, timestamptz '%s')", d.ID, d.ReceivedAt.UTC().Format("2006-01-02 15:04:05.999999+00"))
	}
	return "(values " + strings.Join(rows, ", ") + ") as d(delivery_id, received_at)"
}

// decisions copies the rows of the input decision.
func (s *store) decisions(ctx context.Context, n Night) error {
	set, contract := n.Manifest.Inputs["decision"], n.Catalog.Inputs["decision"]
	if set == nil || contract == nil || len(set.Files()) == 0 {
		return nil
	}
	return s.exec(ctx, fmt.Sprintf("insert into warehouse.nightjar.decision select kind, period, decision_key, value, reason, decided_by, received_at from %s left join %s using (delivery_id)",
		duck.Live(contract, n.Lake.Paths(set.Files())), n.received()))
}

// pending counts the rows that wait, by input and delivery.
func (s *store) pending(ctx context.Context, n Night) ([][]driver.Value, error) {
	sources := map[int64]string{}
	for _, d := range n.Manifest.Deliveries {
		sources[d.ID] = d.Source
	}
	var counted [][]driver.Value
	for _, input := range sortedKeys(n.Manifest.Inputs) {
		files := n.Manifest.Inputs[input].Pending
		if len(files) == 0 {
			continue
		}
		rows, err := s.db.QueryContext(ctx, "select delivery_id, count(*) from "+duck.Parquet(n.Lake.Paths(files))+" group by all order by all")
		if err != nil {
			return nil, duck.Scrub(err)
		}
		for rows.Next() {
			var id, waiting int64
			if err := rows.Scan(&id, &waiting); err != nil {
				_ = rows.Close()
				return nil, err
			}
			counted = append(counted, []driver.Value{input, word(sources[id]), id, waiting})
		}
		if err := rows.Err(); err != nil {
			return nil, duck.Scrub(err)
		}
	}
	return counted, nil
}

// newestMonths finds, by source and input, the newest month with files, and
// those files.
func newestMonths(m *lake.Manifest) (months map[string]string, files map[string]map[string][]lake.File) {
	months, files = map[string]string{}, map[string]map[string][]lake.File{}
	for input, set := range m.Inputs {
		newest := map[string]string{}
		for month, list := range set.Months {
			if month == lake.Undated {
				continue
			}
			for _, f := range list {
				newest[f.Source] = max(newest[f.Source], month)
			}
		}
		for source, month := range newest {
			months[source] = max(months[source], month)
			if files[source] == nil {
				files[source] = map[string][]lake.File{}
			}
			for _, f := range set.Months[month] {
				if f.Source == source {
					files[source][input] = append(files[source][input], f)
				}
			}
		}
	}
	return months, files
}

// newestDates reads the newest business date of each source, from the files of
// the newest month of each of its inputs: one column of a few files.
func (s *store) newestDates(ctx context.Context, n Night) (map[string]time.Time, error) {
	_, files := newestMonths(n.Manifest)
	var parts []string
	for _, source := range sortedKeys(files) {
		for _, input := range sortedKeys(files[source]) {
			contract := n.Catalog.Inputs[input]
			if contract == nil {
				continue
			}
			if _, dated := contract.Column("business_date"); dated {
				parts = append(parts, fmt.Sprintf("select %s as source, max(business_date) as newest from %s", duck.Text(source), duck.Parquet(n.Lake.Paths(files[source][input]))))
			}
		}
	}
	newest := map[string]time.Time{}
	if len(parts) == 0 {
		return newest, nil
	}
	rows, err := s.db.QueryContext(ctx, "select source, max(newest) from ("+strings.Join(parts, " union all ")+") group by source having max(newest) is not null")
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	for rows.Next() {
		var source string
		var day time.Time
		if err := rows.Scan(&source, &day); err != nil {
			return nil, err
		}
		newest[source] = day
	}
	return newest, duck.Scrub(rows.Err())
}

// lastDeliveries is the last delivery of each source that counts, by the order
// of its source.
func lastDeliveries(m *lake.Manifest) map[string]lake.Delivery {
	last := map[string]lake.Delivery{}
	for _, d := range m.Deliveries {
		if known, ok := last[d.Source]; d.State == "current" && (!ok || d.Place >= known.Place) {
			last[d.Source] = d
		}
	}
	return last
}

// word is a text, or null when it is empty.
func word(text string) driver.Value {
	if text == "" {
		return nil
	}
	return text
}

// instant is a time, or null when it is zero.
func instant(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// day is a date given as yyyy-mm-dd, or null when it is none.
func day(text string) driver.Value {
	parsed, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil
	}
	return parsed
}

func sourcesOf(m *lake.Manifest, months map[string]string) []string {
	names := map[string]bool{}
	for _, d := range m.Deliveries {
		names[d.Source] = true
	}
	for source := range months {
		names[source] = true
	}
	return slices.DeleteFunc(sortedKeys(names), func(name string) bool { return name == "" })
}
